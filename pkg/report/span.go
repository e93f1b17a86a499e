package report

import (
	"fmt"
	"math"

	"call-load-tester/pkg/report/internal/chart"
)

// A clock is the unit of a time axis.
type clock struct {
	unit float64 // in seconds
	name string
}

// clockFor returns the unit in which a run of so many seconds is easy to read.
func clockFor(seconds float64) clock {
	switch {
	case seconds > 6*3600:
		return clock{3600, "hours"}
	case seconds > 600:
		return clock{60, "minutes"}
	case seconds < 1:
		return clock{0.001, "milliseconds"}
	}
	return clock{1, "seconds"}
}

// A Span is the time axis of a series: bins of equal width, the last of which
// may be cut short.
type Span struct {
	clock
	Width, End float64 // in seconds
	Bins       int
}

// NewSpan returns the time axis of so many bins of a width, which ends before
// the last of them does if it is cut short; times are in seconds.
func NewSpan(width, end float64, bins int) Span { return Span{clockFor(end), width, end, bins} }

// Steps gives a line its points: it holds the value of each bin for its width.
// What is not a number is a gap.
func (s Span) Steps(line chart.Line, value func(i int) float64) chart.Line {
	y := math.NaN()
	for i := range s.Bins {
		if v := value(i); v != y { // what is level needs no points in between
			x := float64(i) * s.Width / s.unit
			line.Points = append(line.Points, chart.Point{X: x, Y: y}, chart.Point{X: x, Y: v})
			y = v
		}
	}
	line.Points = append(line.Points, chart.Point{X: s.End / s.unit, Y: y})
	return line
}

// Beside returns the time axis of another series that is drawn over this one, as
// far as this one goes.
func (s Span) Beside(width float64, bins int) Span {
	end := min(s.End, width*float64(bins))
	return Span{s.clock, width, end, min(bins, int(math.Ceil(end/width)))}
}

// Level is a grey line at a height.
func (s Span) Level(name string, y float64) chart.Line {
	return chart.Line{Name: name, Colour: chart.Grey, Points: []chart.Point{{X: 0, Y: y}, {X: s.End / s.unit, Y: y}}}
}

// Chart is one of lines over the span.
func (s Span) Chart(since string, lines ...chart.Line) *chart.Chart {
	return &chart.Chart{X: s.name + " since " + since, End: s.End / s.unit, Lines: lines}
}

// Binned says how wide the bins are, where that matters.
func (s Span) Binned() string {
	if s.Width <= 1 {
		return ""
	}
	return fmt.Sprintf(" Each step is %s s; rates are the average of a step.", Number(s.Width))
}

// OrGap is the value, or a gap if nothing was measured.
func OrGap(measured int, value float64) float64 {
	if measured == 0 {
		return math.NaN()
	}
	return value
}
