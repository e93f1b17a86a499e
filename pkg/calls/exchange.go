package calls

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

const (
	// requestTimeout is late on purpose: a create given up too early is a
	// call nobody knows of.
	requestTimeout = 30 * time.Second

	// maxBody bounds an answer; a page of 1,000 calls is about 2 MB.
	maxBody = 32 << 20
)

// An exchange is one request and what came back, seen from below the library:
// what was sent, when, and the whole answer. The library's own errors do not
// tell an unanswered request from an unsent one, nor what an answer held that
// was no JSON.
type exchange struct {
	cold          bool        // refused here: the connection was not warm
	conn          *connection // nil if no connection was had
	writtenBefore int64
	begun         atomic.Bool // the header was made ready to be written
	sentAt        time.Time   // when its first bytes were written

	status int // 0 if there was no whole header
	header http.Header
	body   []byte
	err    error // why there was no whole answer
	took   time.Duration
}

// sent reports whether a byte of the request may have reached the network.
func (ex *exchange) sent() bool {
	return ex.conn != nil && ex.begun.Load() && ex.conn.written.Load() > ex.writtenBefore
}

// failure returns what went wrong, nil if Twilio answered 2xx: an [*APIError],
// an [*UnsentError] or a [*LostError].
func (ex *exchange) failure() error {
	switch {
	case ex.status >= 200 && ex.status < 300 && ex.err == nil:
		return nil
	case ex.status != 0 && ex.status/100 != 2:
		return ex.apiError()
	case ex.sent():
		return &LostError{ex.err}
	default:
		return &UnsentError{ex.err}
	}
}

// apiError reads the error that Twilio answered. A body that is no such error
// (an HTML page of a proxy) leaves the HTTP status to speak. The message may
// name the URL of the TwiML.
func (ex *exchange) apiError() *APIError {
	e := &APIError{Status: ex.status, RetryAfter: retryAfter(ex.header)}
	var answer struct {
		Code    int
		Message string
	}
	if json.Unmarshal(ex.body, &answer) == nil {
		e.Code, e.Message = answer.Code, redactURLs(printable(answer.Message))
	}
	return e
}

// through sends one request of the library over a lane and returns the
// exchange. The call gets an API whose requests end with ctx, or after the
// request timeout, in which waiting for a turn does not count. The lane stays
// the caller's.
func (c *Client) through(ctx context.Context, l *lane, turn turn, call func(*api.ApiService) error) *exchange {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timeout := time.AfterFunc(requestTimeout, func() { cancel(errTimeout) })
	defer timeout.Stop()

	ex := &exchange{}
	traced := l.traced(ctx, ex, turn.timed(timeout, cancel))
	base := &twilio.Client{Credentials: c.credentials, HTTPClient: &http.Client{
		Transport:     roundTripper(func(req *http.Request) (*http.Response, error) { return ex.do(traced, l, req) }),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	base.SetAccountSid(c.account)
	handler := &twilio.RequestHandler{Client: base, Edge: c.edge, Region: c.region}
	if err := call(api.NewApiService(handler)); err != nil && ex.err == nil {
		ex.err = err // an answer that the library could not read, or a request it did not send
	}
	if ex.status != 0 {
		c.clock.observe(ex.header, ex.sentAt.Add(ex.took))
	}
	return ex
}

// timed is the turn with a timeout that rests meanwhile. A request whose turn
// does not come is cancelled, so that it is not tried on another connection.
func (t turn) timed(timeout *time.Timer, cancel context.CancelCauseFunc) turn {
	if t == nil {
		return nil
	}
	return func(open context.Context, write func()) error {
		timeout.Stop()
		err := t(open, func() {
			timeout.Reset(requestTimeout)
			write()
		})
		if err != nil {
			cancel(err)
		}
		return err
	}
}

// do makes the exchange. The answer is read whole before the library sees it,
// so that the connection can be used again whatever the library leaves unread.
func (ex *exchange) do(ctx context.Context, l *lane, req *http.Request) (*http.Response, error) {
	res, err := l.transport.RoundTrip(req.WithContext(ctx))
	if err == nil {
		ex.status, ex.header = res.StatusCode, res.Header
		ex.body, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
		_ = res.Body.Close()
	}
	if ex.sent() {
		ex.sentAt = *ex.conn.sentAt.Load()
		ex.took = time.Since(ex.sentAt)
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		ex.err = err
		return nil, err
	}
	ex.conn.answered.Store(true)
	res.Body = io.NopCloser(bytes.NewReader(ex.body))
	return res, nil
}

var errTimeout = fmt.Errorf("no answer within %v", requestTimeout)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
