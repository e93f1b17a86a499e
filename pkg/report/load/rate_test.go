package load

import (
	"slices"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report/internal/chart"
)

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
		r := Report{Result: &attack.Result{Seconds: tc.seconds, Plan: attack.PlanSummary{Rate: tc.asked}}}
		for i, n := range tc.sent {
			r.Timeline = append(r.Timeline, attack.Interval{Start: float64(i) * tc.width, Width: tc.width, Sent: n})
		}
		line := r.rate(chart.Line{}, func(i attack.Interval) int { return i.Sent })
		if got := line.Points[1:]; !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
		if got, want := r.chart(line).End, tc.want[len(tc.want)-1].X; got != want {
			t.Errorf("%s: the axis ends at %v, want %v", tc.what, got, want)
		}
	}
}
