package attack

import (
	"context"
	"strings"
	"sync"
	"time"

	"call-load-tester/pkg/webhook"
)

const (
	// ahead is how long before a burst its connections are opened. Earlier, they
	// would be older, and more of those that answer the burst before would still
	// be in use.
	ahead = 500 * time.Millisecond

	// maxDialing is how many connections are opened ahead at the same time.
	maxDialing = 256
)

// A senderPool hands out the sender that was used last, so that connections
// beyond those needed grow old and are not used again. It is safe for
// concurrent use.
type senderPool struct {
	attack  *Attack
	addr    address
	dialers sync.WaitGroup

	mu      sync.Mutex
	open    []*sender // with an open connection, the last used last
	closed  []*sender // without
	dialing int       // senders whose connection is being opened ahead
}

// take returns a sender with an open connection if there is one.
func (p *senderPool) take() *sender {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := pop(&p.open); s != nil {
		return s
	}
	return p.takeClosed()
}

// takeClosed requires that p.mu is held.
func (p *senderPool) takeClosed() *sender {
	if s := pop(&p.closed); s != nil {
		return s
	}
	return newSender(p.attack)
}

// pop takes the last of a list; nil if there is none.
func pop(list *[]*sender) *sender {
	n := len(*list)
	if n == 0 {
		return nil
	}
	s := (*list)[n-1]
	*list = (*list)[:n-1]
	return s
}

// put takes a sender back, and closes the connection that was used last before
// all others if nobody will use it again.
func (p *senderPool) put(s *sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(s)
	if oldest := p.open; len(oldest) > 1 && !oldest[0].conn.isFresh(s.conn.used) {
		p.open = oldest[1:]
		oldest[0].conn.close()
		p.add(oldest[0])
	}
}

// add requires that p.mu is held.
func (p *senderPool) add(s *sender) {
	if s.conn.isOpen() {
		p.open = append(p.open, s)
	} else {
		p.closed = append(p.closed, s)
	}
}

// dialAhead opens connections until so many senders have one for a burst, and
// returns when they do or the burst is due. It gives up where a connection
// cannot be opened: the requests themselves tell what is wrong.
func (p *senderPool) dialAhead(ctx context.Context, burst int, due time.Time) {
	p.retire(due)
	enough := make(chan struct{})
	p.dialers.Go(func() {
		defer close(enough)
		var dialers sync.WaitGroup
		for range min(maxDialing, burst) {
			dialers.Go(func() {
				for p.dial(ctx, burst, due.Add(ahead)) {
				}
			})
		}
		dialers.Wait()
	})
	wait := time.NewTimer(time.Until(due))
	defer wait.Stop()
	select {
	case <-enough:
	case <-wait.C:
	case <-ctx.Done():
	}
}

// retire closes the connections that would be too old when the next burst is
// due.
func (p *senderPool) retire(due time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.open
	p.open = nil
	for _, s := range idle {
		if !s.conn.isFresh(due) {
			s.conn.close()
		}
		p.add(s)
	}
}

// dial opens a connection if fewer senders than the burst needs have one. It
// reports whether one more may be wanted.
func (p *senderPool) dial(ctx context.Context, burst int, deadline time.Time) (again bool) {
	p.mu.Lock()
	if ctx.Err() != nil || len(p.open)+p.dialing >= burst {
		p.mu.Unlock()
		return false
	}
	p.dialing++
	s := p.takeClosed()
	p.mu.Unlock()

	err := s.conn.connect(p.addr, time.Now(), deadline)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialing--
	p.add(s)
	return err == nil
}

// senderPools are pools of senders, one for each origin that is asked. They are
// safe for concurrent use.
type senderPools struct {
	attack *Attack
	mu     sync.RWMutex
	pools  map[string]*senderPool // by scheme, host and port as they are written
}

// of returns the pool for a URL, which has been checked.
func (p *senderPools) of(url string) *senderPool {
	origin := originOf(url)
	p.mu.RLock()
	pool := p.pools[origin]
	p.mu.RUnlock()
	if pool != nil {
		return pool
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if pool = p.pools[origin]; pool == nil {
		pool = &senderPool{attack: p.attack, addr: newAddress(webhook.MustParseURL(origin))}
		p.pools[origin] = pool
	}
	return pool
}

// close closes all senders, once nobody uses them any more.
func (p *senderPools) close() {
	for _, pool := range p.pools {
		pool.close()
	}
}

// originOf returns what stands before the path of a URL.
func originOf(url string) string {
	scheme := strings.Index(url, "://") + len("://")
	if path := strings.IndexAny(url[scheme:], "/?#"); path >= 0 {
		return url[:scheme+path]
	}
	return url
}

// close closes all senders, once nobody uses them any more.
func (p *senderPool) close() {
	p.dialers.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range append(p.open, p.closed...) {
		s.close()
	}
}
