package twilioapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
)

// openAfter is how long a create waits for a warm connection to come back before
// one more is opened for it. The next burst is a second away: half of that is for
// waiting, half for a handshake and a read.
const openAfter = 500 * time.Millisecond

// A pool holds connections. It is safe for concurrent use.
type pool struct {
	template *http.Transport
	warmUp   func(context.Context, *connection) error // sends one cheap read

	mu      sync.Mutex
	idle    []*connection      // the one used last is the last, and is taken first
	waiting []chan *connection // for a warm connection, first come first served
}

// any returns an idle connection, or a new one.
func (p *pool) any() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.pop(); c != nil {
		return c
	}
	return newConnection(p.template)
}

// warm returns a warm connection: an idle one, one that comes back soon, or a new
// one, whichever is first. It returns an error when ctx is done or none can be
// opened.
func (p *pool) warm(ctx context.Context) (*connection, error) {
	p.mu.Lock()
	if c := p.pop(); c != nil {
		p.mu.Unlock()
		return c, nil
	}
	mine := make(chan *connection, 1)
	p.waiting = append(p.waiting, mine)
	p.mu.Unlock()

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
				p.giveUp(mine)
				return nil, err
			}
			soon.Reset(openAfter) // somebody who came first may have taken it
		case <-ctx.Done():
			p.giveUp(mine)
			return nil, ctx.Err()
		}
	}
}

// open adds a warm connection to the pool.
func (p *pool) open(ctx context.Context) error {
	c := newConnection(p.template)
	err := p.warmUp(ctx, c)
	if c.isWarm() {
		p.put(c)
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
	if !c.isWarm() {
		c.transport.CloseIdleConnections()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.waiting[0] <- c
		p.waiting = p.waiting[1:]
		return
	}
	p.idle = append(p.idle, c)
}

// giveUp ends a wait. A connection that was handed over meanwhile goes back.
func (p *pool) giveUp(mine chan *connection) {
	p.mu.Lock()
	p.waiting = slices.DeleteFunc(p.waiting, func(other chan *connection) bool { return other == mine })
	p.mu.Unlock()
	select {
	case c := <-mine:
		p.put(c)
	default:
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
