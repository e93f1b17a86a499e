package calls

import (
	"context"
	"crypto/tls"
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
	// time, over HTTP/1.1. nil for [Network].
	Transport *http.Transport
}

// A Client sends requests to one Twilio account. It is safe for concurrent use.
type Client struct {
	account      string
	credentials  *twilio.Credentials
	edge, region string
	lanes        *lanes
	clock        clock
}

// NewClient returns a Client. It connects when it is first used.
func NewClient(cfg Config) *Client {
	c := &Client{
		account:     cfg.AccountSID,
		credentials: twilio.NewCredentials(cfg.Username, cfg.Password),
		edge:        cfg.Edge,
		region:      cfg.Region,
	}
	if cfg.Transport == nil {
		cfg.Transport = Network()
	}
	c.lanes = &lanes{template: cfg.Transport, warmUp: c.read}
	return c
}

// Network returns a transport that connects over the network, through the
// proxy that HTTPS_PROXY names if it is set, and trusts the system's
// certificates (SSL_CERT_FILE replaces them).
func Network() *http.Transport {
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
func (c *Client) Close() { c.lanes.trim(0) }

// Check sends one cheap read, which proves that Twilio can be reached and that
// it takes the credentials, and returns how long the answer took.
func (c *Client) Check(ctx context.Context) (time.Duration, error) {
	l := c.lanes.any()
	defer c.lanes.put(l)
	ex := c.readOver(ctx, l)
	return ex.took, ex.failure()
}

// read sends one cheap read over a lane, which warms it.
func (c *Client) read(ctx context.Context, l *lane) error {
	return c.readOver(ctx, l).failure()
}

func (c *Client) readOver(ctx context.Context, l *lane) *exchange {
	return c.through(ctx, l, nil, func(a *api.ApiService) error {
		_, err := a.PageCall(new(api.ListCallParams).SetPageSize(1), "", "")
		return err
	})
}

// Warm opens up to n connections, many at a time, and returns when each has
// answered a read. It gives up after a few failures, which are left to the
// requests that will need the connections.
func (c *Client) Warm(ctx context.Context, n, atOnce int) {
	const mostFailures = 10
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var failures atomic.Int32
	places := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for range n - c.lanes.size() {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		wg.Go(func() {
			if c.lanes.open(ctx) != nil && failures.Add(1) == mostFailures {
				giveUp()
			}
			<-places
		})
	}
	wg.Wait()
}

// create sends one create-call request over a warm lane when its turn has come.
// The exchange tells when that was.
func (c *Client) create(ctx context.Context, l *lane, turn turn, params *api.CreateCallParams) (Call, *exchange) {
	var call Call
	ex := c.through(ctx, l, turn, func(a *api.ApiService) error {
		record, err := a.CreateCall(params)
		if err == nil {
			call = fromAPI(record)
		}
		return err
	})
	return call, ex
}

// hangUp asks Twilio to complete a call, which ends it whether it is queued,
// ringing or answered (Twilio: changing call state).
func (c *Client) hangUp(ctx context.Context, sid string) (Call, *exchange) {
	return c.one(ctx, func(a *api.ApiService) (*api.ApiV2010Call, error) {
		return a.UpdateCall(sid, new(api.UpdateCallParams).SetStatus(StatusCompleted))
	})
}

// fetch reads one call.
func (c *Client) fetch(ctx context.Context, sid string) (Call, *exchange) {
	return c.one(ctx, func(a *api.ApiService) (*api.ApiV2010Call, error) {
		return a.FetchCall(sid, nil)
	})
}

// one sends a request that is answered with the record of one call.
func (c *Client) one(ctx context.Context, send func(*api.ApiService) (*api.ApiV2010Call, error)) (Call, *exchange) {
	l := c.lanes.any()
	defer c.lanes.put(l)
	var call Call
	ex := c.through(ctx, l, nil, func(a *api.ApiService) error {
		record, err := send(a)
		if err == nil {
			call = fromAPI(record)
		}
		return err
	})
	return call, ex
}
