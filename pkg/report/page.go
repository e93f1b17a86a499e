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
	Failures []Failure
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
	Dashed bool
}

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// render writes the page.
func (p *page) render(w io.Writer) error { return pageTemplate.Execute(w, p) }

// draw adds a chart, once as wide as a page and once as a phone.
func (p *page) draw(f figure, c *chart.Chart) {
	// Drawn from numbers and from words of this package.
	f.Wide = template.HTML(c.SVG(840, 220))
	f.Narrow = template.HTML(c.SVG(340, 210))
	p.Figures = append(p.Figures, f)
}

// A clock is the unit of a time axis.
type clock struct {
	seconds float64
	name    string
}

// clockFor returns the unit in which a run of so many seconds is easy to read.
func clockFor(seconds float64) clock {
	switch {
	case seconds > 6*3600:
		return clock{3600, "hours"}
	case seconds > 600:
		return clock{60, "minutes"}
	}
	return clock{1, "seconds"}
}

// steps is a line that holds the value of each of n bins for its width. What
// is not a number is a gap.
func steps(colour chart.Colour, c clock, width float64, n int, value func(i int) float64) chart.Line {
	line := chart.Line{Colour: colour}
	at, y := func(i int) float64 { return float64(i) * width / c.seconds }, math.NaN()
	for i := range n {
		if v := value(i); v != y { // what is level needs no points in between
			line.Points = append(line.Points, chart.Point{X: at(i), Y: y}, chart.Point{X: at(i), Y: v})
			y = v
		}
	}
	line.Points = append(line.Points, chart.Point{X: at(n), Y: y})
	return line
}

// level is a dashed line at a height.
func level(colour chart.Colour, end, y float64) chart.Line {
	return chart.Line{Colour: colour, Dashed: true, Points: []chart.Point{{X: 0, Y: y}, {X: end, Y: y}}}
}

// orGap is the value, or a gap if nothing was measured.
func orGap(measured int, value float64) float64 {
	if measured == 0 {
		return math.NaN()
	}
	return value
}

// binned says how wide the bins are, where that matters.
func binned(width float64) string {
	if width <= 1 {
		return ""
	}
	return fmt.Sprintf(" Each step is %s s; rates are the average of a step.", number(width))
}

// percent writes a share; nothing of nothing is 0 %.
func percent(part, whole int) string {
	if whole == 0 {
		return "0\u00a0%"
	}
	return number(100*float64(part)/float64(whole)) + "\u00a0%"
}
