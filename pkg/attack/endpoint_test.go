package attack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
)

const token = "12345566778"

var oneRow = []webhook.Row{{{Name: "Body", Value: "4566"}}}

const goodTwiML = `<Response><Message>Thanks</Message></Response>`

// thanks answers every request with one reply.
func thanks(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, goodTwiML)
}

// run runs an attack of cfg, its gaps filled in, and checks that all adds up.
func run(t testing.TB, cfg attack.Config) *attack.Result {
	t.Helper()
	return runUntil(t, context.Background(), cfg)
}

func runUntil(t testing.TB, ctx context.Context, cfg attack.Config) *attack.Result {
	t.Helper()
	if cfg.Token == "" {
		cfg.Token = token
	}
	if cfg.Rows == nil {
		cfg.Rows = oneRow
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = 1
	}
	var failed lines
	cfg.Failures = failures.New(&failed, 1_000_000)
	a, err := attack.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := a.Run(ctx)
	if counts, err := cfg.Failures.Close(); err != nil {
		t.Error(err)
	} else {
		r.Failures = &counts
	}
	failed.check(t, r)
	checkRecord(t, r)
	checkSums(t, r)
	checkConversations(t, r, r.Interrupted || cfg.Wanted != nil)
	want := attack.Progress{Sent: r.Requests.Sent, Done: r.Requests.Sent, Incomplete: r.Requests.Incomplete}
	if c := r.Conversations; c != nil {
		want.Begun, want.Over = c.Begun, c.Begun
	}
	if got := a.Progress(); got != want {
		t.Errorf("progress at the end is %+v, want %+v", got, want)
	}
	return r
}

// lines are those of a file of failures.
type lines struct{ bytes.Buffer }

func (l *lines) Close() error { return nil }

// check checks that every failure of a run is in the file, once.
func (l *lines) check(t testing.TB, r *attack.Result) {
	t.Helper()
	kinds, codes := map[string]int{}, map[webhook.Code]int{}
	for line := range strings.Lines(l.String()) {
		var f struct {
			Failure   string
			Code      webhook.Code
			Time, Due time.Time
			URL       string
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.URL == "" || f.Due.After(f.Time) || f.Time.Before(r.Began.Truncate(time.Millisecond)) {
			t.Errorf("the file of failures has %s (%v)", line, err)
		}
		kinds[f.Failure]++
		if f.Failure == "error" || f.Failure == "unanswered" {
			codes[f.Code]++
		}
	}
	n, want := r.Requests, verdicts(r)
	delete(want, webhook.Accepted)
	failed, letThrough := 0, 0 // sessions
	for _, a := range r.Agents {
		failed += a.Failed
		letThrough += a.LetThrough
	}
	if kinds["session failed"] != failed || kinds["handshake let through"] != letThrough {
		t.Errorf("the file of failures has %v; want %d sessions failed and %d handshakes let through", kinds, failed, letThrough)
	}
	if kinds["error"] != n.Errored || kinds["unanswered"] != n.Unanswered || kinds["let through"] != n.LetThrough || !maps.Equal(codes, want) ||
		*r.Failures != (failures.Counts{Written: n.Errored + n.Unanswered + n.LetThrough + failed + letThrough}) {
		t.Errorf("the file of failures has %v of %v, which count as %+v; want %+v of %v", kinds, codes, *r.Failures, n, want)
	}
}

// checkRecord checks that the record of a run can be read again.
func checkRecord(t testing.TB, r *attack.Result) {
	t.Helper()
	written := *r
	written.Command = "load"
	text, err := json.Marshal(&written)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attack.Read("record.json", text); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// checkSums checks that the figures of a result agree with each other.
func checkSums(t testing.TB, r *attack.Result) {
	t.Helper()
	sum := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s are %d, want %d", what, got, want)
		}
	}
	sum("the classes", r.Requests.Accepted+r.Requests.Errored+r.Requests.Unanswered+r.Requests.Refused+r.Requests.LetThrough, r.Requests.Sent)
	sum("the completed and the incomplete", r.Requests.Completed+r.Requests.Incomplete, r.Requests.Sent)
	sum("the timed and the untimed", r.Latency.Count+r.Requests.Untimed, r.Requests.Sent)
	sum("the verdicts", total(verdicts(r)), r.Requests.Accepted+r.Requests.Errored+r.Requests.Unanswered)
	sum("the accepted by verdict", verdicts(r)[webhook.Accepted], r.Requests.Accepted)
	sum("the statuses", total(statuses(r)), answered(r))
	sum("the causes", total(causes(r)), r.Requests.Unanswered)
	sent, came := 0, 0
	for _, i := range r.Timeline {
		sent += i.Sent
		came += i.Answered
	}
	sum("the requests of the timeline", sent, r.Requests.Sent)
	sum("the answers of the timeline", came, answered(r))
	if r.Latency.Count != r.Service.Count || r.Latency.Count < answered(r) {
		t.Errorf("%d latencies and %d service times of %d answers", r.Latency.Count, r.Service.Count, answered(r))
	}
}

// What a result counts, by what it is counted by.
func verdicts(r *attack.Result) map[webhook.Code]int {
	return counts(r.Verdicts, func(v attack.Verdict) (webhook.Code, int) { return v.Code, v.Requests })
}

func causes(r *attack.Result) map[string]int {
	return counts(r.Causes, func(c attack.Cause) (string, int) { return c.Cause, c.Requests })
}

func statuses(r *attack.Result) map[int]int {
	return counts(r.Statuses, func(s attack.Status) (int, int) { return s.Status, s.Requests })
}

func counts[C any, K comparable](list []C, read func(C) (K, int)) map[K]int {
	m := make(map[K]int)
	for _, c := range list {
		key, n := read(c)
		m[key] = n
	}
	return m
}

func answered(r *attack.Result) int { return r.Requests.Sent - r.Requests.Unanswered }

func total[K comparable](counts map[K]int) int {
	n := 0
	for _, count := range counts {
		n += count
	}
	return n
}

// A guard answers as an application with Twilio's own validator does, and
// remembers what it was asked.
type guard struct {
	url string // what Twilio would sign; empty: the URL asked for

	mu            sync.Mutex
	passed, stood int // requests with a good and with a bad signature
	sids          map[string]int
	bodies        map[string]int
	stoodBodies   map[string]int
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	signed := g.url
	if signed == "" {
		signed = "http://" + r.Host + r.RequestURI
	}
	validator := client.NewRequestValidator(token)
	good := validator.ValidateBody(signed, body, r.Header.Get("X-Twilio-Signature"))

	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sids == nil {
		g.sids, g.bodies, g.stoodBodies = map[string]int{}, map[string]int{}, map[string]int{}
	}
	g.sids[form.Get("MessageSid")]++
	g.bodies[form.Get("Body")]++
	if !good {
		g.stood++
		g.stoodBodies[form.Get("Body")]++
		w.WriteHeader(http.StatusForbidden)
		return
	}
	g.passed++
	thanks(w, r)
}

// serve serves a handler on loopback and returns its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// speak serves a listener on loopback that lets say talk to each connection,
// and returns its URL.
func speak(t testing.TB, say func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				say(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}
