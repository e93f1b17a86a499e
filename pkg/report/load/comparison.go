package load

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
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
			t.Rows = append(t.Rows, report.Row{Label: strings.TrimSpace(mark + " " + f.Name), Value: fmt.Sprintf("%s → %s: %s", row[1], row[2], change)})
		}
		t.Line("%s %s  %s  %s  %s", mark, padRight(row[0], width[0]), padLeft(row[1], width[1]), padLeft(row[2], width[2]), change)
	}
	t.Line("")
	for _, note := range []struct {
		on   attack.ComparedVerdict
		text string
	}{
		{attack.BeyondChance, "* changed by more than chance, in brackets the bounds of the change; of equal runs, 1 comparison in 20 has an asterisk"},
		{attack.TooShort, "too little to tell: a line needs ten seconds (in long runs: steps of the charts) with something in them, in both runs"},
	} {
		if len(names(c, note.on)) > 0 {
			t.Rows = append(t.Rows, report.Row{Value: note.text})
			t.Line("%s\n", note.text)
		}
	}
}

// names returns the figures of a comparison that have a verdict.
func names(c *attack.Comparison, verdict attack.ComparedVerdict) (list []string) {
	for _, f := range c.Lines {
		if f.Verdict == verdict {
			list = append(list, f.Name)
		}
	}
	return list
}

// whatChanged names what has changed by more than chance.
func (r Report) whatChanged() string {
	c := r.Comparison
	changed, unchanged := names(c, attack.BeyondChance), names(c, attack.WithinChance)
	switch n := len(changed); {
	case n > maxListed:
		return fmt.Sprintf("changed by more than chance: %s and %d others", strings.Join(changed[:maxListed], ", "), n-maxListed)
	case n > 0:
		return "changed by more than chance: " + strings.Join(changed, ", ")
	case len(unchanged) > 0:
		return string(attack.WithinChance)
	}
	return string(attack.TooShort)
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
	factor, low := *f.Now / *f.Before, 0.0
	if f.Low != nil {
		low = *f.Low
	}
	write := byPercent
	if factor >= 10 || f.High != nil && *f.High >= 10 {
		write = byFactor
	}
	if f.High == nil {
		return fmt.Sprintf("%s (%s or more)", write(factor), write(low))
	}
	return fmt.Sprintf("%s (%s to %s)", write(factor), write(low), write(*f.High))
}

// byFactor writes a factor as such, to three digits or so.
func byFactor(factor float64) string {
	switch {
	case factor >= 99.95:
		return fmt.Sprintf("× %.0f", factor)
	case factor >= 9.995:
		return fmt.Sprintf("× %.1f", factor)
	}
	return fmt.Sprintf("× %.2f", factor)
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

// slowerParts names what has missed [Pass] Slower where that judges two things.
func (r Report) slowerParts() string {
	c := r.Comparison
	if c == nil || c.SlowerWord == "" {
		return "Slower"
	}
	latency, word := c.Slower != attack.WithinChance, c.SlowerWord != attack.WithinChance
	switch {
	case latency && word:
		return "Slower of the latency and of the first word"
	case word:
		return "Slower of the first word"
	}
	return "Slower of the latency"
}

// slowerAgainst says how much longer the 99th percentile is than before, beside
// a limit in percent.
func (r Report) slowerAgainst(limit float64) string {
	switch {
	case r.Comparison != nil:
	case slices.Contains(r.Pass.Missed, "Slower"):
		return "unknown: there is nothing to compare with"
	default: // of a worker
		return "not judged by a worker"
	}
	return r.slower(attack.LatencyP99, r.Comparison.Slower, limit)
}

// slower says how much longer a figure is than before, beside a limit in percent
// and what was found of it.
func (r Report) slower(name string, verdict attack.ComparedVerdict, limit float64) string {
	switch verdict {
	case attack.NotInBoth:
		return "unknown: " + r.without(name)
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

// without says which of the runs has nothing in a line of the comparison, or not
// enough of it.
func (r Report) without(name string) string {
	for _, f := range r.Comparison.Lines {
		switch {
		case f.Name != name || f.Now == nil && f.Before == nil:
		case f.Before == nil:
			return "the run before has no such time"
		case f.Now == nil:
			return "this run has no such time"
		case name == attack.FirstWordP99:
			return "in one of the runs more than one turn in a hundred got no word"
		default:
			return "in one of the runs more than one request in a hundred has no latency"
		}
	}
	return "neither run has such a time"
}

// drawLatency adds a chart of times. Beside those of an earlier run it is
// logarithmic: a single time-out must not press both runs onto the x axis.
func (r Report) drawLatency(p *report.Page, f report.Figure, drawn *chart.Chart) {
	f.Unit = "milliseconds"
	if r.Comparison != nil {
		drawn.Log = true
		f.Unit += ", on a logarithmic scale"
	}
	p.Draw(f, drawn)
}

// earlier gives a line the times of the earlier run, as far as this one goes.
func (r Report) earlier(name string, colour chart.Colour, value func(attack.EarlierInterval) float64) chart.Line {
	all, line := r.Comparison.Timeline, chart.Line{Name: name, Colour: colour, Dashed: true}
	if len(all) == 0 {
		return line
	}
	return r.span().Beside(all[0].Width, len(all)).Steps(line, func(i int) float64 {
		return report.OrGap(int(math.Ceil(all[i].P99)), value(all[i]))
	})
}
