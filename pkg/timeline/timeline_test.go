package timeline_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"call-load-tester/pkg/timeline"
)

func add(into, from *int) { *into += *from }

// count returns the timeline of what happened at these seconds.
func count(span time.Duration, seconds ...float64) *timeline.Timeline[int] {
	t := timeline.New(span, add)
	for _, s := range seconds {
		*t.At(time.Duration(s * float64(time.Second)))++
	}
	return t
}

func TestBins(t *testing.T) {
	for _, tc := range []struct {
		what    string
		span    time.Duration
		seconds []float64
		width   time.Duration
		last    int // the number of the last bin
		want    []int
	}{
		{"nothing has no bins", 0, nil, time.Second, -1, nil},
		{"a bin is a second, its end excluded", 0, []float64{0, 0.999, 1}, time.Second, 1, []int{2, 1}},
		{"an empty second has a bin", 0, []float64{2}, time.Second, 2, []int{0, 0, 1}},
		{"before the start is the start", 0, []float64{-5}, time.Second, 0, []int{1}},
		{"300 seconds have 300 bins", 0, []float64{0, 299.9}, time.Second, 299, nil},
		{"a second more, and they are of two seconds", 0, []float64{0, 1, 2, 300}, 2 * time.Second, 150, []int{2, 1}},
		{"as often as it takes", 0, []float64{0, 1, 2, 3, 1200}, 8 * time.Second, 150, []int{4}},
		{"an odd number of bins is halved", 0, []float64{0, 1, 2, 600}, 4 * time.Second, 150, []int{3}},
		{"a known span needs no doubling", 899 * time.Second, []float64{0, 2, 3, 899}, 3 * time.Second, 299, []int{2, 1}},
		{"a span of 300 seconds has a 301st, which may be hit", 300 * time.Second, []float64{300}, 2 * time.Second, 150, nil},
		{"a span that was too short is made up for", time.Second, []float64{300}, 2 * time.Second, 150, nil},
	} {
		got := count(tc.span, tc.seconds...)
		if got.Width != tc.width || len(got.Bins) != tc.last+1 || tc.want != nil && !slices.Equal(got.Bins[:len(tc.want)], tc.want) {
			t.Errorf("%s: %d bins of %v: %v; want %d of %v, beginning with %v", tc.what, len(got.Bins), got.Width, got.Bins, tc.last+1, tc.width, tc.want)
		}
	}
}

// Whenever something happens, and in whatever order, it is in the bin of its
// time, and nothing is lost.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.SliceOfN(rapid.Float64Range(0, 5000), 1, 50).Draw(t, "seconds")
		got := count(0, seconds...)
		for _, s := range seconds {
			got.Bins[int(s/got.Width.Seconds())]--
		}
		if slices.ContainsFunc(got.Bins, func(n int) bool { return n != 0 }) {
			t.Errorf("%v left in bins of %v", got.Bins, got.Width)
		}
	})
}
