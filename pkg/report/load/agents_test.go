package load_test

import (
	"bytes"
	"strings"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report/internal/pagetest"
	"call-load-tester/pkg/report/load"
)

// agentsOf is a load with a voice agent that gives in with more than 200 sessions.
func agentsOf() load.Report {
	l := loadOf(0)
	l.Plan.Kind, l.Plan.Pace = "call", "real"
	l.Conversations = &attack.Conversations{Begun: 400, Finished: 380, Failed: 20, AsMeant: 370, PeakLive: 300}
	l.Agents = []attack.Agent{{
		URL: "wss://a.example/agent", Begun: 400, Finished: 300, EndedByAgent: 50, HungUpByCaller: 30, Failed: 20,
		Verdicts:  []attack.Verdict{{Code: 64102, Name: "cannot be opened", Requests: 8}},
		NotOpened: []attack.SessionCause{{Cause: "the handshake was answered 503 Service Unavailable", Sessions: 8}},
		Forged:    10, Refused: 7, LetThrough: 3,
		PeakLive: 280, Handshake: attack.Times{Count: 392, P50: 1.5, P99: 20},
		Patience: 2000, Turns: 800, Answered: 790, Impatient: 300, Unfinished: 1,
		FirstWord: attack.Times{Count: 790, P50: 800, P90: 3000, P99: 3010, Max: 3020},
		Answer:    attack.Times{Count: 790, P50: 900, P90: 3100, P99: 3110, Max: 3120},
		Tokens:    7900, TokenRate: 41.25,
		Interruptions: 20, TalkedOn: 2, TalkingOn: attack.Times{Count: 2, P50: 100, P90: 250, P99: 250, Max: 250},
		Late: 4, MostLate: 130,
	}}
	for i, sessions := range []int{50, 100, 150, 200, 250, 280, 250} {
		first := 800.0
		if sessions > 200 {
			first = 3000
		}
		l.Timeline = append(l.Timeline, attack.Interval{Start: float64(i), Width: 1, Begun: 50, Live: sessions, Sessions: sessions, FirstWordP50: first, FirstWordP99: first})
	}
	return l
}

func TestTextOfAnAgent(t *testing.T) {
	var text bytes.Buffer
	if err := agentsOf().Text(&text); err != nil {
		t.Fatal(err)
	}
	const want = `Voice agent:          wss://a.example/agent
Sessions:             400 begun: 300 finished, 50 ended by the agent, 30 hung up by the caller, 20 failed
Not opened because:   8 × the handshake was answered 503 Service Unavailable
Verdict on sessions:  8 × 64102 cannot be opened
Bad handshakes:       10 sent, 7 refused, 3 let through
Sessions live, peak:  280
Handshake:            p50 1.50 ms, p99 20.0 ms
Turns answered:       790 of 800, 98.8 %; after 300 no word came within 2.00 s
                      (1 answer without a last token)
First word:           p50 800 ms, p90 3.00 s, p99 3.01 s, worst 3.02 s
Whole answer:         p50 900 ms, p90 3.10 s, p99 3.11 s, worst 3.12 s
Tokens:               7900, 41.2 a second while it answers
Interruptions:        20: 18 honoured at once, 2 talked on
                      (p50 100 ms, p90 250 ms, p99 250 ms, worst 250 ms)
Turns sent late:      4 by 100 ms or more, the worst by 130 ms
`
	if !strings.Contains(strings.ReplaceAll(text.String(), "\u00a0", " "), want) {
		t.Errorf("got\n%s\nwithout\n%s", text.String(), want)
	}
	if warning := "Warning: the agent at wss://a.example/agent accepts forged handshakes."; !strings.Contains(text.String(), warning) {
		t.Errorf("got\n%s\nwithout %q", text.String(), warning)
	}
}

func TestPageOfAnAgent(t *testing.T) {
	pagetest.IsViewOfJSON(t, agentsOf(), new(load.Report))
	pagetest.ShowsText(t, agentsOf())
	for what, want := range map[string]string{
		"the first word over time":       "First word over time",
		"how many sessions were live":    "Sessions live",
		"where the agent gives in":       "First word against sessions live",
		"the slowest of as many is told": "the slowest 3.02 s",
	} {
		pagetest.Says(t, what, agentsOf(), want)
	}
	const hostile = pagetest.Hostile
	l := agentsOf()
	l.Agents[0].URL, l.Agents[0].NotOpened[0].Cause, l.Agents[0].Verdicts[0].Name = hostile, hostile, hostile
	pagetest.IsHarmless(t, l)
}

// The limit of the first word stands beside what was reached, or why it is unknown.
func TestTextOfAPassOfFirstWords(t *testing.T) {
	limit := 1500.0
	for _, tc := range []struct {
		what   string
		change func(*attack.Agent)
		want   string
	}{
		{"reached", func(a *attack.Agent) { a.Answered, a.FirstWord.P99 = 800, 900 }, "p99 of the first word 900 ms, at most 1.50 s"},
		{"missed", func(a *attack.Agent) { a.Answered = 800 }, "p99 of the first word 3.01 s, at most 1.50 s"},
		{"missed by a little", func(a *attack.Agent) { a.Answered, a.FirstWord.P99 = 800, 1500.2 }, "p99 of the first word 1500.2 ms, at most 1.50 s"},
		{"of an agent that only hears", func(a *attack.Agent) { *a = attack.Agent{URL: a.URL, Begun: 5, Finished: 5} }, "p99 of the first word unknown: no turn was to be answered with a word, at most 1.50 s"},
		{"unknown", func(*attack.Agent) {}, "p99 of the first word unknown: 10 of 800 turns were not answered, at most 1.50 s"},
	} {
		l := agentsOf()
		tc.change(&l.Agents[0])
		l.Pass = &attack.Pass{MaxFirstWord: &limit}
		var text bytes.Buffer
		if err := l.Text(&text); err != nil || !strings.Contains(text.String(), tc.want) {
			t.Errorf("%s: got\n%s\nwithout %q", tc.what, text.String(), tc.want)
		}
	}
}
