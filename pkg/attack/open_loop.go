package attack

import (
	"context"
	"sync"
	"time"

	"call-load-tester/pkg/burst"
)

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
	var rate, atMost burst.Schedule
	var start time.Time
	if a.cfg.Wanted != nil {
		rate = func(int) int { return a.wanted(ctx) }
		atMost = func(int) int { return 2 * max(1, a.wanted(ctx)) }
		start = nextSecond()
	} else {
		rate, atMost = a.cfg.Schedule(), burst.Ramp(2*a.cfg.Rate, 0)
		start = time.Now().Add(ahead)
	}
	limiter := burst.NewScheduled(atMost)
	inFlight := make(chan struct{}, a.cfg.MaxInFlight)
	idle := a.pools.of(a.cfg.Envelope.URL)
	idle.dialAhead(ctx, min(rate(0), a.total, cap(inFlight)), start)
	if a.cfg.Wanted == nil {
		start = time.Now() // there are connections enough
	}
	a.recorder.begin(start)
	var under sync.WaitGroup
	defer under.Wait()
	for first, second := 0, 0; first < a.total; second++ {
		due := time.Duration(second) * time.Second
		if second > 0 && sleepUntil(ctx, start.Add(due-ahead)) == nil {
			idle.dialAhead(ctx, min(rate(second), a.total-first, cap(inFlight)-len(inFlight)), start.Add(due))
		}
		if sleepUntil(ctx, start.Add(due)) != nil {
			a.leave(second, first, 0, rate)
			return sending
		}
		wanted := rate(second)
		if a.cfg.Wanted != nil {
			a.recorder.wants(due, wanted)
		}
		size := min(wanted, a.total-first)
		for i := range size {
			if limiter.Wait(ctx) != nil || acquire(ctx, inFlight) != nil {
				a.leave(second, first, i, rate)
				return sending
			}
			k := first + i
			sending = time.Since(start) + time.Duration(i+1)*time.Second/time.Duration(wanted)
			under.Go(func() {
				a.do(ctx, idle, k, due)
				<-inFlight
			})
		}
		first += size
	}
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

// leave counts what was due when an open loop was stopped: in the second whose
// first request is that number, all but the first so many of it, and in the
// seconds that had begun since.
func (a *Attack) leave(second, first, done int, rate burst.Schedule) {
	stopped := time.Since(a.recorder.start)
	due := time.Duration(second) * time.Second
	left := -done
	for s := second; time.Duration(s)*time.Second <= stopped; s++ {
		left += rate(s)
	}
	if left = min(left, a.total-first-done); left > 0 {
		a.recorder.addUnsent(left, stopped-due)
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
