package load

import (
	"fmt"
	"io"
	"math"
	"strings"

	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
)

// HTML writes the record as one page: no script, no network, readable on a
// phone and on paper.
func (l *Record) HTML(w io.Writer) error {
	p := &report.Page{
		Title:    report.Count(l.Requests.Sent, l.Plan.Kind+" request"),
		Headline: fmt.Sprintf("Summary of %s against %s.", report.RunOf(l.Interrupted, l.DryRun, l.Seconds), l.Plan.Endpoint),
	}
	l.notices(p)
	l.tiles(p)
	if len(l.Timeline) > 0 {
		l.rates(p)
		l.latencies(p)
		l.verdictsOverTime(p)
	}
	l.curve(p)
	l.shares(p)
	l.sections(p)
	return p.Render(w)
}

func (l *Record) notices(p *report.Page) {
	add := func(grave bool, format string, args ...any) {
		p.Notice(grave, fmt.Sprintf(format, args...))
	}
	t := &loadText{}
	t.pass(l)
	for _, r := range t.Rows {
		add(l.Pass != nil && !l.Pass.Passed, "%s: %s", r.Label, r.Value)
	}
	// Warnings are paragraphs, in lines.
	t = &loadText{}
	t.warnings(l)
	for paragraph := range strings.SplitSeq(t.String(), "\n\n") {
		if text := strings.Join(strings.Fields(paragraph), " "); text != "" {
			add(true, "%s", text)
		}
	}
	if l.Interrupted {
		add(false, "The run was interrupted.")
	}
	if l.DryRun {
		add(false, "A dry run: an endpoint inside the process answered.")
	}
}

func (l *Record) tiles(p *report.Page) {
	r := l.Requests
	asked := "as many as the connections could"
	if l.Plan.Rate > 0 {
		asked = fmt.Sprintf("of %d asked", l.Plan.Rate)
	}
	p.Tile("Requests", fmt.Sprintf("%d of %d", r.Sent, l.Plan.Requests), r.text())
	p.Tile("Achieved", fmt.Sprintf("%.1f a second", l.Rate), asked)
	if l.Latency.Count > 0 {
		p.Tile("Latency, p50", milliseconds(l.Latency.P50), "half were faster")
		p.Tile("Latency, p99", milliseconds(l.Latency.P99), "99 % were faster; the slowest "+milliseconds(l.Latency.Max))
	}
	if l.Replies.Count > 0 {
		p.Tile("Replies", report.Count(l.Replies.Count, "message"), fmt.Sprintf("%s, %d with media", report.Count(l.Replies.Segments, "segment"), l.Replies.Media))
	}
	if l.Cost.Priced {
		p.Tile("Approx cost", "$"+money(l.Cost.Total), fmt.Sprintf("of %s and the replies", report.Count(l.Received, "received segment")))
	}
}

// span is the time axis of the timeline. It ends with the last answer; in an
// open loop with the second of it, since a burst stands for a whole second.
func (l *Record) span() report.Span {
	n := len(l.Timeline)
	last := l.Timeline[n-1]
	end := l.Seconds
	if l.Plan.Rate > 0 {
		end = math.Ceil(end)
	}
	if full := last.Start + last.Width; end <= last.Start || end > full {
		end = full
	}
	return report.NewSpan(last.Width, end, n)
}

// line is a line of the timeline.
func (l *Record) line(colour chart.Colour, value func(Interval) float64) chart.Line {
	return l.span().Steps(colour, func(i int) float64 { return value(l.Timeline[i]) })
}

// rate is a line of what is counted, per second. The last interval may be cut
// short; if less than half of it is left it is averaged with the one before,
// since a few answers in no time would tower above all others.
func (l *Record) rate(colour chart.Colour, counted func(Interval) int) chart.Line {
	s := l.span()
	last := s.Bins - 1
	tail := s.End - l.Timeline[last].Start
	atEnd := float64(counted(l.Timeline[last])) / tail
	from := last
	if last > 0 && tail < s.Width/2 {
		from--
		atEnd = float64(counted(l.Timeline[from])+counted(l.Timeline[last])) / (s.Width + tail)
	}
	return s.Steps(colour, func(i int) float64 {
		if i >= from {
			return atEnd
		}
		return float64(counted(l.Timeline[i])) / s.Width
	})
}

// chart is one of lines over the timeline.
func (l *Record) chart(lines ...chart.Line) *chart.Chart {
	return l.span().Chart("the start", lines...)
}

func (l *Record) rates(p *report.Page) {
	requests := l.rate(chart.Blue, func(i Interval) int { return i.Sent })
	requests.Fill = true
	answers := l.rate(chart.Orange, func(i Interval) int { return i.Answered })
	went, asked := "sent", ""
	if l.Plan.Rate > 0 {
		went, asked = "due", fmt.Sprintf(" of the %d asked", l.Plan.Rate)
	}
	f := report.Figure{
		Title: "Requests and answers", Unit: "requests and answers a second",
		Legend: []report.Legend{{Colour: chart.Blue, Text: "requests, by when they were " + went}, {Colour: chart.Orange, Text: "answers, by when they came"}},
		Sentence: fmt.Sprintf("How many requests were %s and how many answers came: over the run %.1f requests a second were sent%s.", went, l.Rate, asked) +
			l.span().Binned(),
	}
	drawn := l.chart(requests, answers)
	if l.Plan.Rate > 0 {
		drawn.Lines = append(drawn.Lines, l.span().Level(float64(l.Plan.Rate)))
		f.Legend = append(f.Legend, report.Legend{Colour: chart.Grey, Text: fmt.Sprintf("asked, %d a second", l.Plan.Rate)})
	}
	p.Draw(f, drawn)
}

func (l *Record) latencies(p *report.Page) {
	if l.Latency.Count == 0 {
		return
	}
	of := func(colour chart.Colour, value func(Interval) float64) chart.Line {
		return l.line(colour, func(i Interval) float64 { return report.OrGap(int(math.Ceil(i.Max)), value(i)) })
	}
	p.Draw(report.Figure{
		Title: "Latency over time", Unit: "milliseconds",
		Legend:   []report.Legend{{Colour: chart.Blue, Text: "p50: half were faster"}, {Colour: chart.Orange, Text: "p99: 99 % were faster"}, {Colour: chart.Grey, Text: "max: the slowest"}},
		Sentence: "How long answers took, counted from when their requests were due: over the run " + l.Latency.text() + ".",
	}, l.chart(
		of(chart.Grey, func(i Interval) float64 { return i.Max }),
		of(chart.Orange, func(i Interval) float64 { return i.P99 }),
		of(chart.Blue, func(i Interval) float64 { return i.P50 })))
}

func (l *Record) verdictsOverTime(p *report.Page) {
	kinds := []struct {
		colour chart.Colour
		name   string
		total  int
		count  func(Interval) int
	}{
		{chart.Green, "accepted", l.Requests.Accepted, func(i Interval) int { return i.Accepted }},
		{chart.Grey, "bad signature refused", l.Requests.Refused, func(i Interval) int { return i.Refused }},
		{chart.Blue, "bad signature let through", l.Requests.LetThrough, func(i Interval) int { return i.LetThrough }},
		{chart.Orange, "unanswered", l.Requests.Unanswered, func(i Interval) int { return i.Unanswered }},
		{chart.Red, "errors", l.Requests.Errors, func(i Interval) int { return i.Errors }},
	}
	f := report.Figure{Title: "Verdicts over time", Unit: "requests a second",
		Sentence: "What Twilio would make of the answers, by when their requests were due; what did not occur is left out."}
	drawn := l.chart()
	for _, k := range kinds {
		if k.total == 0 {
			continue
		}
		drawn.Lines = append(drawn.Lines, l.rate(k.colour, k.count))
		f.Legend = append(f.Legend, report.Legend{Colour: k.colour, Text: fmt.Sprintf("%s, %d", k.name, k.total)})
	}
	if len(drawn.Lines) > 0 {
		p.Draw(f, drawn)
	}
}

// curve draws the distribution of the latency, with each nine of the
// percentage as wide as the one before.
func (l *Record) curve(p *report.Page) {
	if len(l.Curve) < 2 {
		return
	}
	nines := func(percent float64) float64 { return -math.Log10(1 - percent/100) }
	end := max(1, math.Log10(float64(l.Latency.Count)))
	drawn := &chart.Chart{X: "percent of the requests", End: end}
	line := chart.Line{Colour: chart.Blue, Fill: true}
	for _, point := range l.Curve {
		line.Points = append(line.Points, chart.Point{X: min(end, nines(point.Percent)), Y: point.Time})
	}
	drawn.Lines = []chart.Line{line}
	for _, tick := range []string{"0", "50", "90", "99", "99.9", "99.99", "99.999", "99.9999"} {
		var percent float64
		fmt.Sscan(tick, &percent)
		if x := nines(percent); x <= end {
			drawn.XTicks = append(drawn.XTicks, chart.Tick{Value: x, Text: tick})
		}
	}
	p.Draw(report.Figure{
		Title: "Latency, from the fastest to the slowest", Unit: "milliseconds",
		Sentence: fmt.Sprintf("So many percent of the %d requests measured took no longer: 90 %% at most %s, 99 %% at most %s.",
			l.Latency.Count, milliseconds(l.Latency.P90), milliseconds(l.Latency.P99)),
	}, drawn)
}

func (l *Record) shares(p *report.Page) {
	f := report.Figure{Title: "Verdicts", Sentence: "What Twilio would make of the answers, bad signatures left out."}
	all := 0
	for _, v := range l.Verdicts {
		all += v.Requests
	}
	for _, v := range l.Verdicts {
		f.Bars = append(f.Bars, report.Bar{Name: v.String(), Text: report.Count(v.Requests, "request") + ", " + report.Percent(v.Requests, all), Value: float64(v.Requests), Most: float64(all)})
	}
	if len(f.Bars) > 0 {
		p.Figures = append(p.Figures, f)
	}
}

// sections are the figures of the text, and the plan.
func (l *Record) sections(p *report.Page) {
	add := func(title string, fill ...func(*loadText, *Record)) {
		t := &loadText{}
		for _, f := range fill {
			f(t, l)
		}
		p.Section(title, t.Rows)
	}
	add("Summary", (*loadText).original, (*loadText).requests)
	add("Times, verdicts and messages", (*loadText).times, (*loadText).verdicts, (*loadText).messages, (*loadText).signatures)
	add("Run", (*loadText).plan)
}

// plan says what was asked for.
func (t *loadText) plan(l *Record) {
	t.label("Kind", "%s", l.Plan.Kind)
	t.label("Rows of data", "%d, used in turn", l.Plan.Rows)
	if l.Plan.Rate > 0 {
		t.label("Rate", "%d requests a second", l.Plan.Rate)
	}
	t.label("Time-out", "%s s", report.Number(l.Plan.TimeoutSeconds))
	if l.Plan.BadSignature > 0 {
		t.label("Bad signatures", "%s %% of the requests, on purpose", report.Number(l.Plan.BadSignature))
	}
	t.label("Began", "%s", l.Began.Format("2006-01-02 15:04:05 MST"))
	t.label("Exit status", "%d", l.ExitStatus)
}
