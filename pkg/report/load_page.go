package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"call-load-tester/pkg/report/internal/chart"
)

// HTML writes the record as one page: no script, no network, readable on a
// phone and on paper.
func (l *Load) HTML(w io.Writer) error {
	took := number(l.Seconds)
	p := &page{
		Title:    fmt.Sprintf("%d %s requests", l.Requests.Sent, l.Plan.Kind),
		Headline: fmt.Sprintf("A run of %s s against %s.", took, l.Plan.Endpoint),
	}
	l.notices(p)
	l.tiles(p)
	if n := len(l.Timeline); n > 0 {
		width := l.Timeline[0].Width
		time := clockFor(width * float64(n))
		l.rates(p, time, width)
		l.latencies(p, time, width)
		l.verdictsOverTime(p, time, width)
	}
	l.curve(p)
	l.shares(p)
	l.sections(p)
	return p.render(w)
}

func (l *Load) notices(p *page) {
	add := func(grave bool, format string, args ...any) {
		p.Notices = append(p.Notices, notice{grave, fmt.Sprintf(format, args...)})
	}
	t := &loadText{}
	t.pass(l)
	for _, r := range t.rows {
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

func (l *Load) tiles(p *page) {
	r := l.Requests
	asked := "as many as the connections could"
	if l.Plan.Rate > 0 {
		asked = fmt.Sprintf("of %d asked", l.Plan.Rate)
	}
	p.Tiles = append(p.Tiles,
		tile{"Requests", fmt.Sprintf("%d of %d", r.Sent, l.Plan.Requests), fmt.Sprintf("%d accepted, %d failed, %d unanswered", r.Accepted, r.Failed, r.Unanswered)},
		tile{"Achieved", fmt.Sprintf("%.1f a second", l.Rate), asked})
	if l.Latency.Count > 0 {
		p.Tiles = append(p.Tiles,
			tile{"Latency, p50", milliseconds(l.Latency.P50), "half were faster"},
			tile{"Latency, p99", milliseconds(l.Latency.P99), "99 % were faster; the slowest " + milliseconds(l.Latency.Max)})
	}
	if l.Replies.Count > 0 {
		p.Tiles = append(p.Tiles, tile{"Replies", fmt.Sprintf("%d messages", l.Replies.Count), fmt.Sprintf("%d segments, %d with media", l.Replies.Segments, l.Replies.Media)})
	}
	if l.Cost.Priced {
		p.Tiles = append(p.Tiles, tile{"Approx cost", "$" + money(l.Cost.Total), fmt.Sprintf("of %d received segments and the replies", l.Received)})
	}
}

// line is a line of the timeline.
func (l *Load) line(colour chart.Colour, time clock, width float64, value func(LoadInterval) float64) chart.Line {
	return steps(colour, time, width, len(l.Timeline), func(i int) float64 { return value(l.Timeline[i]) })
}

// chart is one of lines over the timeline.
func (l *Load) chart(time clock, width float64, lines ...chart.Line) *chart.Chart {
	return &chart.Chart{X: time.name + " since the start", End: width * float64(len(l.Timeline)) / time.seconds, Lines: lines}
}

func (l *Load) rates(p *page, time clock, width float64) {
	due := l.line(chart.Blue, time, width, func(i LoadInterval) float64 { return float64(i.Sent) / i.Width })
	due.Fill = true
	answered := l.line(chart.Orange, time, width, func(i LoadInterval) float64 { return float64(i.Answered) / i.Width })
	f := figure{
		Title: "Requests and answers", Unit: "requests and answers a second",
		Legend:   []legend{{chart.Blue, "requests, by when they were due", false}, {chart.Orange, "answers, by when they came", false}},
		Sentence: fmt.Sprintf("How many requests went out and how many answers came in: %.1f requests a second over the run.", l.Rate),
	}
	drawn := l.chart(time, width, due, answered)
	if l.Plan.Rate > 0 {
		drawn.Lines = append(drawn.Lines, level(chart.Grey, drawn.End, float64(l.Plan.Rate)))
		f.Legend = append(f.Legend, legend{chart.Grey, fmt.Sprintf("asked, %d a second", l.Plan.Rate), true})
		f.Sentence = fmt.Sprintf("How many requests went out and how many answers came in: %.1f requests a second of the %d asked.", l.Rate, l.Plan.Rate)
	}
	f.Sentence += binned(width)
	p.draw(f, drawn)
}

func (l *Load) latencies(p *page, time clock, width float64) {
	if l.Latency.Count == 0 {
		return
	}
	of := func(colour chart.Colour, value func(LoadInterval) float64) chart.Line {
		return l.line(colour, time, width, func(i LoadInterval) float64 { return orGap(int(math.Ceil(i.Max)), value(i)) })
	}
	p.draw(figure{
		Title: "Latency over time", Unit: "milliseconds",
		Legend:   []legend{{chart.Blue, "p50: half were faster", false}, {chart.Orange, "p99: 99 % were faster", false}, {chart.Grey, "max: the slowest", false}},
		Sentence: "How long answers took, counted from when their requests were due: over the run " + l.Latency.text() + ".",
	}, l.chart(time, width,
		of(chart.Grey, func(i LoadInterval) float64 { return i.Max }),
		of(chart.Orange, func(i LoadInterval) float64 { return i.P99 }),
		of(chart.Blue, func(i LoadInterval) float64 { return i.P50 })))
}

func (l *Load) verdictsOverTime(p *page, time clock, width float64) {
	kinds := []struct {
		colour chart.Colour
		name   string
		total  int
		value  func(LoadInterval) int
	}{
		{chart.Green, "accepted", l.Requests.Accepted, func(i LoadInterval) int { return i.Accepted }},
		{chart.Grey, "bad signature refused", l.Requests.Refused, func(i LoadInterval) int { return i.Refused }},
		{chart.Blue, "bad signature let through", l.Requests.LetThrough, func(i LoadInterval) int { return i.LetThrough }},
		{chart.Orange, "unanswered", l.Requests.Unanswered, func(i LoadInterval) int { return i.Unanswered }},
		{chart.Red, "failed", l.Requests.Failed, func(i LoadInterval) int { return i.Failed }},
	}
	f := figure{Title: "Verdicts over time", Unit: "requests a second",
		Sentence: "What Twilio would make of the answers, by when their requests were due; what did not occur is left out."}
	drawn := l.chart(time, width)
	for _, k := range kinds {
		if k.total == 0 {
			continue
		}
		drawn.Lines = append(drawn.Lines, l.line(k.colour, time, width, func(i LoadInterval) float64 { return float64(k.value(i)) / i.Width }))
		f.Legend = append(f.Legend, legend{k.colour, fmt.Sprintf("%s, %d", k.name, k.total), false})
	}
	if len(drawn.Lines) > 0 {
		p.draw(f, drawn)
	}
}

// curve draws the distribution of the latency, with each nine of the
// percentage as wide as the one before.
func (l *Load) curve(p *page) {
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
	p.draw(figure{
		Title: "Latency, from the fastest to the slowest", Unit: "milliseconds",
		Sentence: fmt.Sprintf("So many percent of the %d requests measured took no longer: 90 %% at most %s, 99 %% at most %s.",
			l.Latency.Count, milliseconds(l.Latency.P90), milliseconds(l.Latency.P99)),
	}, drawn)
}

func (l *Load) shares(p *page) {
	f := figure{Title: "Verdicts", Sentence: "What Twilio would make of the answers, bad signatures left out."}
	for _, v := range l.Verdicts {
		name := v.Name
		if v.Code > 0 {
			name = fmt.Sprintf("%d %s", v.Code, name)
		}
		f.Bars = append(f.Bars, bar{name, fmt.Sprintf("%d requests, %s", v.Requests, percent(v.Requests, l.Requests.Sent)), float64(v.Requests), float64(l.Requests.Sent)})
	}
	if len(f.Bars) > 0 {
		p.Figures = append(p.Figures, f)
	}
}

// sections are the figures of the text, and the plan.
func (l *Load) sections(p *page) {
	add := func(title string, fill ...func(*loadText, *Load)) {
		t := &loadText{}
		for _, f := range fill {
			f(t, l)
		}
		if len(t.rows) > 0 {
			p.Tables = append(p.Tables, section{title, t.rows})
		}
	}
	add("Summary", (*loadText).original, (*loadText).requests)
	add("Times, verdicts and messages", (*loadText).times, (*loadText).verdicts, (*loadText).messages, (*loadText).signatures)
	add("Run", (*loadText).plan)
}

// plan says what was asked for.
func (t *loadText) plan(l *Load) {
	t.label("Kind", "%s", l.Plan.Kind)
	t.label("Rows of data", "%d, used in turn", l.Plan.Rows)
	if l.Plan.Rate > 0 {
		t.label("Rate", "%d requests a second", l.Plan.Rate)
	}
	t.label("Time-out", "%s s", number(l.Plan.TimeoutSeconds))
	if l.Plan.BadSignature > 0 {
		t.label("Bad signatures", "%s %% of the requests, on purpose", number(l.Plan.BadSignature))
	}
	t.label("Began", "%s", l.Began.Format("2006-01-02 15:04:05 MST"))
	t.label("Exit status", "%d", l.ExitStatus)
}
