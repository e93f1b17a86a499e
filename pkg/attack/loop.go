package attack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// closedLoop lets senders work back to back until everything is done: as many as
// Concurrency says, which begin evenly over the ramp, or as many as are wanted.
func (a *Attack) closedLoop(ctx context.Context) {
	var next atomic.Int64
	var all senders
	work := func() {
		do, done := a.backToBack(ctx)
		defer done()
		for ctx.Err() == nil && !all.oneLess() {
			k := int(next.Add(1) - 1)
			if k >= a.total {
				return
			}
			do(k, immediately)
		}
	}
	if a.cfg.Wanted != nil {
		start := nextSecond()
		a.recorder.begin(start)
		for ; sleepUntil(ctx, start) == nil; start = start.Add(time.Second) {
			wanted := a.wanted(ctx)
			a.recorder.wants(time.Since(a.recorder.start), wanted)
			all.become(wanted, work)
		}
	} else {
		start := time.Now()
		a.recorder.begin(start)
		for j := range min(a.cfg.Concurrency, a.total) {
			if sleepUntil(ctx, start.Add(time.Duration(j)*a.cfg.Ramp/time.Duration(a.cfg.Concurrency))) != nil {
				break
			}
			all.become(j+1, work)
		}
	}
	all.Wait()
}

// senders are those of a closed loop, whose number may change.
type senders struct {
	sync.WaitGroup
	wanted, working atomic.Int64
}

// become makes them so many, each of which does work. Those too many leave after
// what they do.
func (s *senders) become(wanted int, work func()) {
	s.wanted.Store(int64(wanted))
	for s.working.Load() < s.wanted.Load() {
		s.working.Add(1)
		s.Go(work)
	}
}

// oneLess reports whether the sender that asks is one too many, and counts it
// out if so.
func (s *senders) oneLess() bool {
	for {
		working := s.working.Load()
		if working <= s.wanted.Load() {
			return false
		}
		if s.working.CompareAndSwap(working, working-1) {
			return true
		}
	}
}

// backToBack returns what does one thing after the other in a closed loop: sends a
// request, over a connection of its own, or holds a conversation.
func (a *Attack) backToBack(ctx context.Context) (do func(k int, due time.Duration), done func()) {
	if a.player != nil {
		return func(k int, due time.Duration) { a.converse(ctx, k, due) }, func() {}
	}
	s := newSender(a)
	return s.send, s.close
}

// wanted asks how many are wanted now. Of a run that is stopped that is what was
// wanted last. Only the loop asks.
func (a *Attack) wanted(ctx context.Context) int {
	if ctx.Err() == nil {
		a.wantedLast = a.cfg.Wanted()
		a.wantedMost.Store(max(a.wantedMost.Load(), int64(a.wantedLast)))
	}
	return a.wantedLast
}

// nextSecond returns when the next whole second of the wall clock begins. It
// can be compared with later times even if the clock is set meanwhile.
func nextSecond() time.Time {
	now := time.Now()
	return now.Add(now.Truncate(time.Second).Add(time.Second).Sub(now))
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
