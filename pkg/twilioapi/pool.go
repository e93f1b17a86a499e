package twilioapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
)

// openAfter is how long a request waits for a connection to come back before one
// more is opened for it. A create's burst is a second away: half of that is for
// waiting, half for a handshake and a read. Others wait as long, since handshakes
// are what a busy machine, or a busy API, needs least.
const openAfter = 500 * time.Millisecond

// few is how many connections may be in use before a request waits for one of them
// rather than opening one more: as many as hang-ups of end go at once.
const few = 50

// A pool holds connections. It is safe for concurrent use.
type pool struct {
	template *http.Transport
	warmUp   func(context.Context, *connection) error // sends one cheap read

	mu      sync.Mutex
	idle    []*connection                 // the one used last is the last, and is taken first
	inUse   int                           // connections
	waiting [urgencies][]chan *connection // for one to come back; first come first served
}

// any returns a connection: an idle one; or while few are in use a new one, which
// is not open yet; or else one that comes back soon.
func (p *pool) any(ctx context.Context, u Urgency) *connection {
	c, mine := p.take(u, few)
	if c != nil {
		return c
	}
	select {
	case c = <-mine:
		return c
	case <-time.After(openAfter):
	case <-ctx.Done():
	}
	if c = p.leave(mine); c != nil {
		return c
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inUse++
	return newConnection(p.template)
}

// take takes an idle connection, or a new one if fewer than so many are in use, or
// else gets in line for one that comes back.
func (p *pool) take(u Urgency, few int) (c *connection, mine chan *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c = p.pop(); c == nil && p.inUse < few {
		c = newConnection(p.template)
	}
	if c == nil {
		mine = make(chan *connection, 1)
		p.waiting[u] = append(p.waiting[u], mine)
		return nil, mine
	}
	p.inUse++
	return c, nil
}

// warm returns a warm connection: an idle one, one that comes back soon, or a new
// one, whichever is first. It returns an error when ctx is done or none can be
// opened.
func (p *pool) warm(ctx context.Context) (*connection, error) {
	c, mine := p.take(ForCreate, 0)
	if c != nil {
		return c, nil
	}
	defer func() {
		if c := p.leave(mine); c != nil {
			p.put(c)
		}
	}()
	opened := make(chan error, 1)
	soon := time.NewTimer(openAfter)
	defer soon.Stop()
	for {
		select {
		case c := <-mine:
			return c, nil
		case <-soon.C:
			go func() { opened <- p.open(ctx) }()
		case err := <-opened:
			if err != nil {
				return nil, err
			}
			soon.Reset(openAfter) // somebody who came first may have taken it
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// open adds a warm connection to the pool.
func (p *pool) open(ctx context.Context) error {
	c := newConnection(p.template)
	err := p.warmUp(ctx, c)
	if c.isWarm() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.add(c)
		return nil
	}
	c.transport.CloseIdleConnections()
	if err == nil {
		err = errNotKept
	}
	return err
}

var errNotKept = errors.New("the connection was closed after its first answer")

// put gives a connection back. One that is not warm is closed.
func (p *pool) put(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inUse--
	if c.isWarm() {
		p.add(c)
	} else {
		c.transport.CloseIdleConnections()
	}
}

// add hands a warm connection to who has waited longest of the most urgent, or
// keeps it. It requires that p.mu is held.
func (p *pool) add(c *connection) {
	for u := range p.waiting {
		if len(p.waiting[u]) > 0 {
			p.waiting[u][0] <- c
			p.waiting[u] = p.waiting[u][1:]
			p.inUse++
			return
		}
	}
	p.idle = append(p.idle, c)
}

// leave ends a wait, if it has not ended, and returns a connection that was handed
// over meanwhile.
func (p *pool) leave(mine chan *connection) *connection {
	p.mu.Lock()
	for u := range p.waiting {
		p.waiting[u] = slices.DeleteFunc(p.waiting[u], func(other chan *connection) bool { return other == mine })
	}
	p.mu.Unlock()
	select {
	case c := <-mine:
		return c
	default:
		return nil
	}
}

// pop takes the idle connection used last, if one is still warm. It requires that
// p.mu is held.
func (p *pool) pop() *connection {
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if c.isWarm() {
			return c
		}
		c.transport.CloseIdleConnections()
	}
	return nil
}

// trim closes the idle connections but for the n used last.
func (p *pool) trim(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	spare := p.idle[:max(0, len(p.idle)-n)]
	for _, c := range spare {
		c.transport.CloseIdleConnections()
	}
	p.idle = slices.Clone(p.idle[len(spare):])
}

// size returns how many connections are idle.
func (p *pool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle)
}
