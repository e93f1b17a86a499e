package report

import (
	"slices"
	"testing"

	"call-load-tester/pkg/report/internal/chart"
)

func TestPercent(t *testing.T) {
	for _, tc := range []struct {
		what        string
		part, whole int
		want        string
	}{
		{"nothing of nothing", 0, 0, "0\u00a0%"},
		{"nothing", 0, 5000, "0\u00a0%"},
		{"all", 5000, 5000, "100\u00a0%"},
		{"a third has one decimal", 1, 3, "33.3\u00a0%"},
		{"one of many is not nothing", 1, 5000, "0.02\u00a0%"},
		{"all but one of many is not all", 4999, 5000, "99.98\u00a0%"},
		{"one of very many is not nothing", 1, 10_000_000, "0.00001\u00a0%"},
	} {
		if got := percent(tc.part, tc.whole); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
}

func TestTook(t *testing.T) {
	for seconds, want := range map[float64]string{0.0004: "0s", 0.0421: "42ms", 0.9996: "1s", 5.25: "5.3s", 61.26: "1m1.3s"} {
		if got := took(seconds).String(); got != want {
			t.Errorf("%v s reads as %s, want %s", seconds, got, want)
		}
	}
}

// The last interval counts for as long as it was.
func TestRatesOfALoad(t *testing.T) {
	for _, tc := range []struct {
		what    string
		asked   int // requests a second; 0 for a closed loop
		seconds float64
		width   float64
		sent    []int
		want    []chart.Point // without the one that begins the line
	}{
		{"a run of less than a second", 0, 0.5, 1, []int{5000}, []chart.Point{{X: 0, Y: 10_000}, {X: 500, Y: 10_000}}},
		{"half a second at the end", 0, 1.5, 1, []int{100, 60}, []chart.Point{{X: 0, Y: 100}, {X: 1, Y: 100}, {X: 1, Y: 120}, {X: 1.5, Y: 120}}},
		{"an instant at the end is part of the second before", 0, 1.25, 1, []int{100, 50}, []chart.Point{{X: 0, Y: 120}, {X: 1.25, Y: 120}}},
		{"a burst stands for its second", 40, 1.02, 1, []int{40, 40}, []chart.Point{{X: 0, Y: 40}, {X: 2, Y: 40}}},
		{"a burst stands for its second in a longer step", 40, 2.02, 2, []int{80, 40}, []chart.Point{{X: 0, Y: 40}, {X: 3, Y: 40}}},
		{"answers behind the last burst take no time from it", 40, 2.4, 1, []int{40, 40, 0}, []chart.Point{{X: 0, Y: 40}, {X: 2, Y: 40}, {X: 2, Y: 0}, {X: 3, Y: 0}}},
		{"a timeline longer than the run is whole", 0, 1, 1, []int{10, 10}, []chart.Point{{X: 0, Y: 10}, {X: 2, Y: 10}}},
	} {
		l := &Load{Seconds: tc.seconds, Plan: LoadPlan{Rate: tc.asked}}
		for i, n := range tc.sent {
			l.Timeline = append(l.Timeline, LoadInterval{Start: float64(i) * tc.width, Width: tc.width, Sent: n})
		}
		line := l.rate(chart.Blue, func(i LoadInterval) int { return i.Sent })
		if got := line.Points[1:]; !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
		if got, want := l.chart(line).End, tc.want[len(tc.want)-1].X; got != want {
			t.Errorf("%s: the axis ends at %v, want %v", tc.what, got, want)
		}
	}
}
