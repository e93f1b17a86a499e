package burst_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/burst"
)

func TestOnBurstIsCalledForFullBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.New(2)
		var got []burst.Burst
		lim.OnBurst = func(b burst.Burst) { got = append(got, b) }
		for _, busy := range []time.Duration{
			250 * time.Millisecond, 0, // full: the next start waits 750 ms
			0, 4 * time.Second, // a full second's worth, but nobody had to wait after it
			0, 0, // full, closed by the start below
			0,
		} {
			if err := lim.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(busy)
		}
		want := []burst.Burst{
			{Cap: 2, Rate: 2, Slept: 750 * time.Millisecond},
			{Cap: 2, Rate: 2, Slept: time.Second},
		}
		if !slices.Equal(got, want) {
			t.Errorf("bursts %+v, want %+v", got, want)
		}
	})
}

// A start was held back from the moment the first Wait had to wait for it, even
// if that Wait was cancelled.
func TestABurstTellsOfCancelledWaitsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.New(1)
		var got []burst.Burst
		lim.OnBurst = func(b burst.Burst) { got = append(got, b) }
		_ = lim.Wait(t.Context())
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
			_ = lim.Wait(ctx)
			cancel()
		}
		time.Sleep(100 * time.Millisecond) // nobody waits
		_ = lim.Wait(t.Context())
		if want := []burst.Burst{{Cap: 1, Rate: 1, Slept: 900 * time.Millisecond}}; !slices.Equal(got, want) {
			t.Errorf("bursts %+v, want %+v", got, want)
		}
	})
}

// A burst has the cap of the second that it fills.
func TestOnBurstTellsTheCapOfTheSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.NewScheduled(caps{1, 3, 2, 5, 4}.schedule)
		var got []burst.Burst
		lim.OnBurst = func(b burst.Burst) { got = append(got, b) }
		for _, busy := range []time.Duration{
			0, 0, 0, 0, 0, 0, // 1, 3, 2
			0, 0, 0, 0, 1500 * time.Millisecond, // 5, but nobody had to wait after them
			0, 0, 0, 0, 0, // 4, half a second late, and one that waits for them
		} {
			_ = lim.Wait(t.Context())
			time.Sleep(busy)
		}
		want := []burst.Burst{
			{Cap: 1, Rate: 1, Slept: time.Second},
			{Cap: 3, Rate: 3, Slept: time.Second},
			{Cap: 2, Rate: 2, Slept: time.Second},
			{Cap: 4, Rate: 4, Slept: time.Second},
		}
		if !slices.Equal(got, want) {
			t.Errorf("bursts %+v, want %+v", got, want)
		}
	})
}

// The rate is that from the first start of a burst to that of the next.
func TestABurstOfSlowStartsTellsTheirRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.New(2)
		var got []burst.Burst
		lim.OnBurst = func(b burst.Burst) { got = append(got, b) }
		for range 3 { // they end at 0.25, 0.5 and 1.5 s
			_ = lim.Do(t.Context(), func() { time.Sleep(250 * time.Millisecond) })
		}
		want := []burst.Burst{{Cap: 2, Rate: 2 / 1.25, Slept: 750 * time.Millisecond}}
		if !slices.Equal(got, want) {
			t.Errorf("bursts %+v, want %+v", got, want)
		}
	})
}

// A burst that fills its second is reported even if the starts before it filled
// none.
func TestOnBurstIsCalledAfterAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.New(5)
		reported := 0
		lim.OnBurst = func(b burst.Burst) {
			reported++
			if b != (burst.Burst{Cap: 5, Rate: 5, Slept: time.Second}) {
				t.Errorf("burst %+v, want five in a second", b)
			}
		}
		for range 3 {
			_ = lim.Wait(t.Context())
		}
		time.Sleep(100 * time.Second)
		for range 26 {
			_ = lim.Wait(t.Context())
		}
		if reported != 5 {
			t.Errorf("%d bursts reported, want the 5 that the 26 starts filled", reported)
		}
	})
}
