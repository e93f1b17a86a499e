package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"

	"call-load-tester/pkg/report/internal/chart"
)

// A page is what the template shows of a record. It is complete in itself: no
// script, no network.
type page struct {
	Title    string
	Headline string
	Notices  []notice
	Tiles    []tile
	Figures  []figure
	Tables   []section
	Failures []failure
}

// A notice is what must not be missed.
type notice struct {
	Grave bool
	Text  string
}

// A tile is a figure in large type.
type tile struct{ Label, Value, Note string }

// A section is a part of the figures.
type section struct {
	Title string
	Rows  []row
}

// A figure is a chart with what it shows.
type figure struct {
	Title    string
	Sentence string
	Unit     string // of the y axis
	Legend   []legend
	Wide     template.HTML // for paper and screens
	Narrow   template.HTML // for phones
	Bars     []bar         // instead of a chart
}

// A bar is a value, from 0 to Most.
type bar struct {
	Name, Text  string
	Value, Most float64
}

// A legend names what has a colour.
type legend struct {
	Colour chart.Colour
	Text   string
}

// A failure is one of a step of the run: a start or a hang-up.
type failure struct {
	Step string
	Failure
}

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// render writes the page.
func (p *page) render(w io.Writer) error { return pageTemplate.Execute(w, p) }

// fail adds the failures of a step.
func (p *page) fail(step string, failures []Failure) {
	for _, f := range failures {
		p.Failures = append(p.Failures, failure{step, f})
	}
}

// draw adds a chart, once as wide as a page and once as a phone.
func (p *page) draw(f figure, c *chart.Chart) {
	// Drawn from numbers and from words of this package.
	f.Wide = template.HTML(c.SVG(840, 220))
	f.Narrow = template.HTML(c.SVG(340, 210))
	p.Figures = append(p.Figures, f)
}

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

// A span is the time axis of a series: bins of equal width, the last of which
// may be cut short.
type span struct {
	clock
	width, end float64 // in seconds
	bins       int
}

// steps is a line that holds the value of each bin for its width. What is not a
// number is a gap.
func (s span) steps(colour chart.Colour, value func(i int) float64) chart.Line {
	line, y := chart.Line{Colour: colour}, math.NaN()
	for i := range s.bins {
		if v := value(i); v != y { // what is level needs no points in between
			x := float64(i) * s.width / s.unit
			line.Points = append(line.Points, chart.Point{X: x, Y: y}, chart.Point{X: x, Y: v})
			y = v
		}
	}
	line.Points = append(line.Points, chart.Point{X: s.end / s.unit, Y: y})
	return line
}

// level is a grey line at a height.
func (s span) level(y float64) chart.Line {
	return chart.Line{Colour: chart.Grey, Points: []chart.Point{{X: 0, Y: y}, {X: s.end / s.unit, Y: y}}}
}

// chart is one of lines over the span.
func (s span) chart(since string, lines ...chart.Line) *chart.Chart {
	return &chart.Chart{X: s.name + " since " + since, End: s.end / s.unit, Lines: lines}
}

// binned says how wide the bins are, where that matters.
func (s span) binned() string {
	if s.width <= 1 {
		return ""
	}
	return fmt.Sprintf(" Each step is %s s; rates are the average of a step.", number(s.width))
}

// orGap is the value, or a gap if nothing was measured.
func orGap(measured int, value float64) float64 {
	if measured == 0 {
		return math.NaN()
	}
	return value
}
