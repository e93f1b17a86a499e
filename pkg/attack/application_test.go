package attack_test

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"time"

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
