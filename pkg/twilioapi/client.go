// Package twilioapi sends requests to one Twilio account, through the twilio-go
// library, and tells what became of each: whether a byte of it left this
// machine, what Twilio answered, what that means, and whether it may be sent
// again. It reads and ends calls, creates them one at a time, and lists them.
package twilioapi

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Config says whose account a [Client] uses and how it is reached.
type Config struct {
	AccountSID         string // "AC" and 32 hex digits
	Username, Password string // the account SID and its auth token, or an API key and its secret

	// Edge and Region choose where requests are processed, as
	// TWILIO_EDGE and TWILIO_REGION do; both empty for the default.
	Edge, Region string

	// Transport makes the connections; each is used by one request at a
	// time, over HTTP/1.1. nil connects over the network.
	Transport *http.Transport
}

// A Client sends requests to one Twilio account. It is safe for concurrent use.
type Client struct {
	account      string
	credentials  *twilio.Credentials
	edge, region string
	pool         *pool
	clock        clock
}

// New returns a Client. It connects when it is first used.
func New(cfg Config) *Client {
	c := &Client{
		account:     cfg.AccountSID,
		credentials: twilio.NewCredentials(cfg.Username, cfg.Password),
		edge:        cfg.Edge,
		region:      cfg.Region,
	}
	if cfg.Transport == nil {
		cfg.Transport = network()
	}
	c.pool = &pool{template: cfg.Transport, warmUp: c.warmUp}
	return c
}

// network returns a transport that connects over the network, through the proxy
// that HTTPS_PROXY names if it is set, and trusts the system's certificates
// (SSL_CERT_FILE replaces them).
func network() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	var http1 http.Protocols
	http1.SetHTTP1(true) // over HTTP/2 many creates would share a connection, and a cold one at that
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(0)},
		IdleConnTimeout:     90 * time.Second,
		Protocols:           &http1,
	}
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.Trim(0) }

// Trim closes the connections that are not in use, but for the n used last.
func (c *Client) Trim(n int) { c.pool.trim(n) }

// Time returns the time on Twilio's clock at one of ours, less up to a second
// and the time that an answer travels. It is ours until Twilio has answered.
func (c *Client) Time(ours time.Time) time.Time { return c.clock.theirs(ours) }

// Check sends one cheap read, which proves that Twilio can be reached and that
// it takes the credentials, and returns how long the answer took.
func (c *Client) Check(ctx context.Context) (time.Duration, error) {
	conn := c.pool.any(ctx, ForRead)
	defer c.pool.put(conn)
	r := c.read(ctx, conn)
	return r.took, r.failure()
}

// warmUp sends one cheap read over a connection, which is warm then.
func (c *Client) warmUp(ctx context.Context, conn *connection) error {
	return c.read(ctx, conn).failure()
}

func (c *Client) read(ctx context.Context, conn *connection) *request {
	return c.send(ctx, conn, nil, func(a *api.ApiService) error {
		_, err := a.PageCall(new(api.ListCallParams).SetPageSize(1), "", "")
		return err
	})
}

// Warm opens connections until n are idle, several at a time, and returns when
// each has answered a read. It gives up after a few failures, which are left to
// the requests that will need the connections.
func (c *Client) Warm(ctx context.Context, n, atOnce int) {
	const mostFailures = 10
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var failures atomic.Int32
	opening := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for range n - c.pool.size() {
		select {
		case opening <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		wg.Go(func() {
			if c.pool.open(ctx) != nil && failures.Add(1) == mostFailures {
				giveUp()
			}
			<-opening
		})
	}
	wg.Wait()
}

// A Gate calls write when a request may go, or returns an error if it may not go
// any more: at the latest when ctx ends.
type Gate func(ctx context.Context, write func()) error

// Create sends one create-call request, over a warm connection. No byte of it is
// written before the gate lets it go. The end of stop gives up a request that has
// not gone by then; the end of ctx cuts one off whose answer is awaited.
//
// This is the way of a create, from the top down:
//
//	Create              has a warm connection in hand before the request exists
//	  pool.warm
//	send                hands the library a transport that leads to that connection alone
//	  twilio-go         builds the request, and will read the answer
//	    request.do      keeps what the library would drop: status, headers, the whole body
//	      net/http      turns the request into bytes
//	        socket.Write  holds the first bytes, and asks the gate
//	          Gate      waits for its time, then calls write
//	            write   puts the bytes on the network, and notes when
//
// Three things are upside down here, each for a reason. The gate is asked at the
// very bottom, in the write: whatever lies above it may take its time, and the
// cap must hold for the bytes. It is the gate that calls write, not the other way
// round: a burst limiter counts a start when it is written, and lets no other go
// meanwhile. And a connection is chosen at the top, before there is a request:
// net/http would rather open a new one, whose handshake falls between the gate
// and the bytes.
func (c *Client) Create(ctx, stop context.Context, call NewCall, gate Gate) (Call, Attempt, error) {
	conn, err := c.pool.warm(stop)
	if err != nil {
		var unsent *UnsentError
		if !errors.As(err, &unsent) {
			unsent = &UnsentError{err}
		}
		return Call{}, Attempt{}, unsent
	}
	defer c.pool.put(conn)
	untilStop := func(open context.Context, write func()) error {
		waiting, cancel := context.WithCancel(stop)
		defer cancel()
		defer context.AfterFunc(open, cancel)()
		err := gate(waiting, write)
		if errors.Is(err, context.Canceled) && open.Err() != nil && stop.Err() == nil && ctx.Err() == nil {
			return errClosedWaiting
		}
		return err
	}
	return c.one(ctx, conn, untilStop, func(a *api.ApiService) (*api.ApiV2010Call, error) {
		return a.CreateCall(call.params())
	})
}

// HangUp asks Twilio to complete a call, which ends it whether it is queued,
// ringing or answered (Twilio: changing call state).
func (c *Client) HangUp(ctx context.Context, sid string) (Call, Attempt, error) {
	conn := c.pool.any(ctx, ForHangUp)
	defer c.pool.put(conn)
	return c.one(ctx, conn, nil, func(a *api.ApiService) (*api.ApiV2010Call, error) {
		return a.UpdateCall(sid, new(api.UpdateCallParams).SetStatus(StatusCompleted))
	})
}

// Fetch reads one call.
func (c *Client) Fetch(ctx context.Context, sid string) (Call, error) {
	conn := c.pool.any(ctx, ForRead)
	defer c.pool.put(conn)
	call, _, err := c.one(ctx, conn, nil, func(a *api.ApiService) (*api.ApiV2010Call, error) {
		return a.FetchCall(sid, nil)
	})
	return call, err
}

// one sends a request that is answered with the record of one call.
func (c *Client) one(ctx context.Context, conn *connection, gate Gate, ask func(*api.ApiService) (*api.ApiV2010Call, error)) (Call, Attempt, error) {
	var call Call
	r := c.send(ctx, conn, gate, func(a *api.ApiService) error {
		record, err := ask(a)
		if err == nil {
			call = fromAPI(record)
		}
		return err
	})
	return call, r.attempt(), r.failure()
}
