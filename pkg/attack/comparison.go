package attack

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"call-load-tester/pkg/compare"
)

// A Comparison tells how a run differs from an earlier one, and by how much more
// than chance. See package compare for the method.
type Comparison struct {
	File  string    `json:"file"` // that of the earlier run
	Began time.Time `json:"began"`

	Differences []Difference     `json:"differences"` // in what was asked for, which make the two hard to compare
	Lines       []ComparedFigure `json:"lines"`

	// The earlier run's latency, for charts.
	Curve    []Percentile      `json:"latency_curve"`
	Timeline []EarlierInterval `json:"timeline"`

	// Slower says whether the 99th percentile of the latency is longer by more than
	// [Pass] allows, and chance; empty if it allows all. SlowerWord says so of the
	// first word of voice agents, if both runs have some.
	Slower     ComparedVerdict `json:"p99_slower,omitempty"`
	SlowerWord ComparedVerdict `json:"first_word_p99_slower,omitempty"`
}

// An EarlierInterval is what a chart shows of an [Interval] of the earlier run. Its
// times are 0 if there are none.
type EarlierInterval struct {
	Start float64 `json:"start_seconds"`
	Width float64 `json:"width_seconds"`
	P50   float64 `json:"latency_p50_ms"`
	P99   float64 `json:"latency_p99_ms"`
}

// A Difference is something that was asked for in another way.
type Difference struct {
	What   string `json:"what"`
	Before string `json:"before"`
	Now    string `json:"now"`
}

// String says what differs: "rate: 20 before, 30 now".
func (d Difference) String() string {
	return fmt.Sprintf("%s: %s before, %s now", d.What, cmp.Or(d.Before, "none"), cmp.Or(d.Now, "none"))
}

// A ComparedFigure is one line of a comparison. What there is not is nil.
type ComparedFigure struct {
	Name    string          `json:"name"`
	Unit    Unit            `json:"unit"`
	Before  *float64        `json:"before"`
	Now     *float64        `json:"now"`
	Verdict ComparedVerdict `json:"verdict"`

	// Bounds of now / before, each pair with a confidence of 95 % or more. Nil if there
	// is no judgement, or the bound is infinite.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
	P    *float64 `json:"p,omitempty"` // adjusted by Holm's procedure for the number of lines
}

// A Unit is that of a figure.
type Unit string

// The units of figures.
const (
	PerSecond    Unit = "per second"
	Milliseconds Unit = "ms"
	PercentOf    Unit = "%"
	Money        Unit = "$"
)

// A ComparedVerdict says whether a figure has changed.
type ComparedVerdict string

// The verdicts, as those of package compare.
const (
	NotInBoth    ComparedVerdict = "not in both"
	TooShort     ComparedVerdict = "too little to tell"
	WithinChance ComparedVerdict = "no difference beyond chance"
	BeyondChance ComparedVerdict = "changed"
)

var comparedVerdicts = map[compare.Verdict]ComparedVerdict{
	compare.NoData: NotInBoth, compare.TooShort: TooShort, compare.WithinChance: WithinChance, compare.BeyondChance: BeyondChance,
}

// Compare adds to the result how it differs from that of an earlier run, which was
// read from a file of that name, and judges Pass with that.
func (r *Result) Compare(file string, before *Result) {
	r.Comparison = comparison(file, before, r)
	if r.Pass != nil {
		if percent := r.Pass.MaxSlower; percent != nil {
			r.Comparison.Slower = NotInBoth
			if before.HasP99() && r.HasP99() {
				r.Comparison.Slower = slower(before, r, ofLatency, *percent)
			}
			switch {
			case len(before.Agents) == 0 || len(r.Agents) == 0:
			case !before.HasFirstWord() || !r.HasFirstWord(): // those who got a word say nothing of the others
				r.Comparison.SlowerWord = NotInBoth
			default:
				r.Comparison.SlowerWord = slower(before, r, ofFirstWord, *percent)
			}
		}
		r.Pass = r.Pass.judge(r)
	}
}

func comparison(file string, before, r *Result) *Comparison {
	c := &Comparison{File: file, Began: before.Began, Differences: differences(before, r), Curve: before.Curve, Timeline: []EarlierInterval{}}
	for _, i := range before.Timeline {
		c.Timeline = append(c.Timeline, EarlierInterval{i.Start, i.Width, i.P50, i.P99})
	}
	lines := linesOf(before, r)
	compared := make([]compare.Line, len(lines))
	for i, line := range lines {
		compared[i] = line.line
	}
	for i, change := range compare.Runs(before.blocks(), r.blocks(), compared...) {
		line := lines[i]
		finite := func(v float64) *float64 {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil
			}
			return &v
		}
		was, is := line.figure(before, change.Before), line.figure(r, change.Now)
		c.Lines = append(c.Lines, ComparedFigure{
			Name: line.name, Unit: line.unit, Before: finite(was), Now: finite(is), Verdict: comparedVerdicts[change.Verdict],
			// Rounded as they are shown, the figures are still within their bounds.
			Low: finite(min(change.Low, or(is/was, change.Low))), High: finite(max(change.High, or(is/was, change.High))), P: finite(change.P),
		})
	}
	return c
}

// or returns a factor, or the other if it is none.
func or(factor, other float64) float64 {
	if math.IsNaN(factor) || math.IsInf(factor, 0) {
		return other
	}
	return factor
}

// slower returns whether the 99th percentile of now's times of a name is above
// before's by more than so many percent and chance.
func slower(before, now *Result, times string, percent float64) ComparedVerdict {
	return comparedVerdicts[compare.Worse(before.blocks(), now.blocks(), compare.Percentile(times, 99), percent/100)]
}

// isNotSlower reports whether nothing that [Pass] limits is slower than before, as
// far as can be told.
func (c *Comparison) isNotSlower() bool {
	return c.Slower == WithinChance && (c.SlowerWord == WithinChance || c.SlowerWord == "")
}

// rate says how fast things were to be sent or begun.
func (p PlanSummary) rate() string {
	if !p.IsOpen() {
		return fmt.Sprintf("back to back over %d", p.Concurrency)
	}
	return fmt.Sprint(p.Rate + p.ConversationRate)
}

// kind says what prices there are.
func (c Cost) kind() string {
	switch {
	case c.Priced:
		return "one for all"
	case c.IsMixed():
		return "different ones"
	}
	return "none"
}

// differences returns in what two runs differ that was asked for.
func differences(before, now *Result) []Difference {
	list := []Difference{}
	add := func(what string, before, now any) {
		if before != now {
			list = append(list, Difference{what, fmt.Sprint(before), fmt.Sprint(now)})
		}
	}
	b, n := before.Plan, now.Plan
	add("endpoint", b.Endpoint, n.Endpoint)
	add("kind", b.Kind, n.Kind)
	add("rows", b.Rows, n.Rows)
	if b.IsOpen() || n.IsOpen() {
		add("rate", b.rate(), n.rate())
	} else {
		add("concurrency", b.Concurrency, n.Concurrency)
	}
	add("ramp, in seconds", b.RampSeconds, n.RampSeconds)
	add("pace", b.Pace, n.Pace)
	add("bad signatures, in percent", b.BadSignature, n.BadSignature)
	add("time-out, in seconds", b.TimeoutSeconds, n.TimeoutSeconds)
	if before.Cost.IsMixed() || now.Cost.IsMixed() {
		add("prices", before.Cost.kind(), now.Cost.kind())
		return list
	}
	add("price of a segment received", before.Cost.Receive, now.Cost.Receive)
	add("price of a segment sent", before.Cost.Send, now.Cost.Send)
	add("price of a reply with media", before.Cost.MMS, now.Cost.MMS)
	add("price of a minute", before.Cost.Minute, now.Cost.Minute)
	return list
}
