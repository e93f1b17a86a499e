package main

import (
	"fmt"
	"slices"
	"strings"
)

// A sample is one figure, measured several times.
type sample []float64

func (s sample) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// text is the median and the spread, with so many digits after the point.
func (s sample) text(digits int) string {
	switch len(s) {
	case 0:
		return "–"
	case 1:
		return fmt.Sprintf("%.*f", digits, s[0])
	}
	return fmt.Sprintf("%.*f (%.*f–%.*f)", digits, s.median(), digits, slices.Min(s), digits, slices.Max(s))
}

// over returns the ratios of two samples, measured pair by pair.
func (s sample) over(other sample) (ratios sample) {
	for i := range min(len(s), len(other)) {
		ratios = append(ratios, s[i]/other[i])
	}
	return ratios
}

// row prints one line of a Markdown table.
func row(cells ...string) {
	fmt.Println("| " + strings.Join(cells, " | ") + " |")
}

// head prints the first two lines of a Markdown table.
func head(cells ...string) {
	row(cells...)
	fmt.Println("|" + strings.Repeat("---|", len(cells)))
}
