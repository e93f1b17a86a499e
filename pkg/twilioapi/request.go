package twilioapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/redact"
)

const (
	// requestTimeout is late on purpose: a create given up too early is a
	// call nobody knows of.
	requestTimeout = 30 * time.Second

	// maxBody bounds an answer; a page of 1,000 calls is about 2 MB.
	maxBody = 32 << 20
)

// An Attempt is what is known of one request beside its answer.
type Attempt struct {
	SentAt   time.Time     // when its first bytes were written; zero if none were
	Took     time.Duration // from then until the answer, or until it was given up
	Answered time.Time     // the answer's date by Twilio's clock, in whole seconds; zero if there is none
	Stale    bool          // it was not sent: its connection had been lost; it may be sent again at once
}

// A request is one of the library's, seen from below: what of it was sent, and the
// whole answer. The library's own errors do not tell an unanswered request from an
// unsent one, nor what an answer held that was no JSON.
type request struct {
	stale         bool    // refused here: the connection was not the warm one
	socket        *socket // nil if no connection was had
	writtenBefore int64
	begun         atomic.Bool // net/http has its header ready
	sentAt        time.Time   // when its first bytes were written

	status int // 0 if there was no whole header
	header http.Header
	body   []byte
	err    error // why there was no whole answer
	took   time.Duration
}

// send sends one request to the Calls API as [Client.through] does, and sets the
// clock by its answer.
func (c *Client) send(ctx context.Context, conn *connection, gate Gate, call func(*api.ApiService) error) *request {
	r := c.through(ctx, conn, gate, func(h *twilio.RequestHandler) error { return call(api.NewApiService(h)) })
	if r.status != 0 {
		c.clock.observe(r.header, r.sentAt.Add(r.took))
	}
	return r
}

// through sends one request of the library over a connection and returns it. The
// call gets a handler whose requests end with ctx, or after the request timeout;
// the time that the gate takes does not count. The connection stays the caller's.
func (c *Client) through(ctx context.Context, conn *connection, gate Gate, call func(*twilio.RequestHandler) error) *request {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timeout := time.AfterFunc(requestTimeout, func() { cancel(errTimeout) })
	defer timeout.Stop()

	r := &request{}
	traced := conn.traced(ctx, r, gate.timed(timeout, cancel))
	base := &twilio.Client{Credentials: c.credentials, HTTPClient: &http.Client{
		Transport:     roundTripper(func(req *http.Request) (*http.Response, error) { return r.do(traced, conn, req) }),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	base.SetAccountSid(c.account)
	handler := &twilio.RequestHandler{Client: base, Edge: c.edge, Region: c.region}
	if err := call(handler); err != nil && r.err == nil {
		r.err = err // an answer that the library could not read, or a request that it did not send
	}
	return r
}

// timed is the gate with a timeout that rests meanwhile. A request that does not
// go is cancelled, so that it is not tried on another connection.
func (g Gate) timed(timeout *time.Timer, cancel context.CancelCauseFunc) Gate {
	if g == nil {
		return nil
	}
	return func(open context.Context, write func()) error {
		timeout.Stop()
		err := g(open, func() {
			timeout.Reset(requestTimeout)
			write()
		})
		if err != nil {
			cancel(err)
		}
		return err
	}
}

// do sends the request and reads the answer, all of it before the library sees
// any, so that the connection can be used again whatever the library leaves
// unread.
func (r *request) do(ctx context.Context, conn *connection, req *http.Request) (*http.Response, error) {
	res, err := conn.transport.RoundTrip(req.WithContext(ctx))
	if err == nil {
		r.status, r.header = res.StatusCode, res.Header
		r.body, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
		_ = res.Body.Close()
	}
	if r.isSent() {
		r.sentAt = *r.socket.sentAt.Load()
		r.took = time.Since(r.sentAt)
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		r.err = err
		return nil, err
	}
	r.socket.answered.Store(true)
	res.Body = io.NopCloser(bytes.NewReader(r.body))
	return res, nil
}

// isSent reports whether a byte of the request may have reached the network.
func (r *request) isSent() bool {
	return r.socket != nil && r.begun.Load() && r.socket.written.Load() > r.writtenBefore
}

// failure returns what went wrong, nil if Twilio answered 2xx: an [*APIError],
// an [*UnsentError] or a [*LostError].
func (r *request) failure() error {
	switch {
	case r.status >= 200 && r.status < 300 && r.err == nil:
		return nil
	case r.status != 0 && r.status/100 != 2:
		return r.apiError()
	case r.isSent():
		return &LostError{r.err}
	default:
		return &UnsentError{r.err}
	}
}

// apiError reads the error that Twilio answered. A body that is no such error
// (an HTML page of a proxy) leaves the HTTP status to speak. The message may
// name the URL of the TwiML.
func (r *request) apiError() *APIError {
	e := &APIError{Status: r.status, RequestID: printable(r.header.Get("Twilio-Request-Id")), RetryAfter: retryAfter(r.header)}
	var answer struct {
		Code    int
		Message string
	}
	if json.Unmarshal(r.body, &answer) == nil {
		e.Code, e.Message = answer.Code, redact.Text(printable(answer.Message))
	}
	return e
}

func (r *request) attempt() Attempt {
	date, _ := http.ParseTime(r.header.Get("Date"))
	return Attempt{SentAt: r.sentAt, Took: r.took, Answered: date, Stale: r.stale || errors.Is(r.err, errClosedWaiting)}
}

// ActedBy returns by when Twilio acted on a request that ended with err, if it did
// at all: its own answer. A proxy may answer while Twilio is still at it, and
// without an answer nobody knows; that is the zero time.
func (a Attempt) ActedBy(err error) time.Time {
	var answer *APIError
	if errors.As(err, &answer) && answer.Code != 0 {
		return a.SentAt.Add(a.Took)
	}
	return time.Time{}
}

var (
	errTimeout       = fmt.Errorf("no answer within %v", requestTimeout)
	errClosedWaiting = errors.New("the connection was closed while the request waited for its burst")
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
