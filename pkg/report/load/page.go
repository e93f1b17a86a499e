package load

import (
	"fmt"
	"io"
	"math"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
)

// HTML writes the record as one page: no script, no network, readable on a
// phone and on paper.
func (r Report) HTML(w io.Writer) error {
	p := &report.Page{
		Title:    r.title(),
		Headline: fmt.Sprintf("Summary of %s against %s.", report.RunOf(r.Interrupted, r.DryRun, r.Seconds), r.Plan.Endpoint),
	}
	r.notices(p)
	r.tiles(p)
	if len(r.Timeline) > 0 {
		r.live(p)
		r.firstWords(p)
		r.rates(p)
		r.latencies(p)
		r.verdictsOverTime(p)
	}
	r.curve(p)
	r.stepBars(p)
	r.shares(p)
	r.sections(p)
	return p.Render(w)
}

func (r Report) title() string {
	if c := r.Conversations; c != nil {
		return report.Count(c.Begun, r.Plan.Kind)
	}
	return report.Count(r.Requests.Sent, r.Plan.Kind+" request")
}

func (r Report) notices(p *report.Page) {
	add := func(grave bool, format string, args ...any) {
		p.Notice(grave, fmt.Sprintf(format, args...))
	}
	if r.Pass != nil {
		add(!r.Pass.Passed, "Pass: %s", r.pass())
	}
	for _, warning := range r.warnings() {
		add(true, "%s", strings.ReplaceAll(warning, "\n", " "))
	}
	if c := r.Comparison; c != nil {
		add(false, "Compared with %s: %s.", c.File, r.whatChanged())
	}
	if r.Interrupted {
		add(false, "The run was interrupted.")
	}
	if r.DryRun {
		add(false, "A dry run: an endpoint inside the process answered.")
	}
}

func (r Report) tiles(p *report.Page) {
	n := r.Requests
	r.conversationTiles(p)
	r.agentTiles(p)
	sent, asked := fmt.Sprintf("%d of %d", n.Sent, r.Plan.Requests), "as many as the connections could"
	switch {
	case r.Plan.Rate > 0:
		asked = r.asked(r.Plan.Rate)
	case r.Conversations != nil:
		sent, asked = fmt.Sprint(n.Sent), "as the conversations went"
	}
	p.Tile("Requests", sent, became(n))
	p.Tile("Achieved", fmt.Sprintf("%.1f a second", r.Rate), asked)
	if r.Latency.Count > 0 {
		p.Tile("Latency, p50", milliseconds(r.Latency.P50), "half were faster")
		p.Tile("Latency, p99", milliseconds(r.Latency.P99), "99 % were faster; the slowest "+milliseconds(r.Latency.Max))
	}
	if r.Replies.Count > 0 {
		p.Tile("Replies", report.Count(r.Replies.Count, "message"), fmt.Sprintf("%s, %d with media", report.Count(r.Replies.Segments, "segment"), r.Replies.Media))
	}
	switch c := r.Conversations; {
	case !r.Cost.Priced && !r.Cost.IsMixed():
	case c != nil && r.Received == 0:
		p.Tile("Approx cost", "$"+money(r.Cost.Total), "of "+report.Count(c.Minutes, "billed minute"))
	default:
		p.Tile("Approx cost", "$"+money(r.Cost.Total), fmt.Sprintf("of %s and the replies", report.Count(r.Received, "received segment")))
	}
}

// span is the time axis of the timeline. It ends with the last answer; in an
// open loop with the second of it, since a burst stands for a whole second.
func (r Report) span() report.Span {
	n := len(r.Timeline)
	last := r.Timeline[n-1]
	end := r.Seconds
	if r.isOpenLoop() {
		end = math.Ceil(end)
	}
	if full := last.Start + last.Width; end <= last.Start || end > full {
		end = full
	}
	return report.NewSpan(last.Width, end, n)
}

// line gives a line its points over the timeline.
func (r Report) line(line chart.Line, value func(attack.Interval) float64) chart.Line {
	return r.span().Steps(line, func(i int) float64 { return value(r.Timeline[i]) })
}

// rate gives a line the points of what is counted, per second. The last interval may be cut
// short; if less than half of it is left it is averaged with the one before,
// since a few answers in no time would tower above all others.
func (r Report) rate(line chart.Line, counted func(attack.Interval) int) chart.Line {
	s := r.span()
	last := s.Bins - 1
	tail := s.End - r.Timeline[last].Start
	atEnd := float64(counted(r.Timeline[last])) / tail
	from := last
	if last > 0 && tail < s.Width/2 {
		from--
		atEnd = float64(counted(r.Timeline[from])+counted(r.Timeline[last])) / (s.Width + tail)
	}
	return s.Steps(line, func(i int) float64 {
		if i >= from {
			return atEnd
		}
		return float64(counted(r.Timeline[i])) / s.Width
	})
}

// chart is one of lines over the timeline.
func (r Report) chart(lines ...chart.Line) *chart.Chart {
	return r.span().Chart("the start", lines...)
}

func (r Report) rates(p *report.Page) {
	went, asked := "sent", ""
	if r.isOpenLoop() {
		went = "due"
	}
	if r.Plan.Rate > 0 {
		asked = ", " + r.asked(r.Plan.Rate)
	}
	f := report.Figure{
		Title: "Requests and answers", Unit: "requests and answers a second",
		Sentence: fmt.Sprintf("How many requests were %s and how many answers came: over the run %.1f requests a second were sent%s.", went, r.Rate, asked) +
			r.span().Binned(),
	}
	drawn := r.chart(
		r.rate(chart.Line{Name: "requests, by when they were " + went, Colour: chart.Blue, Fill: true}, func(i attack.Interval) int { return i.Sent }),
		r.rate(chart.Line{Name: "answers, by when they came", Colour: chart.Orange}, func(i attack.Interval) int { return i.Answered }))
	if r.Plan.Rate > 0 {
		drawn.Lines = append(drawn.Lines, r.span().Level(fmt.Sprintf("asked, %d a second", r.Plan.Rate), float64(r.Plan.Rate)))
	}
	p.Draw(f, drawn)
}

func (r Report) latencies(p *report.Page) {
	if r.Latency.Count == 0 {
		return
	}
	of := func(name string, colour chart.Colour, value func(attack.Interval) float64) chart.Line {
		return r.line(chart.Line{Name: name, Colour: colour}, func(i attack.Interval) float64 { return report.OrGap(int(math.Ceil(i.Max)), value(i)) })
	}
	lines := []chart.Line{
		of("max: the slowest", chart.Grey, func(i attack.Interval) float64 { return i.Max }),
		of("p99: 99 % were faster", chart.Orange, func(i attack.Interval) float64 { return i.P99 }),
		of("p50: half were faster", chart.Blue, func(i attack.Interval) float64 { return i.P50 }),
	}
	if r.Comparison != nil {
		lines = append(lines,
			r.earlier("p99 before", chart.Orange, func(i attack.EarlierInterval) float64 { return i.P99 }),
			r.earlier("p50 before", chart.Blue, func(i attack.EarlierInterval) float64 { return i.P50 }))
	}
	r.drawLatency(p, report.Figure{
		Title:    "Latency over time",
		Sentence: "How long answers took, counted from when their requests were due: over the run " + percentiles(r.Latency) + ".",
	}, r.chart(lines...))
}

func (r Report) verdictsOverTime(p *report.Page) {
	kinds := []struct {
		colour chart.Colour
		name   string
		total  int
		count  func(attack.Interval) int
	}{
		{chart.Green, "accepted", r.Requests.Accepted, func(i attack.Interval) int { return i.Accepted }},
		{chart.Grey, "bad signature refused", r.Requests.Refused, func(i attack.Interval) int { return i.Refused }},
		{chart.Blue, "bad signature let through", r.Requests.LetThrough, func(i attack.Interval) int { return i.LetThrough }},
		{chart.Orange, "unanswered", r.Requests.Unanswered, func(i attack.Interval) int { return i.Unanswered }},
		{chart.Red, "errors", r.Requests.Errored, func(i attack.Interval) int { return i.Errored }},
	}
	f := report.Figure{Title: "Verdicts over time", Unit: "requests a second",
		Sentence: "What Twilio would make of the answers, by when their requests were due; what did not occur is left out."}
	drawn := r.chart()
	for _, k := range kinds {
		if k.total > 0 {
			drawn.Lines = append(drawn.Lines, r.rate(chart.Line{Name: fmt.Sprintf("%s, %d", k.name, k.total), Colour: k.colour}, k.count))
		}
	}
	if len(drawn.Lines) > 0 {
		p.Draw(f, drawn)
	}
}

// curve draws the distribution of the latency, with each nine of the
// percentage as wide as the one before.
func (r Report) curve(p *report.Page) {
	if len(r.Curve) < 2 {
		return
	}
	nines := func(percent float64) float64 { return -math.Log10(1 - percent/100) }
	end := max(1, math.Log10(float64(r.Latency.Count)))
	drawn := &chart.Chart{X: "percent of the requests", End: end}
	add := func(line chart.Line, curve []attack.Percentile) {
		for _, point := range curve {
			line.Points = append(line.Points, chart.Point{X: min(end, nines(point.Percent)), Y: point.Time})
		}
		drawn.Lines = append(drawn.Lines, line)
	}
	if r.Comparison == nil {
		add(chart.Line{Colour: chart.Blue, Fill: true}, r.Curve)
	} else {
		add(chart.Line{Name: "now", Colour: chart.Blue}, r.Curve)
		add(chart.Line{Name: "before", Colour: chart.Blue, Dashed: true}, r.Comparison.Curve)
	}
	for _, tick := range []string{"0", "50", "90", "99", "99.9", "99.99", "99.999", "99.9999"} {
		var percent float64
		fmt.Sscan(tick, &percent)
		if x := nines(percent); x <= end {
			drawn.XTicks = append(drawn.XTicks, chart.Tick{Value: x, Text: tick})
		}
	}
	r.drawLatency(p, report.Figure{
		Title: "Latency, from the fastest to the slowest",
		Sentence: fmt.Sprintf("So many percent of the %d requests measured took no longer: 90 %% at most %s, 99 %% at most %s.",
			r.Latency.Count, milliseconds(r.Latency.P90), milliseconds(r.Latency.P99)),
	}, drawn)
}

func (r Report) shares(p *report.Page) {
	f := report.Figure{Title: "Verdicts", Sentence: "What Twilio would make of the answers, bad signatures left out."}
	all := 0
	for _, v := range r.Verdicts {
		all += v.Requests
	}
	for _, v := range r.Verdicts {
		f.Bars = append(f.Bars, report.Share(v.String(), v.Requests, all, "request"))
	}
	if len(f.Bars) > 0 {
		p.Figures = append(p.Figures, f)
	}
}

// sections are the figures of the text, and the plan.
func (r Report) sections(p *report.Page) {
	add := func(title string, fill ...func(*text)) {
		t := &text{Report: r}
		for _, f := range fill {
			f(t)
		}
		p.Section(title, t.Rows)
	}
	if r.Comparison != nil {
		add("Compared with "+r.Comparison.File, (*text).comparison)
	}
	add("Summary", (*text).original, (*text).requests, (*text).conversations)
	if len(r.Agents) > 0 {
		add("Voice agents", (*text).agents)
	}
	add("Times, verdicts and messages", (*text).times, (*text).verdicts, (*text).failures, (*text).messages, (*text).signatures)
	if len(r.Steps) > 0 {
		add("Steps", (*text).steps)
	}
	add("Run", (*text).plan)
}

// plan says what was asked for.
func (t *text) plan() {
	t.label("Kind", "%s", t.Plan.Kind)
	t.label("Rows of data", "%d, used in turn", t.Plan.Rows)
	if t.Plan.Rate > 0 {
		t.label("Rate", "%d requests a second", t.Plan.Rate)
	}
	if t.Plan.Pace != "" {
		t.label("Pace", "%s", t.Plan.Pace)
	}
	if t.Plan.ConversationRate > 0 {
		t.label("Rate", "%d conversations begun a second", t.Plan.ConversationRate)
	}
	if t.Plan.RampSeconds > 0 {
		t.label("Ramp", "%s s", report.Number(t.Plan.RampSeconds))
	}
	t.label("Time-out", "%s s", report.Number(t.Plan.TimeoutSeconds))
	if t.Plan.BadSignature > 0 {
		t.label("Bad signatures", "%s %% of the requests, on purpose", report.Number(t.Plan.BadSignature))
	}
	t.label("Began", "%s", t.Began.Format("2006-01-02 15:04:05 MST"))
	t.label("Exit status", "%d", t.ExitStatus)
}
