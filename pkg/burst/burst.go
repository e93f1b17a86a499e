// Package burst limits starts to a number per second, in bursts: as fast as
// the callers can until the cap of a second is reached, then nothing until the
// second is over.
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

// A Limiter decides when the next start may go. It remembers the instants of
// the last cap starts; the next one may go when the oldest of them is a
// [Window] old. There is no catching up: time not used is lost.
//
// A Limiter is safe for concurrent use. Its memory grows with the cap alone,
// and waiting allocates nothing.
type Limiter struct {
	// OnBurst, if not nil, is called once for every full burst, at the start
	// that follows it. Set it before the first Wait. All other Waits are held
	// up while it runs, so it must return quickly and must not call Wait.
	OnBurst func(Burst)

	lock   chan struct{} // guards the fields below; a channel, so that waiting for it can be cancelled
	recent []time.Time   // ring of the last starts; the zero time is long ago
	oldest int           // index into recent
	timer  *time.Timer

	since int           // starts since OnBurst was last called
	slept time.Duration // how long the next start has been held back so far, cancelled Waits included
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
func New(cap int) *Limiter {
	if cap < 1 {
		panic(fmt.Sprintf("burst: New(%d): the cap must be at least 1", cap))
	}
	return &Limiter{lock: make(chan struct{}, 1), recent: make([]time.Time, cap)}
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

	if err := l.sleep(ctx, l.recent[l.oldest].Add(Window)); err != nil {
		return err
	}
	start()
	l.record(time.Now())
	return nil
}

// sleep waits until due.
func (l *Limiter) sleep(ctx context.Context, due time.Time) error {
	asleep := time.Now()
	wait := due.Sub(asleep)
	if wait <= 0 {
		return nil
	}
	defer func() { l.slept += time.Since(asleep) }()
	for ; wait > 0; wait = time.Until(due) {
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

// record counts a start at now, and reports the full burst before it if the
// start had to wait for it to be over.
func (l *Limiter) record(now time.Time) {
	if l.slept > 0 && l.since >= len(l.recent) {
		if l.OnBurst != nil {
			l.OnBurst(Burst{
				Cap:   len(l.recent),
				Rate:  float64(len(l.recent)) / now.Sub(l.recent[l.oldest]).Seconds(),
				Slept: l.slept,
			})
		}
		l.since = 0
	}
	l.recent[l.oldest] = now
	l.oldest = (l.oldest + 1) % len(l.recent)
	l.since++
	l.slept = 0
}
