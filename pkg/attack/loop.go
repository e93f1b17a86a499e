package attack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"call-load-tester/pkg/burst"
)

// closedLoop lets each of so many senders work back to back until all requests
// are sent.
func (a *Attack) closedLoop(ctx context.Context) {
	var stop atomic.Bool
	stop.Store(ctx.Err() != nil)
	defer context.AfterFunc(ctx, func() { stop.Store(true) })()

	var next atomic.Int64
	var senders sync.WaitGroup
	for range min(a.cfg.Concurrency, a.cfg.Requests) {
		senders.Go(func() {
			s := newSender(a)
			defer s.close()
			for !stop.Load() {
				k := next.Add(1) - 1
				if k >= int64(a.cfg.Requests) {
					return
				}
				s.send(int(k), time.Time{})
			}
		})
	}
	senders.Wait()
}

// openLoop sends request k when it is due, floor(k / Rate) seconds after start,
// or as soon after that as the limiter and the bound on requests in flight
// allow.
//
// A limiter of just the rate would let the bursts drift: each starts a timer's
// lateness after the second that it waited for, one slow burst delays all that
// follow, and there is no catching up. So the schedule sets the pace, and the
// limiter bounds how fast a run that fell behind comes back: at twice the rate.
func (a *Attack) openLoop(ctx context.Context, start time.Time) {
	limiter := burst.New(2 * a.cfg.Rate)
	window := newWindow(a.cfg.MaxInFlight)
	idle := &senderPool{attack: a}
	var requests sync.WaitGroup
	for k := range a.cfg.Requests {
		due := start.Add(time.Duration(k/a.cfg.Rate) * time.Second)
		if sleepUntil(ctx, due) != nil || limiter.Wait(ctx) != nil {
			break
		}
		if k%a.cfg.Rate == 0 {
			window.begin(due, min(a.cfg.Rate, a.cfg.Requests-k))
		}
		if window.enter(ctx) != nil {
			break
		}
		requests.Go(func() {
			s := idle.take()
			s.send(k, due)
			idle.put(s)
			window.leave()
		})
	}
	requests.Wait()
	idle.close()
}

// sleepUntil returns ctx's error if ctx is done first.
func sleepUntil(ctx context.Context, t time.Time) error {
	wait := time.Until(t)
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A senderPool hands out the sender that was used last, so that connections
// beyond those needed grow old and are not used again.
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

func (p *senderPool) close() {
	for _, s := range p.idle {
		s.close()
	}
}
