package attack

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"call-load-tester/pkg/compare"
	"call-load-tester/pkg/webhook"
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
	// [Pass] allows, and chance; empty if it allows all.
	Slower ComparedVerdict `json:"p99_slower,omitempty"`
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
	return fmt.Sprintf("%s: %s before, %s now", d.What, d.Before, d.Now)
}

// A ComparedFigure is one line of a comparison. What there is not is nil.
type ComparedFigure struct {
	Name    string          `json:"name"`
	Unit    Unit            `json:"unit"`
	Before  *float64        `json:"before"`
	Now     *float64        `json:"now"`
	Verdict ComparedVerdict `json:"verdict"`

	// Bounds of now / before, with a confidence of 95 % or more for all lines
	// together. Nil if there is no judgement, or the bound is infinite.
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
			r.Comparison.Slower = slower(before, r, *percent)
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

// slower returns whether the 99th percentile of now's latency is above before's
// by more than so many percent and chance.
func slower(before, now *Result, percent float64) ComparedVerdict {
	return comparedVerdicts[compare.Worse(before.blocks(), now.blocks(), compare.Percentile(ofLatency, 99), percent/100)]
}

// A line is one of a comparison.
type line struct {
	name  string
	unit  Unit
	line  compare.Line
	times func(*Result) *Distribution // of a percentile
}

// figure returns what package compare has found of a run, as the run itself tells
// it.
func (l line) figure(r *Result, v float64) float64 {
	switch l.unit {
	case Milliseconds:
		return min(v, float64(l.times(r).longestTime())) / 1e6
	case PercentOf:
		return 100 * v
	}
	return v
}

// LatencyP99 is the name of the figure that [Pass] may have a limit for.
const LatencyP99 = "latency p99"

// Names of what blocks count.
const (
	ofSeconds       = "seconds"
	ofRequests      = "requests"
	ofConversations = "conversations"
	ofCost          = "cost"
	ofLatency       = "latency"
	ofFirstWord     = "first word"
)

func ofCode(code webhook.Code) string { return "code " + strconv.Itoa(int(code)) }
func ofStep(name string) string       { return "step " + name }
func failedOf(name string) string     { return "failed of " + name }

// linesOf returns what is worth comparing of two runs.
func linesOf(before, now *Result) []line {
	lines := []line{{"requests", PerSecond, compare.Ratio(ofRequests, ofSeconds), nil}}
	percentile := func(name, times string, percent float64, of func(*Result) *Distribution) {
		lines = append(lines, line{name, Milliseconds, compare.Percentile(times, percent), of})
	}
	ratio := func(name string, unit Unit, count, per string) {
		lines = append(lines, line{name, unit, compare.Ratio(count, per), nil})
	}
	latency := func(r *Result) *Distribution { return r.Histograms.Latency }
	percentile("latency p50", ofLatency, 50, latency)
	percentile("latency p90", ofLatency, 90, latency)
	percentile(LatencyP99, ofLatency, 99, latency)
	percentile("latency p99.9", ofLatency, 99.9, latency)
	for _, v := range either(now.Verdicts, before.Verdicts, func(a, b Verdict) bool { return a.Code == b.Code }) {
		if v.Code != webhook.Accepted {
			ratio(v.String(), PercentOf, ofCode(v.Code), ofRequests)
		}
	}
	for _, s := range either(now.Steps, before.Steps, func(a, b Step) bool { return a.Name == b.Name }) {
		latency := func(r *Result) *Distribution { return r.step(s.Name).Latency }
		percentile(s.Name+" p50", ofStep(s.Name), 50, latency)
		percentile(s.Name+" p99", ofStep(s.Name), 99, latency)
		if now.step(s.Name).Incomplete+before.step(s.Name).Incomplete > 0 {
			ratio(s.Name+" failed", PercentOf, failedOf(s.Name), ofStep(s.Name))
		}
	}
	if len(before.Agents)+len(now.Agents) > 0 {
		percentile("first word p50", ofFirstWord, 50, (*Result).firstWord)
		percentile("first word p99", ofFirstWord, 99, (*Result).firstWord)
	}
	if before.Cost.Priced && now.Cost.Priced {
		if now.Conversations != nil && before.Conversations != nil {
			ratio("cost of a conversation", Money, ofCost, ofConversations)
		} else {
			ratio("cost of a request", Money, ofCost, ofRequests)
		}
	}
	return lines
}

// step returns what became of a step, nothing if there was none of that name.
func (r *Result) step(name string) Step {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == name })
	if i < 0 {
		return Step{}
	}
	return r.Steps[i]
}

// firstWord returns the times to the first words of all agents; nil if there was
// none.
func (r *Result) firstWord() *Distribution {
	var all *Distribution
	for _, a := range r.Agents {
		if words := a.Histograms.FirstWord; words.Count() > 0 {
			all = all.plus(words.clone())
		}
	}
	return all
}

// either returns the first list with what only the second has.
func either[E any](first, second []E, same func(a, b E) bool) []E {
	all := slices.Clone(first)
	for _, e := range second {
		if !slices.ContainsFunc(first, func(f E) bool { return same(f, e) }) {
			all = append(all, e)
		}
	}
	return all
}

// blocks returns the run as package compare wants it.
func (r *Result) blocks() compare.Run {
	run := compare.Run{Counts: make(map[string][]float64), Times: make(map[string]compare.Times)}
	seconds := 0.0 // over which the rate is that of the result
	if r.Rate > 0 {
		seconds = float64(r.Requests.Sent) / r.Rate
	}
	latency := compare.Times{Whole: r.Histograms.Latency.Histogram(), Blocks: make([]compare.Buckets, len(r.Timeline))}
	firstWord := compare.Times{Whole: r.firstWord().Histogram(), Blocks: make([]compare.Buckets, len(r.Timeline))}
	steps := make(map[string]compare.Times)
	for _, s := range r.Steps {
		steps[s.Name] = compare.Times{Whole: s.Latency.Histogram(), Blocks: make([]compare.Buckets, len(r.Timeline))}
	}
	for k, i := range r.Timeline {
		count := func(name string, n float64) {
			if run.Counts[name] == nil {
				run.Counts[name] = make([]float64, len(r.Timeline))
			}
			run.Counts[name][k] = n
		}
		count(ofSeconds, min(max(seconds-i.Start, 0), i.Width))
		count(ofRequests, float64(i.Sent))
		count(ofConversations, float64(i.Begun))
		count(ofCost, r.Cost.Prices.Cost(i.Received, i.Replies)+r.Cost.Minute*float64(i.Minutes))
		for code, n := range i.Codes {
			count(ofCode(code), float64(n))
		}
		latency.Blocks[k] = i.Latency.buckets()
		firstWord.Blocks[k] = i.FirstWord.buckets()
		for name, s := range i.Steps {
			count(ofStep(name), float64(s.Requests))
			count(failedOf(name), float64(s.Incomplete))
			if steps[name].Blocks != nil {
				steps[name].Blocks[k] = s.Latency.buckets()
			}
		}
	}
	run.Times[ofLatency] = latency
	if len(r.Agents) > 0 {
		run.Times[ofFirstWord] = firstWord
	}
	for name, times := range steps {
		run.Times[ofStep(name)] = times
	}
	return run
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
	add("rate", b.Rate+b.ConversationRate, n.Rate+n.ConversationRate)
	if b.Rate+b.ConversationRate == 0 && n.Rate+n.ConversationRate == 0 {
		add("concurrency", b.Concurrency, n.Concurrency)
	}
	add("ramp, in seconds", b.RampSeconds, n.RampSeconds)
	add("pace", b.Pace, n.Pace)
	add("bad signatures, in percent", b.BadSignature, n.BadSignature)
	add("time-out, in seconds", b.TimeoutSeconds, n.TimeoutSeconds)
	add("price of a segment received", before.Cost.Receive, now.Cost.Receive)
	add("price of a segment sent", before.Cost.Send, now.Cost.Send)
	add("price of a reply with media", before.Cost.MMS, now.Cost.MMS)
	add("price of a minute", before.Cost.Minute, now.Cost.Minute)
	return list
}
