package burst_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/burst"
)

func TestStartsFallInBurstsOfTheCap(t *testing.T) {
	for _, tc := range []struct {
		what string
		cap  int
		busy []time.Duration // how long the caller is busy after each start
		want []float64       // seconds
	}{
		{"an instant API: the cap at once, then the next second", 3,
			make([]time.Duration, 9), []float64{0, 0, 0, 1, 1, 1, 2, 2, 2}},
		{"a cap of one is one a second", 1,
			make([]time.Duration, 4), []float64{0, 1, 2, 3}},
		{"a slow caller is never held back", 2,
			[]time.Duration{time.Second, time.Second, time.Second, 0}, []float64{0, 1, 2, 3}},
		{"no catching up after a stall", 2,
			[]time.Duration{0, 10 * time.Second, 0, 0, 0}, []float64{0, 0, 10, 10, 11}},
		{"starts spread over a second stay spread: the second slides", 3,
			[]time.Duration{500 * time.Millisecond, 400 * time.Millisecond, 0, 0, 0, 0},
			[]float64{0, 0.5, 0.9, 1, 1.5, 1.9}},
		{"a start exactly one second after the first is in the next second", 2,
			[]time.Duration{0, time.Second, 0, 0}, []float64{0, 0, 1, 1}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lim, t0 := burst.New(tc.cap), time.Now()
				var got []float64
				for _, busy := range tc.busy {
					if err := lim.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
					got = append(got, time.Since(t0).Seconds())
					time.Sleep(busy)
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("starts at %v, want %v", got, tc.want)
				}
			})
		})
	}
}

func TestTheCapFollowsItsSchedule(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		what string
		caps caps
		busy []time.Duration // how long the caller is busy after each start
		want []float64       // seconds
	}{
		{"a ramp up, used to the full", caps{1, 2, 3},
			make([]time.Duration, 9), []float64{0, 1, 1, 2, 2, 2, 3, 3, 3}},
		{"a ramp down", caps{3, 2, 1},
			make([]time.Duration, 8), []float64{0, 0, 0, 1, 1, 2, 3, 4}},
		{"steps up and down", caps{1, 3, 1, 2},
			make([]time.Duration, 9), []float64{0, 1, 1, 1, 2, 3, 3, 4, 4}},
		{"from one to many at once", caps{1, 5},
			make([]time.Duration, 8), []float64{0, 1, 1, 1, 1, 1, 2, 2}},
		{"after a late burst the next second starts what its cap is larger by, the rest when the burst is a second old",
			caps{1, 2, 4}, []time.Duration{1500 * ms, 0, 0, 0, 0, 0, 0}, []float64{0, 1.5, 1.5, 2, 2, 2.5, 2.5}},
		{"a full late burst before a smaller cap: nothing goes until it is a second old",
			caps{1, 3, 2}, []time.Duration{1500 * ms, 0, 0, 0, 0, 0, 0}, []float64{0, 1.5, 1.5, 1.5, 2.5, 2.5, 3.5}},
		{"half a late burst before a smaller cap: together no more than the larger",
			caps{1, 4, 2}, []time.Duration{1500 * ms, 0, 500 * ms, 0, 0, 0, 0}, []float64{0, 1.5, 1.5, 2, 2, 3, 3}},
		{"the seconds go on while nothing is started, and nothing is caught up", caps{1, 2, 3, 4},
			[]time.Duration{2700 * ms, 0, 0, 0, 0, 0, 0}, []float64{0, 2.7, 2.7, 2.7, 3, 3.7, 3.7}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lim := burst.NewScheduled(tc.caps.schedule)
				time.Sleep(10 * time.Second) // second 0 begins with the first start
				t0 := time.Now()
				var got []float64
				for _, busy := range tc.busy {
					if err := lim.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
					got = append(got, time.Since(t0).Seconds())
					time.Sleep(busy)
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("caps %v: starts at %v, want %v", tc.caps, got, tc.want)
				}
			})
		})
	}
}

// A number that changes at any time holds from the next second on, for a Wait
// that is already under way, too.
func TestAChangedNumberHoldsFromTheNextSecondOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var number atomic.Int64
		number.Store(1)
		var asked []int
		lim, t0 := burst.NewScheduled(func(k int) int {
			asked = append(asked, k)
			return int(number.Load())
		}), time.Now()
		time.AfterFunc(1500*time.Millisecond, func() { number.Store(3) })
		time.AfterFunc(3500*time.Millisecond, func() { number.Store(2) })
		var got []float64
		for _, busy := range []time.Duration{1200 * time.Millisecond, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 * time.Second, 0} {
			_ = lim.Wait(t.Context())
			got = append(got, time.Since(t0).Seconds())
			time.Sleep(busy)
		}
		// The start at 1.2 is within the second that ends at 2.0, so then only two
		// of the three may go.
		if want := []float64{0, 1.2, 2, 2, 2.2, 3, 3, 3.2, 4, 4, 5, 10}; !slices.Equal(got, want) {
			t.Errorf("starts at %v, want %v", got, want)
		}
		if want := []int{0, 1, 2, 3, 4, 5, 10}; !slices.Equal(asked, want) {
			t.Errorf("asked for the caps of seconds %v, want %v, each once", asked, want)
		}
	})
}

func TestThousandsOfCallersShareOneCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const cap, callers = 250, 5000
		lim, t0 := burst.New(cap), time.Now()
		var mu sync.Mutex
		perSecond := map[time.Duration]int{}
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				if err := lim.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				perSecond[time.Since(t0)]++
				mu.Unlock()
			})
		}
		wg.Wait()
		for s := range callers / cap {
			if at := time.Duration(s) * time.Second; perSecond[at] != cap {
				t.Errorf("%d starts at %v, want %d", perSecond[at], at, cap)
			}
		}
	})
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.New(2)
		order := make(chan int, 9)
		for i := range 9 {
			go func() {
				if err := lim.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				order <- i
			}()
			synctest.Wait() // i waits, or has gone, before i+1 comes
		}
		for i := range 9 {
			if got := <-order; got != i {
				t.Fatalf("start %d was caller %d's", i, got)
			}
		}
	})
}

func TestACancelledWaitCountsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim, t0 := burst.New(1), time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		if err := lim.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		errs := make(chan error, 3)
		for range 3 { // one sleeps until 1 s, two wait behind it
			go func() { errs <- lim.Wait(ctx) }()
		}
		synctest.Wait()
		time.Sleep(500 * time.Millisecond)
		cancel()
		for range 3 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled wait returned %v, want context.Canceled", err)
			}
		}
		if err := lim.Wait(t.Context()); err != nil || time.Since(t0) != time.Second {
			t.Errorf("next start at %v (error %v), want 1s: the cancelled waits do not count", time.Since(t0), err)
		}
		if err := lim.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("a wait cancelled before it began returned %v", err)
		}
	})
}

// A start that takes its time holds the others up and counts from its end, so
// that the cap holds wherever within it the request is sent.
func TestDoCountsFromTheEndOfTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim, t0 := burst.New(2), time.Now()
		var ends []float64
		for range 5 {
			err := lim.Do(t.Context(), func() { time.Sleep(100 * time.Millisecond) })
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, time.Since(t0).Seconds())
		}
		// The third may begin a second after the end of the first.
		if want := []float64{0.1, 0.2, 1.2, 1.3, 2.3}; !slices.Equal(ends, want) {
			t.Errorf("starts end at %v, want %v", ends, want)
		}
	})
}

func TestWaitingAllocatesNothing(t *testing.T) {
	for _, tc := range []struct {
		what string
		caps caps
	}{
		{"a constant cap, a second for each wait", caps{1}},
		{"caps that rise and fall", append(caps{3}, slices.Repeat(caps{1, 2, 3, 2}, 1000)...)},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			lim := burst.NewScheduled(tc.caps.schedule)
			if got := testing.AllocsPerRun(1000, func() { _ = lim.Wait(ctx) }); got != 0 {
				t.Errorf("%s: %v allocations a wait, want 0", tc.what, got)
			}
		})
	}
}

func TestNewRefusesACapBelowOne(t *testing.T) {
	for _, cap := range []int{0, -1, math.MinInt} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%d) did not panic", cap)
				}
			}()
			burst.New(cap)
		}()
	}
}

func TestAScheduledCapBelowOnePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := burst.NewScheduled(caps{1, 1, 0}.schedule)
		defer func() {
			if got, want := recover(), "burst: the cap of second 2 is 0; it must be at least 1"; got != want {
				t.Errorf("panicked with %v, want %q", got, want)
			}
		}()
		for range 3 {
			_ = lim.Wait(t.Context())
		}
	})
}

func ExampleLimiter_Wait() {
	lim := burst.New(100)
	for i := range 3 {
		if err := lim.Wait(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("start", i)
	}
	// Output:
	// start 0
	// start 1
	// start 2
}

func BenchmarkWait(b *testing.B) {
	lim := burst.New(b.N + 1) // never reached
	ctx := b.Context()
	_ = lim.Wait(ctx) // makes room for the cap
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		_ = lim.Wait(ctx)
	}
}
