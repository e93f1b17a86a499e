package attack

import (
	"context"
	"sync"
	"time"
)

const (
	// lead is how long before a burst its connections are opened: as late as
	// may be, so that they are fresh and those in use have come back.
	lead = 500 * time.Millisecond

	// opening is how many connections are opened at the same time.
	opening = 256
)

// A senderPool hands out the sender that was used last, so that connections
// beyond those needed grow old and are not used again. It is safe for
// concurrent use.
type senderPool struct {
	attack  *Attack
	openers sync.WaitGroup

	mu      sync.Mutex
	ready   []*sender // with an open connection, the last used last
	cold    []*sender // without
	opening int       // senders whose connection is being opened ahead
}

// take returns a sender that is ready if there is one.
func (p *senderPool) take() *sender {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.ready); n > 0 {
		s := p.ready[n-1]
		p.ready = p.ready[:n-1]
		return s
	}
	return p.takeCold()
}

// takeCold requires that p.mu is held.
func (p *senderPool) takeCold() *sender {
	if n := len(p.cold); n > 0 {
		s := p.cold[n-1]
		p.cold = p.cold[:n-1]
		return s
	}
	return newSender(p.attack)
}

func (p *senderPool) put(s *sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(s)
}

// add requires that p.mu is held.
func (p *senderPool) add(s *sender) {
	if s.link.isOpen() {
		p.ready = append(p.ready, s)
	} else {
		p.cold = append(p.cold, s)
	}
}

// prepare sees to it that a burst finds so many senders ready when it is due,
// and returns when that is so or the burst is due. It gives up where a
// connection cannot be opened: the requests themselves tell what is wrong.
func (p *senderPool) prepare(ctx context.Context, burst int, due time.Time) {
	p.retire(due)
	enough := make(chan struct{})
	p.openers.Go(func() {
		defer close(enough)
		var openers sync.WaitGroup
		for range min(opening, burst) {
			openers.Go(func() {
				for p.open(ctx, burst, due.Add(lead)) {
				}
			})
		}
		openers.Wait()
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
	idle := p.ready
	p.ready = nil
	for _, s := range idle {
		if !s.link.isFresh(due) {
			s.link.close()
		}
		p.add(s)
	}
}

// open opens a connection if fewer senders than the burst needs are ready. It
// reports whether one more may be wanted.
func (p *senderPool) open(ctx context.Context, burst int, deadline time.Time) (again bool) {
	p.mu.Lock()
	if ctx.Err() != nil || len(p.ready)+p.opening >= burst {
		p.mu.Unlock()
		return false
	}
	p.opening++
	s := p.takeCold()
	p.mu.Unlock()

	err := s.link.connect(p.attack.target.addr, time.Now(), deadline)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.opening--
	p.add(s)
	return err == nil
}

// close closes all senders, once nobody uses them any more.
func (p *senderPool) close() {
	p.openers.Wait()
	for _, s := range append(p.ready, p.cold...) {
		s.close()
	}
}
