package calls

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"time"
)

// A lane is a connection to the API that one request at a time travels: an
// http.Transport to itself, so that a request is known to go out on the
// connection that was warmed and on no other.
//
// Creates go out on warm lanes only. Were connections set up on demand, the
// creates of the first burst would wait for their handshakes while those of
// the second found connections open, and Twilio would see both bursts within
// one second.
type lane struct {
	transport *http.Transport
	conn      *connection // the last one used; nil before the first request
}

// warm reports whether the lane's connection has answered a request and is
// still open.
func (l *lane) warm() bool {
	return l.conn != nil && l.conn.answered.Load() && l.conn.open.Err() == nil
}

// traced returns ctx with a trace that tells ex about the connection a request
// is about to be written to. A request with a turn to wait for waits for it on
// the lane's warm connection, when its first bytes are ready to be written. If
// it was given any other connection, that one is closed before anything is
// written to it.
func (l *lane) traced(ctx context.Context, ex *exchange, turn turn) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn := underlying(info.Conn)
		if turn != nil && (conn != l.conn || !l.warm()) {
			ex.cold = true
			_ = info.Conn.Close()
			return
		}
		l.conn = conn
		ex.conn, ex.writtenBefore = conn, conn.written.Load()
		conn.turn.Store(&turn)
	}, WroteHeaders: func() { ex.begun.Store(true) }})
}

// patience is how long a create waits for a warm lane to come back before one
// more is opened for it. With the next burst a second away it leaves half of
// that for a handshake and a read.
const patience = 500 * time.Millisecond

// lanes is a pool of lanes. It is safe for concurrent use.
type lanes struct {
	template *http.Transport
	warmUp   func(context.Context, *lane) error // sends one cheap read

	mu      sync.Mutex
	idle    []*lane      // the last used last: it is taken first
	waiting []chan *lane // for a warm lane, first come first served
}

// newLane returns a lane that is not connected yet.
func (p *lanes) newLane() *lane {
	t := p.template.Clone()
	t.MaxIdleConnsPerHost = 1
	if dial := t.DialContext; dial != nil {
		t.DialContext = counted(dial)
	}
	if dial := t.DialTLSContext; dial != nil {
		t.DialTLSContext = counted(dial)
	}
	return &lane{transport: t}
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

func counted(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return newConnection(conn), nil
	}
}

// any returns an idle lane, or a new one.
func (p *lanes) any() *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.pop(); l != nil {
		return l
	}
	return p.newLane()
}

// warm returns a warm lane: an idle one, one that comes back soon, or a new
// one, whichever is first. It returns an error when ctx is done or no
// connection can be made.
func (p *lanes) warm(ctx context.Context) (*lane, error) {
	p.mu.Lock()
	if l := p.pop(); l != nil {
		p.mu.Unlock()
		return l, nil
	}
	place := make(chan *lane, 1)
	p.waiting = append(p.waiting, place)
	p.mu.Unlock()

	opened := make(chan error, 1)
	soon := time.NewTimer(patience)
	defer soon.Stop()
	for {
		select {
		case l := <-place:
			return l, nil
		case <-soon.C:
			go func() { opened <- p.open(ctx) }()
		case err := <-opened:
			if err != nil {
				p.giveUp(place)
				return nil, err
			}
			soon.Reset(patience) // somebody who came first may have taken it
		case <-ctx.Done():
			p.giveUp(place)
			return nil, ctx.Err()
		}
	}
}

// open adds a warm lane to the pool.
func (p *lanes) open(ctx context.Context) error {
	l := p.newLane()
	err := p.warmUp(ctx, l)
	if l.warm() {
		p.put(l)
		return nil
	}
	l.transport.CloseIdleConnections()
	if err == nil {
		err = errNotKept
	}
	return err
}

var errNotKept = errors.New("the connection was closed after its first answer")

// put gives a lane back. One that is not warm is closed.
func (p *lanes) put(l *lane) {
	if !l.warm() {
		l.transport.CloseIdleConnections()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.waiting[0] <- l
		p.waiting = p.waiting[1:]
		return
	}
	p.idle = append(p.idle, l)
}

// giveUp leaves the queue. A lane that was handed over meanwhile goes back.
func (p *lanes) giveUp(place chan *lane) {
	p.mu.Lock()
	for i, other := range p.waiting {
		if other == place {
			p.waiting = append(p.waiting[:i:i], p.waiting[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	select {
	case l := <-place:
		p.put(l)
	default:
	}
}

// pop takes the lane used last that is still warm. It requires that p.mu is
// held.
func (p *lanes) pop() *lane {
	for len(p.idle) > 0 {
		l := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if l.warm() {
			return l
		}
		l.transport.CloseIdleConnections()
	}
	return nil
}

// trim closes idle lanes but the last used n.
func (p *lanes) trim(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	spare := p.idle[:max(0, len(p.idle)-n)]
	for _, l := range spare {
		l.transport.CloseIdleConnections()
	}
	p.idle = slices.Clone(p.idle[len(spare):])
}

// size returns how many lanes are idle.
func (p *lanes) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle)
}
