package attack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"call-load-tester/pkg/burst"
)

// closedLoop lets each of so many workers work back to back until everything is
// done: they begin evenly over the ramp.
func (a *Attack) closedLoop(ctx context.Context) {
	a.recorder.begin()
	start := a.recorder.start
	var next atomic.Int64
	var workers sync.WaitGroup
	for j := range min(a.cfg.Concurrency, a.cfg.Total) {
		workers.Go(func() {
			if sleepUntil(ctx, start.Add(time.Duration(j)*a.cfg.Ramp/time.Duration(a.cfg.Concurrency))) != nil {
				return
			}
			do, done := a.worker(ctx)
			defer done()
			for ctx.Err() == nil {
				k := next.Add(1) - 1
				if k >= int64(a.cfg.Total) {
					return
				}
				do(int(k), immediately)
			}
		})
	}
	workers.Wait()
}

// worker returns what does one thing after the other in a closed loop: sends a
// request, over a connection of its own, or holds a conversation.
func (a *Attack) worker(ctx context.Context) (do func(k int, due time.Duration), done func()) {
	if a.player != nil {
		return func(k int, due time.Duration) { a.converse(ctx, k, due) }, func() {}
	}
	s := newSender(a)
	return s.send, s.close
}

// openLoop does what is due in a second at its beginning, whatever became of
// what was due before: all of a burst at once, as far as MaxInFlight and the
// limiter allow.
//
// A limiter of just the rate would let the bursts drift: each starts a timer's
// lateness after the second that it waited for, one slow burst delays all that
// follow, and there is no catching up. So the schedule sets the pace, and the
// limiter bounds how fast a run that fell behind comes back: at twice the rate.
//
// Connections that a burst needs are opened shortly before it: thousands opened
// within it would make its last requests late. It returns the time of the sending:
// as long as the bursts take at the rate, and how long after it was due the last
// request was sent.
func (a *Attack) openLoop(ctx context.Context) (sending time.Duration) {
	rate := a.cfg.Schedule()
	limiter := burst.New(2 * a.cfg.Rate)
	inFlight := make(chan struct{}, a.cfg.MaxInFlight)
	idle := a.pools.of(a.cfg.Envelope.URL)
	idle.dialAhead(ctx, min(rate(0), a.cfg.Total, cap(inFlight)), time.Now().Add(ahead))
	a.recorder.begin()
	start := a.recorder.start
	var under sync.WaitGroup
	for first, second := 0, 0; first < a.cfg.Total; second++ {
		due := time.Duration(second) * time.Second
		size := min(rate(second), a.cfg.Total-first)
		if second > 0 && sleepUntil(ctx, start.Add(due-ahead)) == nil {
			idle.dialAhead(ctx, min(size, cap(inFlight)-len(inFlight)), start.Add(due))
		}
		for i := range size {
			k := first + i
			if sleepUntil(ctx, start.Add(due)) != nil || limiter.Wait(ctx) != nil || acquire(ctx, inFlight) != nil {
				a.leave(k, due, rate)
				under.Wait()
				return sending
			}
			sending = time.Since(start) + time.Duration(i+1)*time.Second/time.Duration(rate(second))
			under.Go(func() {
				a.do(ctx, idle, k, due)
				<-inFlight
			})
		}
		first += size
	}
	under.Wait()
	return sending
}

// do sends request k, or holds conversation k.
func (a *Attack) do(ctx context.Context, idle *senderPool, k int, due time.Duration) {
	if a.player != nil {
		a.converse(ctx, k, due)
		return
	}
	s := idle.take()
	s.send(k, due)
	idle.put(s)
}

// leave counts what was due when an open loop was stopped before k, which was
// due then.
func (a *Attack) leave(k int, due time.Duration, rate burst.Schedule) {
	stopped := time.Since(a.recorder.start)
	if all := min(rate.Total(int(stopped/time.Second)+1), a.cfg.Total); all > k {
		a.recorder.addUnsent(all-k, stopped-due)
	}
}

// acquire takes a place among the requests in flight, or returns ctx's error.
func acquire(ctx context.Context, inFlight chan<- struct{}) error {
	select {
	case inFlight <- struct{}{}:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
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
