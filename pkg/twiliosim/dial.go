package twiliosim

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// memory is the server behind the in-memory connections of an account. It runs from the first of them on.
type memory struct {
	begin    sync.Once
	end      sync.Once
	server   *http.Server
	incoming chan net.Conn
	outages  []*time.Timer // close what is open when an outage begins

	mu   sync.Mutex
	open map[net.Conn]bool
}

// Dial opens an in-memory HTTP/1.1 connection to the account, for the DialContext or DialTLSContext of an
// http.Transport; with the latter https:// works, without TLS. Network and address may be anything. It takes ConnectTime,
// and works inside a synctest bubble if the account was made there. During an outage it fails as a refused connection
// does: errors.Is(err, syscall.ECONNREFUSED). After Close it fails with net.ErrClosed.
func (a *Account) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := a.connect(ctx)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: address(addr), Err: err}
	}
	return conn, nil
}

// Transport returns a new round tripper over Dial for any http:// or https:// address: no port, no TLS, no proxy, and as
// many idle connections as there are.
func (a *Account) Transport() *http.Transport {
	return &http.Transport{
		DialContext:         a.Dial,
		DialTLSContext:      a.Dial,
		MaxIdleConnsPerHost: 1 << 20,
		DisableCompression:  true,
	}
}

// Close ends all in-memory connections and the goroutines behind them, and every request still waiting for its answer,
// in memory or not. Later requests get no answer; what the account remembers can still be asked. Close again is
// harmless.
func (a *Account) Close() {
	a.mem.end.Do(func() {
		close(a.done)
		a.mem.begin.Do(func() {}) // nothing begins any more
		if a.mem.server != nil {
			for _, t := range a.mem.outages {
				t.Stop()
			}
			a.mem.server.Close()
		}
	})
}

// closed reports whether Close was called.
func (a *Account) closed() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// unreachable reports whether an outage is on or the account was closed.
func (a *Account) unreachable() bool {
	if a.closed() {
		return true
	}
	at := time.Since(a.start)
	for i := range a.cfg.Faults {
		if f := &a.cfg.Faults[i]; f.Do == Outage && f.open(at) {
			return true
		}
	}
	return false
}

// connect makes a connection and hands one end to the server.
func (a *Account) connect(ctx context.Context) (net.Conn, error) {
	if err := a.travel(ctx); err != nil {
		return nil, err
	}
	a.mem.begin.Do(a.serve)
	client, server := net.Pipe()
	select {
	case a.mem.incoming <- server:
		return client, nil
	case <-a.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// travel waits out the ConnectTime and reports what is at the other end.
func (a *Account) travel(ctx context.Context) error {
	if a.cfg.ConnectTime > 0 {
		t := time.NewTimer(a.cfg.ConnectTime)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		case <-a.done:
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case a.closed():
		return net.ErrClosed
	case a.unreachable():
		return os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	return nil
}

// serve starts the server.
func (a *Account) serve() {
	m := &a.mem
	m.incoming = make(chan net.Conn)
	m.open = make(map[net.Conn]bool)
	m.server = &http.Server{
		Handler:   a,
		ConnState: a.track,
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	for _, f := range a.cfg.Faults {
		if f.Do == Outage {
			m.outages = append(m.outages, time.AfterFunc(f.From-time.Since(a.start), m.drop))
		}
	}
	go m.server.Serve(&listener{incoming: m.incoming, done: a.done})
}

// track keeps the list of open connections. One that slips in while everything is being closed is closed here.
func (a *Account) track(c net.Conn, s http.ConnState) {
	a.mem.mu.Lock()
	defer a.mem.mu.Unlock()
	switch s {
	case http.StateNew:
		a.mem.open[c] = true
		if a.unreachable() {
			c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		delete(a.mem.open, c)
	}
}

// drop closes all connections.
func (m *memory) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.open {
		c.Close()
	}
}

// listener hands out the connections that were dialed.
type listener struct {
	incoming <-chan net.Conn
	done     <-chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return address("memory") }

// address is the address of something in memory.
type address string

func (address) Network() string  { return "memory" }
func (a address) String() string { return string(a) }
