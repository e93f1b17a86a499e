package attack_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
)

// answeredBy returns a Connect that opens connections in memory to a handler,
// whatever the address. A handler that panics closes the connection.
func answeredBy(h http.Handler) func(context.Context, string) (net.Conn, error) {
	return func(context.Context, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go answer(theirs, h)
		return ours, nil
	}
}

func answer(conn net.Conn, h http.Handler) {
	defer conn.Close()
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			panic(p)
		}
	}()
	in, out := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		_, _ = io.Copy(io.Discard, r.Body)
		if w.Code == http.StatusNoContent {
			_, _ = io.WriteString(out, "HTTP/1.1 204 No Content\r\n\r\n")
		} else {
			answer := w.Result()
			answer.ContentLength = int64(w.Body.Len())
			_ = answer.Write(out)
		}
		if out.Flush() != nil {
			return
		}
	}
}

// An application in memory answers calls or chats: each path of any host as its
// handler says, what has none with an empty Response, and connections to hosts
// that are down with nothing. It notes all that it is asked.
type application struct {
	paths map[string]http.HandlerFunc
	down  map[string]error // by host:port, what connecting ends with

	began  time.Time // of the run, for the times of requests
	mu     sync.Mutex
	asked  []asked
	dialed map[string]int // connections, by host:port
}

// asked is a request that came to an application.
type asked struct {
	at        time.Duration
	method    string
	url       string
	fields    url.Values
	cookie    string
	body      []byte
	signature string
}

// isSigned reports whether Twilio's own validator lets it pass.
func (a asked) isSigned() bool {
	validator := client.NewRequestValidator(token)
	return validator.ValidateBody(a.url, a.body, a.signature)
}

// documents returns an application that answers TwiML: by path, the verbs of the
// Response.
func documents(verbs map[string]string) *application {
	app := &application{paths: make(map[string]http.HandlerFunc)}
	for path, verbs := range verbs {
		app.paths[path] = response(verbs)
	}
	return app
}

// response answers a Response of verbs.
func response(verbs string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, "<Response>"+verbs+"</Response>")
	}
}

// after answers like then, after a while.
func after(d time.Duration, then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(d)
		then(w, r)
	}
}

func hangUpTheLine(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// connect opens connections to the application.
func (app *application) connect(ctx context.Context, addr string) (net.Conn, error) {
	app.mu.Lock()
	if app.dialed == nil {
		app.dialed = make(map[string]int)
	}
	app.dialed[addr]++
	app.mu.Unlock()
	if err := app.down[addr]; err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	return answeredBy(app)(ctx, addr)
}

func (app *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Since(app.began)
	body, _ := io.ReadAll(r.Body)
	fields := r.URL.Query()
	if r.Method == http.MethodPost {
		fields, _ = url.ParseQuery(string(body))
	}
	target := "http://" + r.Host + r.RequestURI
	app.mu.Lock()
	app.asked = append(app.asked, asked{
		at: at, method: r.Method, url: target, fields: fields, cookie: r.Header.Get("Cookie"), body: body, signature: r.Header.Get("X-Twilio-Signature"),
	})
	app.mu.Unlock()
	h := app.paths[r.URL.Path]
	if h == nil {
		h = response("")
	}
	h(w, r)
}

// came returns the requests that came, in the order of their times.
func (app *application) came() []asked {
	app.mu.Lock()
	defer app.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(app.asked), func(a, b asked) int { return cmp.Compare(a.at, b.at) })
}

// to returns those that came to a path.
func (app *application) to(path string) (some []asked) {
	for _, a := range app.came() {
		if u, err := url.Parse(a.url); err == nil && u.Path == path {
			some = append(some, a)
		}
	}
	return some
}

// times returns when requests came to a path.
func (app *application) times(path string) (times []time.Duration) {
	for _, a := range app.to(path) {
		times = append(times, a.at)
	}
	return times
}

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
		atMost("the answered and the unheard turns", a.Answered+a.Unheard, a.Turns)
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

func redirect(location string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}

// forgetful returns the handler of an application that notes nothing.
func (app *application) forgetful() http.Handler {
	mux := http.NewServeMux()
	for path, h := range app.paths {
		mux.HandleFunc(path, h)
	}
	return mux
}
