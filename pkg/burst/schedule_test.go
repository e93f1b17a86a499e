package burst_test

import (
	"math"
	"slices"
	"testing"

	"call-load-tester/pkg/burst"
)

func TestRamp(t *testing.T) {
	for _, tc := range []struct {
		what         string
		cap, seconds int
		want         []int // caps from second 0 on
		total        int   // of these
	}{
		{"no ramp", 20, 0, []int{20, 20, 20}, 60},
		{"over one second: the first has the whole cap", 20, 1, []int{20, 20}, 40},
		{"even steps", 20, 5, []int{4, 8, 12, 16, 20, 20}, 80},
		{"rounded down", 5, 3, []int{1, 3, 5, 5}, 14},
		{"from 1 at least", 2, 6, []int{1, 1, 1, 1, 1, 2, 2}, 9},
		{"a cap of 1 does not grow", 1, 3, []int{1, 1, 1, 1}, 4},
		{"large numbers do not overflow", 2_000_000_000, 1_000_000_000, []int{2, 4, 6}, 12},
	} {
		t.Run(tc.what, func(t *testing.T) {
			ramp := burst.Ramp(tc.cap, tc.seconds)
			var got []int
			for k := range tc.want {
				got = append(got, ramp(k))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("Ramp(%d, %d) = %v, want %v", tc.cap, tc.seconds, got, tc.want)
			}
			if got := ramp.Total(len(tc.want)); got != tc.total {
				t.Errorf("Ramp(%d, %d).Total(%d) = %d, want %d", tc.cap, tc.seconds, len(tc.want), got, tc.total)
			}
		})
	}
}

func TestRampReachesItsCapInItsLastSecond(t *testing.T) {
	ramp := burst.Ramp(20, 60)
	for k, want := range map[int]int{0: 1, 5: 2, 28: 9, 29: 10, 58: 19, 59: 20, 60: 20, 1 << 40: 20} {
		if got := ramp(k); got != want {
			t.Errorf("Ramp(20, 60)(%d) = %d, want %d", k, got, want)
		}
	}
}

// Total and Second are each other's inverse.
func TestSecondIsWhereTheTotalReachesAStart(t *testing.T) {
	ramp := burst.Ramp(5, 3) // 1, 3, 5, 5 …
	for n, want := range []int{0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4} {
		got := ramp.Second(n)
		if got != want {
			t.Errorf("Second(%d) = %d, want %d", n, got, want)
		}
		if before, after := ramp.Total(got), ramp.Total(got+1); n < before || n >= after {
			t.Errorf("Second(%d) = %d, but the starts of that second are %d to %d", n, got, before, after-1)
		}
	}
}

func TestRampRefusesWhatIsNoRamp(t *testing.T) {
	for _, tc := range []struct{ cap, seconds int }{{0, 5}, {-1, 5}, {math.MinInt, 0}, {1, -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Ramp(%d, %d) did not panic", tc.cap, tc.seconds)
				}
			}()
			burst.Ramp(tc.cap, tc.seconds)
		}()
	}
}
