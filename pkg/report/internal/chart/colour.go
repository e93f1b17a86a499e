package chart

import (
	"fmt"
	"strings"

	"github.com/go-analyze/charts/chartdraw/drawing"
)

// A Colour is one that the page defines.
type Colour string

// The colours of lines.
const (
	Blue   Colour = "blue"
	Orange Colour = "orange"
	Red    Colour = "red"
	Grey   Colour = "grey"
	Green  Colour = "green"
)

// Dashed reports whether lines of the colour are dashed: grey ones, which in
// print without colours would look like orange.
func (c Colour) Dashed() bool { return c == Grey }

// The library draws in fixed colours. These stand for what the page defines.
var (
	nothing    = drawing.Color{R: 1, G: 1, B: 1, A: 255}
	ink        = drawing.Color{R: 1, G: 1, B: 2, A: 255}
	axisColour = drawing.Color{R: 1, G: 1, B: 3, A: 255}
	gridColour = drawing.Color{R: 1, G: 1, B: 4, A: 255}
	colours    = []Colour{Blue, Orange, Red, Grey, Green}
)

// mark returns what stands for a colour, or for its soft form for areas.
func (c Colour) mark(soft bool) drawing.Color {
	for i, known := range colours {
		if c == known && soft {
			return drawing.Color{R: 2, G: uint8(i), B: 2, A: 255}
		} else if c == known {
			return drawing.Color{R: 2, G: uint8(i), B: 1, A: 255}
		}
	}
	return ink
}

// variables replaces the marks, and leaves the font to the page.
var variables = func() *strings.Replacer {
	pairs := []string{";font-family:'Roboto Medium',sans-serif", ""}
	replace := func(mark drawing.Color, by string) {
		pairs = append(pairs, fmt.Sprintf("rgb(%d,%d,%d)", mark.R, mark.G, mark.B), by)
	}
	replace(nothing, "none")
	replace(ink, "var(--ink)")
	replace(axisColour, "var(--axis)")
	replace(gridColour, "var(--grid)")
	for _, c := range colours {
		replace(c.mark(false), "var(--"+string(c)+")")
		replace(c.mark(true), "var(--"+string(c)+"-soft)")
	}
	return strings.NewReplacer(pairs...)
}()
