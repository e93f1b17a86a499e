package calls

import (
	"slices"
	"testing"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/report/internal/chart"
)

// The cap is drawn as what it was in each bin: rising with a ramp, level from its
// end on and without one.
func TestTheLineOfTheCap(t *testing.T) {
	for _, tc := range []struct {
		what        string
		ramp, width int
		bins        int
		want        []float64 // a second, in each bin
	}{
		{"no ramp", 0, 1, 4, []float64{10, 10, 10, 10}},
		{"a ramp of four seconds", 4, 1, 6, []float64{2, 5, 7, 10, 10, 10}},
		{"in bins of two seconds", 4, 2, 3, []float64{3.5, 8.5, 10}},
		{"a run that ends before", 10, 1, 3, []float64{1, 2, 3}},
	} {
		r := Report{&calls.Result{
			Plan:     &calls.PlanSummary{CPS: 10, RampSeconds: tc.ramp},
			Starts:   &calls.Starts{Cap: 10},
			Timeline: &calls.Timeline{Width: float64(tc.width), Bins: make([]calls.Bin, tc.bins)},
		}}
		line := r.cap()
		var got []float64
		for i := range tc.bins {
			got = append(got, heightAt(line, (float64(i)+0.5)*float64(tc.width)))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
	}
}

// heightAt returns the height of a line of steps.
func heightAt(line chart.Line, x float64) float64 {
	y := line.Points[0].Y
	for _, p := range line.Points {
		if p.X <= x {
			y = p.Y
		}
	}
	return y
}
