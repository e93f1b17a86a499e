package burst_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/burst"

	"pgregory.net/rapid"
)

// All that happens in these tests happens at multiples of a tick.
const tick = 50 * time.Millisecond

// caps is a schedule written down, second by second. The last cap goes on; the
// first holds before second 0, too.
type caps []int

func (c caps) schedule(k int) int { return c[max(0, min(k, len(c)-1))] }

// allowed returns the larger cap of the seconds that the half-open second from
// t on touches.
func (c caps) allowed(t time.Duration) int {
	first, last := t.Truncate(time.Second), (t + time.Second - tick).Truncate(time.Second)
	return max(c.schedule(int(first/time.Second)), c.schedule(int(last/time.Second)))
}

// overfull looks for a half-open second with more starts than allowed, and
// returns when it begins. It tries the seconds that begin at a tick: any other
// holds the starts of the next of these, and touches no fewer seconds.
func (c caps) overfull(starts []time.Duration) (from time.Duration, found bool) {
	for _, last := range starts {
		for from := last - time.Second + tick; from <= last; from += tick {
			inside := 0
			for _, s := range starts {
				if from <= s && s < from+time.Second {
					inside++
				}
			}
			if inside > c.allowed(from) {
				return from, true
			}
		}
	}
	return 0, false
}

func drawCaps(t *rapid.T) caps {
	switch rapid.SampledFrom([]string{"constant", "ramp", "any"}).Draw(t, "kind") {
	case "constant":
		return caps{rapid.IntRange(1, 8).Draw(t, "cap")}
	case "ramp":
		seconds := rapid.IntRange(1, 8).Draw(t, "seconds")
		ramp := burst.Ramp(rapid.IntRange(1, 8).Draw(t, "cap"), seconds)
		var c caps
		for k := range seconds {
			c = append(c, ramp(k))
		}
		return c
	}
	return rapid.SliceOfN(rapid.IntRange(1, 8), 1, 8).Draw(t, "caps")
}

// upTo draws a duration of whole ticks, often none.
func upTo(most time.Duration) *rapid.Generator[time.Duration] {
	return rapid.OneOf(rapid.Just(time.Duration(0)), rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.IntRange(0, int(most/tick)).Draw(t, "ticks")) * tick
	}))
}

// A caller comes, waits for as long as its patience, and takes a while to start:
// the request is sent somewhere within that while.
type caller struct{ arrives, patience, before, after time.Duration }

func drawCaller(t *rapid.T) caller {
	return caller{
		arrives:  upTo(6*time.Second).Draw(t, "arrives"),
		patience: rapid.SampledFrom([]time.Duration{tick, 300 * time.Millisecond, time.Second, time.Minute}).Draw(t, "patience"),
		before:   upTo(1500*time.Millisecond).Draw(t, "before"),
		after:    upTo(1500*time.Millisecond).Draw(t, "after"),
	}
}

// Whatever the callers do, no second anywhere holds more starts than allowed:
// neither of the instants at which requests are sent nor of those that count.
func TestNoSecondExceedsTheCap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCaps(rt)
		callers := rapid.SliceOfN(rapid.Custom(drawCaller), 1, 60).Draw(rt, "callers")
		synctest.Test(t, func(t *testing.T) {
			lim, t0 := burst.NewScheduled(c.schedule), time.Now()
			var sent, counted []time.Duration // Do lets one go at a time
			var wg sync.WaitGroup
			for _, caller := range callers {
				wg.Go(func() {
					time.Sleep(caller.arrives)
					ctx, cancel := context.WithTimeout(t.Context(), caller.patience)
					defer cancel()
					_ = lim.Do(ctx, func() {
						time.Sleep(caller.before)
						sent = append(sent, time.Since(t0))
						time.Sleep(caller.after)
						counted = append(counted, time.Since(t0))
					})
				})
			}
			wg.Wait()
			if len(counted) == 0 {
				return
			}
			first := counted[0] // second 0 begins here
			for what, instants := range map[string][]time.Duration{"sent": sent, "counted": counted} {
				for i := range instants {
					instants[i] -= first
				}
				if from, found := c.overfull(instants); found {
					rt.Errorf("caps %v: starts %s at %v; too many in the second from %v on", c, what, instants, from)
				}
			}
		})
	})
}

// A start goes at the first instant at which it makes no second overfull. The
// expected instants are found by trial, a tick at a time.
func TestAStartGoesAsSoonAsTheCapAllows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCaps(rt)
		busy := rapid.SliceOfN(upTo(1200*time.Millisecond), 1, 40).Draw(rt, "busy")
		synctest.Test(t, func(t *testing.T) {
			lim, t0 := burst.NewScheduled(c.schedule), time.Now()
			var got, want []time.Duration
			for _, busy := range busy {
				expected := time.Since(t0)
				for {
					if _, found := c.overfull(append(want, expected)); !found {
						break
					}
					expected += tick
				}
				want = append(want, expected)
				_ = lim.Wait(t.Context())
				got = append(got, time.Since(t0))
				time.Sleep(busy)
			}
			if !slices.Equal(got, want) {
				rt.Errorf("caps %v, busy for %v: starts at %v, want %v", c, busy, got, want)
			}
		})
	})
}
