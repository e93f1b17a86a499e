package report

import (
	_ "embed"
	"html/template"
	"io"

	"call-load-tester/pkg/report/internal/chart"
)

// A Page is what the template shows of a record. It is complete in itself: no
// script, no network.
type Page struct {
	Title    string
	Headline string
	Notices  []Notice
	Tiles    []Tile
	Figures  []Figure
	Tables   []Section
	Failures []Failure
}

// A Notice is what must not be missed.
type Notice struct {
	Grave bool
	Text  string
}

// A Tile is a figure in large type.
type Tile struct{ Label, Value, Note string }

// A Section is a part of the figures.
type Section struct {
	Title string
	Rows  []Row
}

// A Figure is a chart with what it shows.
type Figure struct {
	Title    string
	Sentence string
	Unit     string        // of the y axis
	Legend   []chart.Line  // those that have a name
	Wide     template.HTML // for paper and screens
	Narrow   template.HTML // for phones
	Bars     []Bar         // instead of a chart
}

// A Bar is a value, from 0 to Most.
type Bar struct {
	Name, Text  string
	Value, Most float64
}

// Share is the bar of a part of a whole of what the noun names.
func Share(name string, part, whole int, noun string) Bar {
	return Bar{name, Count(part, noun) + ", " + Percent(part, whole), float64(part), float64(whole)}
}

// A Failure counts the calls for which a step of the run, a start or a hang-up,
// failed for one reason.
type Failure struct {
	Calls         int
	Step          string
	Code          int // 0: there is none
	Meaning, Hint string
}

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Render writes the page.
func (p *Page) Render(w io.Writer) error { return pageTemplate.Execute(w, p) }

// Notice adds a notice.
func (p *Page) Notice(grave bool, text string) { p.Notices = append(p.Notices, Notice{grave, text}) }

// Tile adds a tile.
func (p *Page) Tile(label, value, note string) { p.Tiles = append(p.Tiles, Tile{label, value, note}) }

// Section adds the rows under a title, if there are any.
func (p *Page) Section(title string, rows []Row) {
	if len(rows) > 0 {
		p.Tables = append(p.Tables, Section{title, rows})
	}
}

// Draw adds a chart, once as wide as a page and once as a phone, with the names
// of its lines as the legend.
func (p *Page) Draw(f Figure, c *chart.Chart) {
	// Drawn from numbers and from words of this package.
	f.Wide = template.HTML(c.SVG(840, 220))
	f.Narrow = template.HTML(c.SVG(340, 210))
	for _, line := range c.Lines {
		if line.Name != "" {
			f.Legend = append(f.Legend, line)
		}
	}
	p.Figures = append(p.Figures, f)
}
