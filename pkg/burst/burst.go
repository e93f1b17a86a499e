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
	// OnBurst, if not nil, is told of every full burst, when the start after
	// it goes. Set it before the first Wait. It is called by one Wait at a
	// time, while all others are held up, so it must return quickly and must
	// not call Wait.
	OnBurst func(Burst)

	turn   chan struct{} // held by the one Wait that looks at the fields below
	recent []time.Time   // ring of the last starts; the zero time is long ago
	oldest int           // index into recent
	timer  *time.Timer

	since    int           // starts since a burst was last told of
	sleeping time.Duration // waited for the next start so far, by cancelled waits too
}

// A Burst tells how a full burst went: the cap was reached within one second,
// and the start after it had to wait.
type Burst struct {
	Cap   int           // starts in the burst: the target, per second
	Rate  float64       // starts per second, from the burst's first start to the next burst's
	Slept time.Duration // how long the next start was held back
}

// New returns a Limiter that lets cap starts a second through. It panics if
// cap is not at least 1.
func New(cap int) *Limiter {
	if cap < 1 {
		panic(fmt.Sprintf("burst: New(%d): the cap must be at least 1", cap))
	}
	return &Limiter{turn: make(chan struct{}, 1), recent: make([]time.Time, cap)}
}

// Wait blocks until the next start may go, or until ctx is done; then it
// returns ctx's error and has used up no place. Waits are served first come,
// first served.
//
// What the caller does after Wait may be delayed, by other work for the same
// processor say. Where the cap must hold for the deed itself, use [Limiter.Do].
func (l *Limiter) Wait(ctx context.Context) error { return l.Do(ctx, func() {}) }

// Do waits as [Limiter.Wait] does, then calls start and returns. The place is
// taken from the moment start returns, and nobody else goes meanwhile: start
// must be quick, and must not call Wait or Do.
func (l *Limiter) Do(ctx context.Context, start func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Goroutines blocked on a channel are woken in the order they came.
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()

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
	defer func() { l.sleeping += time.Since(asleep) }()
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

// record notes a start at now, and tells of the burst that it had to wait for.
func (l *Limiter) record(now time.Time) {
	if l.sleeping > 0 && l.since >= len(l.recent) {
		if l.OnBurst != nil {
			l.OnBurst(Burst{
				Cap:   len(l.recent),
				Rate:  float64(len(l.recent)) / now.Sub(l.recent[l.oldest]).Seconds(),
				Slept: l.sleeping,
			})
		}
		l.since = 0
	}
	l.recent[l.oldest] = now
	l.oldest = (l.oldest + 1) % len(l.recent)
	l.since++
	l.sleeping = 0
}
