// Package chart draws line charts as SVG to stand inside an HTML page.
//
// The page gives the looks, by the classes of paths: grid, axis, line for a line
// and area for what is below it, these two with the name of their colour.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// A Chart is lines over one pair of axes, both of which begin at 0.
type Chart struct {
	X      string  // label of the x axis, with its unit
	End    float64 // of the x axis
	Lines  []Line  // the first is drawn first
	XTicks []Tick  // instead of round numbers
	Log    bool    // the y axis is logarithmic, and begins near the least that is above 0; what is below it lies on the x axis
}

// A Line joins its points in order. A Y that is not a number is a gap.
type Line struct {
	Name   string // for the legend
	Colour Colour
	Fill   bool // down to the x axis
	Dashed bool
	Points []Point
}

// A Point is a place in the units of the axes.
type Point struct{ X, Y float64 }

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

// The room around the plot in CSS pixels: for half a label above, for half a
// label to the right, for the labels and the name of the x axis below, and to
// the left for so much a digit and a space. Digits are 6.4 wide at a font size
// of 11.5.
const (
	roomAbove, roomRight, roomBelow = 8, 18, 40
	roomOfDigit, roomOfSpace        = 6.4, 10
)

// SVG draws the chart so many CSS pixels wide and high, before the page scales
// it; nothing if there is nothing to draw.
func (c *Chart) SVG(width, height int) string {
	lowest, highest, found := c.heights()
	if !found || !(c.End > 0) || math.IsInf(c.End, 0) {
		return ""
	}
	yTicks := niceTicks(highest, 5)
	if c.Log {
		yTicks = logTicks(lowest, highest, 12)
	}
	digits := 0
	for _, t := range yTicks {
		digits = max(digits, len(t.Text))
	}
	xTicks := c.XTicks
	if len(xTicks) == 0 {
		xTicks = upTo(c.End, niceTicks(c.End, int(min(float64(width/60), math.Ceil(c.End)))))
	}
	d := &drawing{
		left: roomOfSpace + roomOfDigit*pixel(digits), right: pixel(width - roomRight),
		top: roomAbove, bottom: pixel(height - roomBelow),
		endX: c.End, beginY: yTicks[0].Value, endY: yTicks[len(yTicks)-1].Value,
	}
	d.printf(`<svg aria-hidden="true" viewBox="0 0 %d %d">`, width, height)
	d.yAxis(yTicks)
	d.xAxis(xTicks, c.X)
	for _, line := range c.Lines {
		d.line(line)
	}
	d.printf("</svg>")
	return d.String()
}

// heights returns the least and the greatest Y above 0, or 1 if there is none
// above 0, and whether there is any.
func (c *Chart) heights() (lowest, highest float64, found bool) {
	lowest = math.Inf(1)
	for _, line := range c.Lines {
		for _, point := range line.Points {
			if point.isGap() {
				continue
			}
			if found = true; point.Y > 0 {
				lowest, highest = min(lowest, point.Y), max(highest, point.Y)
			}
		}
	}
	if highest == 0 {
		return 1, 1, found
	}
	return lowest, highest, found
}

func (p Point) isGap() bool { return math.IsNaN(p.Y) || math.IsInf(p.Y, 0) }

// A pixel is a place in CSS pixels, which is written to a tenth of one.
type pixel float64

func (p pixel) String() string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(p), 'f', 1, 64), ".0")
}

// A drawing is an SVG that is being written. The plot lies between its sides.
type drawing struct {
	strings.Builder
	left, right, top, bottom pixel
	endX                     float64
	beginY, endY             float64 // a y axis that begins above 0 is logarithmic
}

func (d *drawing) x(v float64) pixel { return d.left + pixel(v/d.endX)*(d.right-d.left) }
func (d *drawing) y(v float64) pixel {
	share := v / d.endY
	if d.beginY > 0 {
		share = math.Log(max(v, d.beginY)/d.beginY) / math.Log(d.endY/d.beginY)
	}
	return d.bottom - pixel(share)*(d.bottom-d.top)
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

func (d *drawing) text(x, y pixel, anchor, text string) {
	d.printf(`<text x="%v" y="%v" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(text))
}

// yAxis draws the heights at the left, and a line of the grid at each but the first.
func (d *drawing) yAxis(ticks []Tick) {
	d.printf(`<path class="grid" d="`)
	for _, t := range ticks[1:] {
		d.printf("M%v %vH%v", d.left, d.y(t.Value), d.right)
	}
	d.printf(`"/>`)
	for _, t := range ticks {
		d.text(d.left-6, d.y(t.Value)+4, "end", t.Text)
	}
}

// xAxis draws the axis at the bottom, with a mark and a label at each tick.
func (d *drawing) xAxis(ticks []Tick, name string) {
	d.printf(`<path class="axis" d="M%v %vH%v`, d.left, d.bottom, d.right)
	for _, t := range ticks {
		d.printf("M%v %vv5", d.x(t.Value), d.bottom)
	}
	d.printf(`"/>`)
	for _, t := range ticks {
		d.text(d.x(t.Value), d.bottom+17, "middle", t.Text)
	}
	d.text((d.left+d.right)/2, d.bottom+34, "middle", name)
}

// line draws the parts of a line between its gaps.
func (d *drawing) line(l Line) {
	points := l.Points
	for len(points) > 0 {
		n := 0
		for n < len(points) && !points[n].isGap() {
			n++
		}
		if n > 0 {
			path := d.path(points[:n])
			if l.Fill {
				d.printf(`<path class="area %s" d="%sV%vH%vZ"/>`, l.Colour, path, d.bottom, d.x(points[0].X))
			}
			d.printf(`<path class="line %s" d="%s"/>`, l.Class(), path)
		}
		points = points[min(n+1, len(points)):]
	}
}

// Class names the looks of the line for the page.
func (l Line) Class() string {
	if l.Dashed {
		return string(l.Colour) + " dashed"
	}
	return string(l.Colour)
}

// path joins points; what is level or upright needs one number only.
func (d *drawing) path(points []Point) string {
	var path strings.Builder
	var x, y string
	for i, point := range points {
		wasX, wasY := x, y
		x, y = d.x(point.X).String(), d.y(point.Y).String()
		switch {
		case i == 0:
			path.WriteString("M" + x + " " + y)
		case y == wasY && x == wasX:
		case y == wasY:
			path.WriteString("H" + x)
		case x == wasX:
			path.WriteString("V" + y)
		default:
			path.WriteString("L" + x + " " + y)
		}
	}
	return path.String()
}
