// Package burst limits starts to a number per second, in bursts: as fast as
// the callers can until the cap of a second is reached, then nothing until the
// second is over. The cap may change from second to second.
//
// It is not a token bucket. A full bucket plus its refill lets through up to
// twice the rate within one second; a [Limiter] never lets more than its cap
// through in any second, wherever that second begins.
package burst

import (
	"context"
	"fmt"
	"time"
)

// Window is the span over which the cap holds: half-open, [t, t+Window).
const Window = time.Second

// A Limiter decides when the next start may go. No second, wherever it begins,
// has more starts than the cap. Where the cap changes, that is the larger cap of
// the two seconds of the [Schedule] that such a second overlaps. There is no
// catching up: time not used is lost.
//
// A Limiter is safe for concurrent use. Its memory grows with the largest cap
// alone, and waiting allocates nothing.
type Limiter struct {
	// OnBurst, if not nil, is called once for every full burst, at the start
	// that follows it. Set it before the first Wait. All other Waits are held
	// up while it runs, so it must return quickly and must not call Wait.
	OnBurst func(Burst)

	schedule Schedule
	lock     chan struct{} // guards the fields below; a channel, so that waiting for it can be cancelled
	timer    *time.Timer

	first  time.Time // the first start; instants are durations since then
	recent recent    // the latest starts

	// Of the current second of the schedule:
	end     time.Duration // when it is over
	cap     int           // its cap
	most    int           // the larger of its cap and that of the second before
	started int           // starts in it so far

	lastCap int           // cap of the second of the latest start
	since   int           // starts since OnBurst was last called
	slept   time.Duration // how long the next start has been held back so far, cancelled Waits included
}

// A Burst describes a full burst: the cap was reached, and the start that
// followed had to wait.
type Burst struct {
	Cap   int           // starts in the burst: the target rate, per second
	Rate  float64       // starts per second, from the burst's first start to the next burst's
	Slept time.Duration // how long the next start was held back
}

// New returns a Limiter that lets cap starts a second through. It panics if
// cap is not at least 1.
func New(cap int) *Limiter { return NewScheduled(Ramp(cap, 0)) }

// NewScheduled returns a Limiter whose cap follows the schedule. The cap of a
// second is asked for at most once, while that second lasts. So a schedule may
// return a number that changes at any time: the change holds from the next
// second on, if not before. All Waits are held up while the schedule is asked,
// so it must return quickly and must not call Wait. Wait panics if a cap is not
// at least 1.
func NewScheduled(schedule Schedule) *Limiter {
	return &Limiter{schedule: schedule, lock: make(chan struct{}, 1)}
}

// Wait blocks until the next start may go, and counts it. If ctx is done first
// it returns ctx's error and counts nothing. Waits are served first come, first
// served.
//
// The cap holds for the instants at which Wait lets starts go. If its callers
// are delayed afterwards, for example because the processor is busy, their
// starts may still crowd into one second. [Limiter.Do] has no such gap.
func (l *Limiter) Wait(ctx context.Context) error { return l.Do(ctx, func() {}) }

// Do waits as [Limiter.Wait] does and then calls start itself. The start counts
// from the moment it returns, and no other goes meanwhile: start must be quick,
// and must not call Wait or Do.
func (l *Limiter) Do(ctx context.Context, start func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Goroutines blocked on a channel are woken in the order in which they came.
	select {
	case l.lock <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.lock }()

	if err := l.sleep(ctx); err != nil {
		return err
	}
	start()
	l.count()
	return nil
}

// sleep waits until the next start may go.
func (l *Limiter) sleep(ctx context.Context) error {
	if l.first.IsZero() {
		return nil
	}
	wait := l.wait(time.Since(l.first))
	if wait <= 0 {
		return nil
	}
	asleep := time.Now()
	defer func() { l.slept += time.Since(asleep) }()
	for ; wait > 0; wait = l.wait(time.Since(l.first)) {
		if l.timer == nil {
			l.timer = time.NewTimer(wait)
		} else {
			l.timer.Reset(wait)
		}
		select {
		case <-l.timer.C:
		case <-ctx.Done():
			l.timer.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// wait returns how long to wait before asking again, or 0 or less if a start
// may go now.
//
// A start may go if the current second of the schedule has had fewer starts
// than its cap, and the last [Window] fewer than the larger cap of the two
// seconds it overlaps. Every other second with this start as its latest begins
// later than one of these two, so that it holds no more.
func (l *Limiter) wait(now time.Duration) time.Duration {
	l.enter(now)
	if l.started >= l.cap {
		return l.end - now // ask again then: the next second may have another cap
	}
	return l.recent.last(l.most) + Window - now // before end: that start was before this second
}

// enter makes the second that now lies in the current one.
func (l *Limiter) enter(now time.Duration) {
	if now < l.end {
		return
	}
	k := int(now / Window)
	cap := l.schedule(k)
	if cap < 1 {
		panic(fmt.Sprintf("burst: the cap of second %d is %d; it must be at least 1", k, cap))
	}
	l.end = time.Duration(k+1) * Window
	l.most = max(l.cap, cap) // after seconds without a start the cap alone decides
	l.cap, l.started = cap, 0
	l.recent.keep(l.most)
}

// count counts a start, and reports the full burst before it if the start had
// to wait for it to be over.
func (l *Limiter) count() {
	if l.first.IsZero() {
		l.first = time.Now()
	}
	now := time.Since(l.first)
	if l.slept > 0 && l.since >= l.lastCap {
		if l.OnBurst != nil {
			took := now - l.recent.last(l.lastCap)
			l.OnBurst(Burst{Cap: l.lastCap, Rate: float64(l.lastCap) / took.Seconds(), Slept: l.slept})
		}
		l.since = 0
	}
	l.enter(now)
	l.recent.add(now)
	l.started++
	l.lastCap = l.cap
	l.since++
	l.slept = 0
}
