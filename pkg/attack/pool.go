package attack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lead is how long before a burst its connections are opened: as late as
	// may be, so that they are fresh and those in use have come back.
	lead = 500 * time.Millisecond

	// opening is how many connections are opened at the same time.
	opening = 64
)

// A senderPool hands out the sender that was used last, so that connections
// beyond those needed grow old and are not used again. It is safe for
// concurrent use.
type senderPool struct {
	attack *Attack
	mu     sync.Mutex
	idle   []*sender
}

func (p *senderPool) take() *sender {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return s
	}
	return newSender(p.attack)
}

func (p *senderPool) put(s *sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, s)
}

func (p *senderPool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle)
}

// prepare opens connections until so many senders are idle, and returns when
// they are or at the deadline. It gives up at the first that cannot be opened:
// the requests themselves tell what is wrong.
func (p *senderPool) prepare(ctx context.Context, senders int, deadline time.Time) {
	var missing atomic.Int64
	missing.Store(int64(senders - p.size()))
	var openers sync.WaitGroup
	for range min(opening, missing.Load()) {
		openers.Go(func() {
			for missing.Add(-1) >= 0 && ctx.Err() == nil {
				s := newSender(p.attack)
				if s.link.connect(p.attack.target.addr, time.Now(), deadline) != nil {
					missing.Store(0)
				}
				p.put(s)
			}
		})
	}
	openers.Wait()
}

func (p *senderPool) close() {
	for _, s := range p.idle {
		s.close()
	}
}
