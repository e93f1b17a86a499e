package attack_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// conversations returns the configuration of so many conversations with an
// application, of rows.
func conversations(t testing.TB, kind webhook.Kind, app *application, n int, rows ...string) attack.Config {
	t.Helper()
	cfg := attack.Config{
		Total:    n,
		Envelope: webhook.Envelope{Kind: kind, URL: "http://app.example/first"},
		Connect:  app.connect,
	}
	for _, row := range rows {
		person, err := dialog.PersonParser(kind)(row)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Persons = append(cfg.Persons, person)
	}
	app.began = time.Now()
	return cfg
}

// endings tells of the endings that conversations had: "finished: 2".
func endings(r *attack.Result) string {
	c := r.Conversations
	if c == nil {
		return "no conversation"
	}
	var some []string
	for _, e := range []struct {
		name string
		n    int
	}{
		{"finished", c.Finished}, {"by the application", c.HungUpByApp}, {"by the caller", c.HungUpByCaller}, {"rejected", c.Rejected},
		{"failed", c.Failed}, {"endless", c.Endless}, {"forged", c.Forged}, {"interrupted", c.Interrupted},
	} {
		if e.n > 0 {
			some = append(some, fmt.Sprintf("%s: %d", e.name, e.n))
		}
	}
	for _, f := range c.FailedBecause {
		some = append(some, fmt.Sprintf("of these %d: %d", f.Code, f.Conversations))
	}
	return strings.Join(some, ", ")
}

// checkConversations checks that what a result says of conversations agrees with
// itself and with its requests. stopped says that the run came to no end of its own.
func checkConversations(t testing.TB, r *attack.Result, stopped bool) {
	t.Helper()
	c := r.Conversations
	if c == nil {
		if len(r.Steps) > 0 {
			t.Errorf("there are steps %v, and no conversation", r.Steps)
		}
		return
	}
	sum := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s are %d, want %d", what, got, want)
		}
	}
	atMost := func(what string, got, most int) {
		t.Helper()
		if got > most {
			t.Errorf("%s are %d, want at most %d", what, got, most)
		}
	}
	sum("the endings", c.Finished+c.HungUpByApp+c.HungUpByCaller+c.Rejected+c.Failed+c.Endless+c.Forged+c.Interrupted, c.Begun)
	failed := 0
	for _, f := range c.FailedBecause {
		failed += f.Conversations
	}
	sum("the failed by their reasons", failed, c.Failed)
	sum("those with a length", c.Lasted.Count, c.Begun-c.Forged)
	handshakes := 0 // forged
	for _, a := range r.Agents {
		sum("the endings of sessions", a.Finished+a.EndedByAgent+a.HungUpByCaller+a.Failed+a.Interrupted, a.Begun)
		sum("the first words", a.FirstWord.Count, a.Answered)
		sum("the answers", a.Answer.Count, a.Answered)
		atMost("the answered turns", a.Answered, a.WordsDue())
		atMost("the late answers", a.Impatient, a.Turns)
		atMost("the refused and the let through", a.Refused+a.LetThrough, a.Forged)
		handshakes += a.Forged
	}
	sum("the forged requests and handshakes", r.Requests.BadSignatures+handshakes, c.Forged)
	atMost("those as meant", c.AsMeant, c.Finished+c.HungUpByApp+c.HungUpByCaller+c.Rejected)
	atMost("the turns without taker", c.NoTaker, c.Turns)
	atMost("the callbacks not completed", c.CallbacksIncomplete, c.Callbacks)
	atMost("the callbacks and the first requests", c.Callbacks+c.Begun, r.Requests.Sent)
	atMost("the late", r.Requests.Late, r.Requests.Sent+r.Requests.Unsent)
	atMost("the unsent", r.Requests.Unsent, r.Requests.Late)
	atMost("those begun and due", c.Begun+r.Requests.Unsent, r.Plan.Conversations)
	if !stopped {
		sum("those begun", c.Begun, r.Plan.Conversations)
		sum("the interrupted", c.Interrupted, 0)
	}

	peak := 0
	for _, i := range r.Timeline {
		peak = max(peak, i.Live)
	}
	sum("those live at once in the timeline", peak, c.PeakLive)

	sent, incomplete := 0, 0
	byVerdict := make(map[webhook.Code]int)
	for _, s := range r.Steps {
		sent += s.Requests
		incomplete += s.Incomplete
		for _, v := range s.Verdicts {
			byVerdict[v.Code] += v.Requests
		}
	}
	sum("the requests of the steps", sent, r.Requests.Sent)
	sum("the incomplete of the steps", incomplete, r.Requests.Incomplete)
	if !maps.Equal(byVerdict, verdicts(r)) {
		t.Errorf("the verdicts of the steps are %v, want %v", byVerdict, verdicts(r))
	}
}
