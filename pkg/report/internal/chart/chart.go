// Package chart draws line charts as SVG to stand inside an HTML page. The
// drawing is that of go-analyze/charts; this package chooses axes and looks.
//
// The page gives the colours, by the CSS variables --ink, --axis, --grid, and
// --name and --name-soft for each Colour.
package chart

import (
	"bytes"
	"math"
	"strings"

	"github.com/go-analyze/charts/chartdraw"
)

// A Chart is lines over one pair of axes, both of which begin at 0.
type Chart struct {
	X      string  // label of the x axis, with its unit
	End    float64 // of the x axis
	Lines  []Line  // the first is drawn first
	XTicks []Tick  // instead of round numbers
}

// A Line joins its points in order. A Y that is not a number is a gap.
type Line struct {
	Colour Colour
	Points []Point
	Fill   bool // down to the x axis
}

// A Point is a place in the units of the axes.
type Point struct{ X, Y float64 }

// A Tick names a value of an axis.
type Tick struct {
	Value float64
	Text  string
}

// scale is how many units of the drawing, which are whole, are a CSS pixel.
const scale = 2

// SVG draws the chart so many CSS pixels wide and high, before the page scales
// it; nothing if there is nothing to draw.
func (c *Chart) SVG(width, height int) string {
	if !(c.End > 0) {
		return ""
	}
	x := &axis{ticks: c.XTicks}
	x.Max = c.End
	if len(x.ticks) == 0 {
		x.ticks = upTo(c.End, niceTicks(c.End, int(min(float64(width/60), math.Ceil(c.End)))))
	}
	y := &axis{ticks: niceTicks(c.highest(), 5)}
	y.Max = y.ticks[len(y.ticks)-1].Value

	text := chartdraw.Style{FontStyle: chartdraw.FontStyle{FontSize: 11.5, FontColor: ink}, StrokeColor: axisColour, StrokeWidth: scale}
	bare := text
	bare.StrokeColor = nothing
	drawn := chartdraw.Chart{
		Width:  width * scale,
		Height: height * scale,
		DPI:    72 * scale,
		// Room for half of the first and last labels.
		Background: chartdraw.Style{FillColor: nothing, Padding: chartdraw.Box{Top: 8 * scale, Left: 2 * scale, Right: 16 * scale, Bottom: 4 * scale, IsSet: true}},
		Canvas:     chartdraw.Style{FillColor: nothing},
		XAxis: chartdraw.XAxis{Name: c.X, NameStyle: text, Style: text, Range: x,
			GridMajorStyle: chartdraw.Hidden(), GridMinorStyle: chartdraw.Hidden()},
		YAxis:          chartdraw.YAxis{Style: chartdraw.Hidden(), Range: y},
		YAxisSecondary: chartdraw.YAxis{Style: bare, Range: y, GridLines: y.grid()}, // the one at the left
	}
	for _, line := range c.Lines {
		drawn.Series = append(drawn.Series, line.series()...)
	}
	var svg bytes.Buffer
	if err := drawn.Render(chartdraw.SVG, &svg); err != nil {
		return "" // no point at all
	}
	return inPage(svg.String())
}

// highest returns the greatest Y, or 1 if there is none above 0.
func (c *Chart) highest() float64 {
	y := 0.0
	for _, line := range c.Lines {
		for _, point := range line.Points {
			if point.Y > y && !math.IsInf(point.Y, 0) {
				y = point.Y
			}
		}
	}
	if y == 0 {
		return 1
	}
	return y
}

// series returns the parts of a line between its gaps.
func (l Line) series() []chartdraw.Series {
	style := chartdraw.Style{StrokeColor: l.Colour.mark(false), StrokeWidth: 1.75 * scale}
	if l.Fill {
		style.FillColor = l.Colour.mark(true)
	}
	if l.Colour.Dashed() {
		style.StrokeDashArray = []float64{6 * scale, 4 * scale}
	}
	var parts []chartdraw.Series
	part := chartdraw.ContinuousSeries{Style: style, YAxis: chartdraw.YAxisSecondary}
	end := func() {
		if len(part.XValues) > 0 {
			parts = append(parts, part)
		}
		part.XValues, part.YValues = nil, nil
	}
	for _, point := range l.Points {
		if math.IsNaN(point.Y) {
			end()
			continue
		}
		part.XValues, part.YValues = append(part.XValues, point.X), append(part.YValues, point.Y)
	}
	end()
	return parts
}

// inPage makes a part of a page of a document.
func inPage(svg string) string {
	svg = strings.Replace(svg, "<svg ", `<svg aria-hidden="true" `, 1)
	return variables.Replace(svg)
}
