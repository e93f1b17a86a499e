package compare

import (
	"math"
	"slices"
	"testing"
)

func TestEstimateOfARatio(t *testing.T) {
	for _, tc := range []struct {
		what            string
		x, n            []float64
		value, variance float64
		freedom         float64
	}{
		{"no block differs: nothing varies", []float64{2, 4, 6, 8}, []float64{1, 2, 3, 4}, 2, 0, 1},
		// Σ ∓cos over five and five is 6.3925 and, as the second cosine is symmetric, 0: 2 · 6.3925² / 2 / 10²
		{"two levels, five blocks each", []float64{0, 0, 0, 0, 0, 2, 2, 2, 2, 2}, ones(10), 1, 0.40863, 2},
		{"the same at ten times the size", []float64{0, 0, 0, 0, 0, 20, 20, 20, 20, 20},
			[]float64{10, 10, 10, 10, 10, 10, 10, 10, 10, 10}, 1, 0.40863, 2},
		{"empty blocks count for nothing", []float64{0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2},
			[]float64{0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1}, 1, 0.40863, 2},
		// 10·cos(9°) and 10·cos(18°): 2 · (97.553 + 90.451) / 2 / 10²
		{"all in the first of ten", []float64{10, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ones(10), 1, 1.88004, 2},
		// The cosines are about 0 and −1 in the middle, less than the blocks' own: (81 + 9·1)·10/9 / 10²
		{"all in the fifth of ten", []float64{0, 0, 0, 0, 10, 0, 0, 0, 0, 0}, ones(10), 1, 1, 9},
		// No slow wave: the blocks' own variance, 10·10/9 / 10²
		{"up and down", []float64{0, 2, 0, 2, 0, 2, 0, 2, 0, 2}, ones(10), 1, 0.11111, 9},
		{"what is missing is zero", []float64{}, []float64{1, 1, 1}, 0, 0, 1},
	} {
		e := newRatio(tc.x, tc.n).estimate()
		if math.Abs(e.value-tc.value) > 1e-12 || math.Abs(e.variance-tc.variance) > 1e-5 || e.freedom != tc.freedom {
			t.Errorf("%s: %g with a variance of %g and %g degrees of freedom, want %g, %g and %g",
				tc.what, e.value, e.variance, e.freedom, tc.value, tc.variance, tc.freedom)
		}
	}
}

func TestAStallInOneBlockIsOneErrorFromNone(t *testing.T) {
	for at := range 60 {
		x := make([]float64, 60)
		x[at] = 60
		e := newRatio(x, ones(60)).estimate()
		if errors := e.value / math.Sqrt(e.variance); errors > 1.000001 {
			t.Errorf("a stall in second %d is %.3f standard errors from none, want at most 1", at, errors)
		}
	}
}

func ones(n int) []float64 { return slices.Repeat([]float64{1}, n) }

func TestCosines(t *testing.T) {
	for blocks, want := range map[int]int{1: 1, 10: 2, 20: 3, 30: 4, 60: 6, 120: 10, 300: 18} {
		if got := cosines(blocks); got != want {
			t.Errorf("%d cosines for %d blocks, want %d", got, blocks, want)
		}
	}
}

func TestGreaterIsWelchsTest(t *testing.T) {
	for _, tc := range []struct {
		what string
		a, b estimate
		want float64
	}{
		// Quantiles of Student's t from the usual tables.
		{"5 + 5 degrees of freedom: 1.812 is at 5 %", estimate{1.8125, 0.5, 5, 60}, estimate{0, 0.5, 5, 60}, 0.05},
		{"the other way round", estimate{0, 0.5, 5, 60}, estimate{1.8125, 0.5, 5, 60}, 0.95},
		{"only one varies: its 5 degrees, and 2.015", estimate{2.0150, 1, 5, 60}, estimate{0, 0, 18, 60}, 0.05},
		{"a long run against a short one that happens not to vary: the short one's 2 degrees, and 2.920",
			estimate{2.9200, 0, 2, 10}, estimate{0, 1, 18, 1e9}, 0.05},
		{"equal", estimate{1, 0.5, 5, 60}, estimate{1, 0.5, 5, 60}, 0.5},
		{"equal, nothing varies", estimate{1, 0, 5, 60}, estimate{1, 0, 5, 60}, 0.5},
		{"equal but for rounding, nothing varies", estimate{0.1 + 0.2, 0, 5, 60}, estimate{0.3, 0, 5, 60}, 0.5},
		{"a million times less, yet not equal", estimate{1.1e-6, 0, 5, 60}, estimate{1e-6, 0, 5, 60}, 0},
		{"greater, nothing varies", estimate{1.001, 0, 5, 60}, estimate{1, 0, 5, 60}, 0},
		{"less, nothing varies", estimate{1, 0, 5, 60}, estimate{1.001, 0, 5, 60}, 1},
	} {
		if got := greater(tc.a, tc.b); math.Abs(got-tc.want) > 2e-4 {
			t.Errorf("%s: p = %g, want %g", tc.what, got, tc.want)
		}
	}
}

func TestHolm(t *testing.T) {
	for _, tc := range []struct {
		what     string
		ps, want []float64
	}{
		{"none", nil, []float64{}},
		{"one stays as it is", []float64{0.03}, []float64{0.03}},
		{"the least by four, the next by three …, none less than the one before",
			[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{"no more than 1", []float64{0.6, 0.7}, []float64{1, 1}},
		{"two alike", []float64{0.01, 0.01}, []float64{0.02, 0.02}},
	} {
		got := holm(tc.ps)
		if !slices.EqualFunc(got, tc.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
			t.Errorf("%s: %v becomes %v, want %v", tc.what, tc.ps, got, tc.want)
		}
	}
}
