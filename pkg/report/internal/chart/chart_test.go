package chart

import (
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A chart is well-formed, in the page's colours alone, and as high as its
// highest tick.
func TestSVG(t *testing.T) {
	c := &Chart{X: "seconds", End: 10, Lines: []Line{
		{Colour: Blue, Fill: true, Points: []Point{{0, 0}, {5, 37}, {10, 0}}},
		{Colour: Orange, Points: []Point{{0, 1}, {2, 1}, {2, math.NaN()}, {8, 3}, {10, 3}}},
		{Colour: Grey, Points: []Point{{0, 20}, {10, 20}}},
	}}
	svg := c.SVG(400, 200)
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if left := regexp.MustCompile(`rgb\(|rgba\(|#[0-9a-f]{3}|font-family|white|black`).FindString(svg); left != "" {
		t.Errorf("the drawing has %q of its own", left)
	}
	for _, want := range []string{"var(--blue)", "var(--blue-soft)", "var(--orange)", "var(--grey)", "stroke-dasharray", ">seconds<", ">40<", ">10<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(svg, "stroke-dasharray"); n != 1 {
		t.Errorf("%d dashed lines, want the grey one alone", n)
	}
	if n := strings.Count(svg, "stroke:var(--orange)"); n != 2 {
		t.Errorf("%d parts of a line with one gap, want 2", n)
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
