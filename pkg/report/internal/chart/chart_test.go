package chart

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// A chart is well-formed, its looks are those of the page alone, and it is as
// high as its highest tick.
func TestSVG(t *testing.T) {
	c := &Chart{X: "seconds <", End: 10, Lines: []Line{
		{Colour: Blue, Fill: true, Points: []Point{{0, 0}, {5, 37}, {10, 0}}},
		{Colour: Orange, Points: []Point{{0, math.NaN()}, {0, 1}, {2, 1}, {2, 3}, {2, 3}, {2, math.NaN()}, {8, 3}, {10, math.Inf(1)}}},
		{Colour: Grey, Points: []Point{{0, 20}, {10, 20}}},
	}}
	// The plot goes from 22.8 to 382 and from 160 up to 8.
	const want = `<svg aria-hidden="true" viewBox="0 0 400 200">` +
		`<path class="grid" d="M22.8 122H382M22.8 84H382M22.8 46H382M22.8 8H382"/>` +
		`<text x="16.8" y="164" text-anchor="end">0</text><text x="16.8" y="126" text-anchor="end">10</text>` +
		`<text x="16.8" y="88" text-anchor="end">20</text><text x="16.8" y="50" text-anchor="end">30</text><text x="16.8" y="12" text-anchor="end">40</text>` +
		`<path class="axis" d="M22.8 160H382M22.8 160v5M94.6 160v5M166.5 160v5M238.3 160v5M310.2 160v5M382 160v5"/>` +
		`<text x="22.8" y="177" text-anchor="middle">0</text><text x="94.6" y="177" text-anchor="middle">2</text>` +
		`<text x="166.5" y="177" text-anchor="middle">4</text><text x="238.3" y="177" text-anchor="middle">6</text>` +
		`<text x="310.2" y="177" text-anchor="middle">8</text><text x="382" y="177" text-anchor="middle">10</text>` +
		`<text x="202.4" y="194" text-anchor="middle">seconds &lt;</text>` +
		`<path class="area blue" d="M22.8 160L202.4 19.4L382 160V160H22.8Z"/><path class="line blue" d="M22.8 160L202.4 19.4L382 160"/>` +
		`<path class="line orange" d="M22.8 156.2H94.6V148.6"/><path class="line orange" d="M310.2 148.6"/>` +
		`<path class="line grey" d="M22.8 84H382"/></svg>`
	if got := c.SVG(400, 200); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What cannot be drawn is left out.
func TestNothingToDraw(t *testing.T) {
	for what, c := range map[string]*Chart{
		"no line":           {End: 1},
		"no point":          {End: 1, Lines: []Line{{}}},
		"only gaps":         {End: 1, Lines: []Line{{Points: []Point{{0, math.NaN()}}}}},
		"no length":         {Lines: []Line{{Points: []Point{{0, 0}}}}},
		"an endless length": {End: math.Inf(1), Lines: []Line{{Points: []Point{{0, 0}}}}},
	} {
		if svg := c.SVG(100, 100); svg != "" {
			t.Errorf("%s: drawn as %s", what, svg)
		}
	}
}

// On a logarithmic axis the same factor is the same height, however high the
// highest is; what is 0 lies on the x axis.
func TestLogarithmicAxis(t *testing.T) {
	c := &Chart{X: "seconds", End: 10, Log: true, Lines: []Line{
		{Colour: Grey, Points: []Point{{0, 20000}, {10, 0}}},
		{Colour: Blue, Points: []Point{{0, 20}, {10, 20}}},
		{Colour: Blue, Dashed: true, Points: []Point{{0, 200}, {10, 200}}},
	}}
	// From 20 to 20000 are three times ten, from 8 down to 160.
	for _, want := range []string{
		`<path class="line grey" d="M42 8L382 160"/>`, `<path class="line blue" d="M42 160H382"/>`, `<path class="line blue dashed" d="M42 109.3H382"/>`,
		`<text x="36" y="164" text-anchor="end">20</text>`, `<text x="36" y="12" text-anchor="end">20000</text>`,
	} {
		if got := c.SVG(400, 200); !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, tc := range []struct {
		lowest, highest float64
		want            string
	}{
		{25, 180, "20 50 100 200"},
		{20, 200, "20 50 100 200"},
		{20, 20, "20 50"},
		{3, 4, "2 5"},
		{0.03, 1, "0.02 0.05 0.1 0.2 0.5 1"},
		{11, 15000, "10 20 50 100 200 500 1000 2000 5000 10000 20000"},
		{0.7, 15000, "0.1 1 10 100 1000 10000 100000"},
		{1e-9, 1000, "0.001 0.01 0.1 1 10 100 1000"},
	} {
		var got []string
		for _, tick := range logTicks(tc.lowest, tc.highest, 12) {
			got = append(got, tick.Text)
		}
		if !slices.Equal(got, strings.Fields(tc.want)) {
			t.Errorf("from %v to %v: %v, want %s", tc.lowest, tc.highest, got, tc.want)
		}
	}
}

func TestNiceTicks(t *testing.T) {
	for _, tc := range []struct {
		highest float64
		steps   int
		want    string
	}{
		{20, 5, "0 5 10 15 20"},
		{21, 5, "0 5 10 15 20 25"},
		{1, 5, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0.03, 5, "0.00 0.01 0.02 0.03"},
		{90_000, 5, "0 20000 40000 60000 80000 100000"},
		{15, 1, "0 20"},
	} {
		var got []string
		for _, tick := range niceTicks(tc.highest, tc.steps) {
			got = append(got, tick.Text)
		}
		if !slices.Equal(got, strings.Fields(tc.want)) {
			t.Errorf("to %v in %d steps: %v, want %s", tc.highest, tc.steps, got, tc.want)
		}
	}
}
