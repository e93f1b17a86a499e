package burst_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/burst"

	"pgregory.net/rapid"
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

// No sliding second holds more than the cap, whatever the callers do.
func TestNoSlidingSecondExceedsTheCap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cap := rapid.IntRange(1, 8).Draw(rt, "cap")
		callers := rapid.SliceOfN(rapid.Custom(drawCaller), 1, 60).Draw(rt, "callers")
		synctest.Test(t, func(t *testing.T) {
			lim := burst.New(cap)
			var mu sync.Mutex
			var starts []time.Time
			var wg sync.WaitGroup
			for _, c := range callers {
				wg.Go(func() {
					time.Sleep(c.arrives)
					ctx, cancel := context.WithTimeout(t.Context(), c.patience)
					defer cancel()
					if lim.Wait(ctx) == nil {
						mu.Lock()
						starts = append(starts, time.Now())
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			slices.SortFunc(starts, time.Time.Compare)
			for i := range starts {
				if i+cap < len(starts) && starts[i+cap].Sub(starts[i]) < time.Second {
					t.Errorf("cap %d: %d starts within %v", cap, cap+1, starts[i+cap].Sub(starts[i]))
				}
			}
		})
	})
}

type caller struct{ arrives, patience time.Duration }

func drawCaller(t *rapid.T) caller {
	return caller{
		arrives:  time.Duration(rapid.IntRange(0, 3000).Draw(t, "arrives")) * time.Millisecond,
		patience: time.Duration(rapid.SampledFrom([]int{1, 300, 999, 5000, 100000}).Draw(t, "patience")) * time.Millisecond,
	}
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
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		lim := burst.New(2)
		if got := testing.AllocsPerRun(1000, func() { _ = lim.Wait(ctx) }); got != 0 {
			t.Errorf("%v allocations a wait, want 0", got)
		}
	})
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
	lim := burst.New(b.N) // never reached
	ctx := b.Context()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		_ = lim.Wait(ctx)
	}
}
