package load

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
)

// comparison shows the run beside the earlier one. What has changed by more than
// chance has an asterisk.
func (t *text) comparison() {
	c := t.Comparison
	if c == nil {
		return
	}
	t.Line("")
	t.label("Compared with", "%s, begun %s", c.File, c.Began.Format("2006-01-02 15:04:05 MST"))
	for _, d := range c.Differences {
		t.more("(they differ in %s)", d)
	}
	t.Line("")
	rows := [][3]string{{"", "before", "now"}}
	width := [3]int{labelWidth - 3}
	for _, f := range c.Lines {
		rows = append(rows, [3]string{f.Name, figure(f.Before, f.Unit), figure(f.Now, f.Unit)})
	}
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for i, row := range rows {
		mark, change := " ", "change"
		if i > 0 {
			f := c.Lines[i-1]
			change = changed(f)
			if f.Verdict == attack.BeyondChance {
				mark = "*"
			}
			t.Rows = append(t.Rows, report.Row{Label: f.Name, Value: fmt.Sprintf("%s → %s: %s", row[1], row[2], change)})
		}
		t.Line("%s %s  %s  %s  %s", mark, padRight(row[0], width[0]), padLeft(row[1], width[1]), padLeft(row[2], width[2]), change)
	}
	if slices.ContainsFunc(c.Lines, func(f attack.ComparedFigure) bool { return f.Verdict == attack.BeyondChance }) {
		t.Line("\n* a difference beyond chance, in brackets its bounds; of equal runs, 1 comparison in 20 has any")
	}
	t.Line("")
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", width-len([]rune(text))) + text
}

func padRight(text string, width int) string {
	return text + strings.Repeat(" ", width-len([]rune(text)))
}

// figure writes a figure with its unit.
func figure(v *float64, unit attack.Unit) string {
	switch {
	case v == nil:
		return "–"
	case unit == attack.Milliseconds:
		return milliseconds(*v)
	case unit == attack.PercentOf:
		return report.Apart(*v, 0, 100) + " %"
	case unit == attack.Money:
		return fmt.Sprintf("$%.3g", *v)
	}
	return report.Number(*v) + "/s"
}

// changed says how a figure has changed.
func changed(f attack.ComparedFigure) string {
	if f.Verdict != attack.BeyondChance {
		return string(f.Verdict)
	}
	switch {
	case *f.Before == 0:
		return "new"
	case *f.Now == 0:
		return "gone"
	}
	return fmt.Sprintf("%s (%s to %s)", byPercent(*f.Now / *f.Before), bound(f.Low, "−100 %"), bound(f.High, "any"))
}

func bound(factor *float64, none string) string {
	if factor == nil {
		return none
	}
	return byPercent(*factor)
}

// byPercent writes a factor as what it adds, to three digits or so.
func byPercent(factor float64) string {
	percent := 100 * (factor - 1)
	sign := "+"
	if percent < 0 {
		sign, percent = "−", -percent
	}
	digits := 1
	if percent >= 99.95 {
		digits = 0
	}
	return fmt.Sprintf("%s%.*f %%", sign, digits, math.Abs(percent))
}

// slowerAgainst says how much longer the 99th percentile is than before, beside
// a limit in percent.
func (r Report) slowerAgainst(limit float64) string {
	c := r.Comparison
	switch {
	case c == nil:
		return "unknown: there is nothing to compare with"
	case !r.HasP99():
		return "unknown: a run has no p99"
	}
	return r.slower(attack.LatencyP99, c.Slower, limit)
}

// slower says how much longer a figure is than before, beside a limit in percent
// and what was found of it.
func (r Report) slower(name string, verdict attack.ComparedVerdict, limit float64) string {
	switch verdict {
	case attack.NotInBoth:
		return "unknown: a run has no p99"
	case attack.TooShort:
		return "unknown: too little to tell, it takes ten seconds with answers in both runs"
	}
	for _, f := range r.Comparison.Lines {
		if f.Name == name && *f.Before > 0 {
			text, factor := byPercent(*f.Now / *f.Before), *f.Now / *f.Before
			if verdict == attack.WithinChance && factor > 1+limit/100 {
				text += ", which may be chance"
			}
			return text
		}
	}
	return string(verdict)
}
