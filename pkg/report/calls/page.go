package calls

import (
	"fmt"
	"io"
	"strings"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
)

// HTML writes the record as one page: no script, no network, readable on a
// phone and on paper.
func (r Report) HTML(w io.Writer) error {
	p := &report.Page{Title: r.title(), Headline: r.headline() + "."}
	r.notices(p)
	r.tiles(p)
	r.charts(p)
	r.sections(p)
	return p.Render(w)
}

func (r Report) title() string {
	switch {
	case r.Plan != nil:
		return fmt.Sprintf("%s at up to %d a second", report.Count(r.Plan.CallCount, "call"), r.Plan.CPS)
	case r.HangUps != nil:
		return report.Count(r.HangUps.Asked, "call") + " to end"
	}
	return "Calls"
}

func (r Report) notices(p *report.Page) {
	if r.Stopped != "" {
		p.Notice(true, "Placing stopped early: "+r.Stopped)
	}
	if r.HangUps != nil && r.HangUps.Live > 0 {
		p.Notice(true, fmt.Sprintf("Still live, or not known to be over: %d of the calls.", r.HangUps.Live))
	}
	for _, command := range r.Next {
		p.Notice(true, "Next: "+command)
	}
	if r.Records != nil && r.Records.SlowerThanCap != "" {
		p.Notice(true, r.Records.SlowerThanCap)
	}
	if r.Interrupted {
		p.Notice(false, "The run was interrupted.")
	}
	if r.DryRun {
		p.Notice(false, "A dry run: the account is simulated, and no real call was placed or ended.")
	}
}

func (r Report) tiles(p *report.Page) {
	if s := r.Starts; s != nil {
		p.Tile("Accepted", fmt.Sprintf("%d of %s", s.Accepted, report.Count(s.Asked, "call")), acceptedRate(s)+report.IfAny(s.Adopted, "start", "; %s adopted"))
	}
	if d := r.Records; r.hasRecords() {
		p.Tile("Dialed", fmt.Sprintf("%d of %d on record", d.Dialed, d.Calls), fmt.Sprintf("%.1f a second, busiest second %d", d.DialRate, d.BusiestSecond))
		p.Tile("Answered", fmt.Sprintf("%d of %d on record", d.Answered, d.Calls), report.Percent(d.Answered, d.Calls))
		p.Tile("Live at once", report.Count(d.PeakLive, "call"), fmt.Sprintf("at the peak, of %d on record", d.Calls))
	}
	if s := r.Starts; s != nil && s.Response.Count > 0 {
		p.Tile("API response", report.Number(s.Response.P50)+" ms", "half were faster; p99 "+report.Number(s.Response.P99)+" ms")
	}
	if e := r.HangUps; e != nil {
		p.Tile("Over", fmt.Sprintf("%d of %s", e.Ended+e.AlreadyOver, report.Count(e.Asked, "call")),
			fmt.Sprintf("%d ended, %d over already; %d still live", e.Ended, e.AlreadyOver, e.Live))
	}
}

func (r Report) charts(p *report.Page) {
	if s := r.Timeline; s != nil && len(s.Bins) > 0 {
		r.rates(p)
		r.live(p)
		r.responses(p)
		r.troubles(p)
	}
	r.outcomes(p)
	r.queueWait(p)
}

// span is the time axis.
func (r Report) span() report.Span {
	t := r.Timeline
	return report.NewSpan(t.Width, t.Width*float64(len(t.Bins)), len(t.Bins))
}

// line gives a line its points over the time axis.
func (r Report) line(line chart.Line, value func(calls.Bin) float64) chart.Line {
	return r.span().Steps(line, func(i int) float64 { return value(r.Timeline.Bins[i]) })
}

// perSecond gives a line the points of what is counted, per second.
func (r Report) perSecond(line chart.Line, counted func(calls.Bin) int) chart.Line {
	return r.line(line, func(b calls.Bin) float64 { return float64(counted(b)) / r.Timeline.Width })
}

// chart is one of such lines.
func (r Report) chart(lines ...chart.Line) *chart.Chart {
	since := "the first start"
	if r.Starts == nil {
		since = "the first call was created"
	}
	return r.span().Chart(since, lines...)
}

func (r Report) rates(p *report.Page) {
	f := report.Figure{Title: "Dialed", Unit: "calls a second"}
	drawn := r.chart()
	if r.Starts != nil {
		f.Title = "Accepted and dialed"
		drawn.Lines = append(drawn.Lines,
			r.perSecond(chart.Line{Name: "accepted by Twilio", Colour: chart.Blue, Fill: true}, func(b calls.Bin) int { return b.Accepted }),
			r.cap())
		f.Sentence = fmt.Sprintf("How many starts Twilio accepted in each second, against the cap of %d.", r.Starts.Cap)
	}
	if r.hasRecords() {
		drawn.Lines = append(drawn.Lines, r.perSecond(chart.Line{Name: "dialed, from " + r.source(), Colour: chart.Orange}, func(b calls.Bin) int { return b.Dialed }))
		f.Sentence += " " + r.dialing()
	}
	f.Sentence = strings.TrimSpace(f.Sentence) + r.span().Binned()
	p.Draw(f, drawn)
}

// cap is the line that the starts stay below: level, but for a ramp.
func (r Report) cap() chart.Line {
	line := chart.Line{Name: fmt.Sprintf("cap, %d a second", r.Starts.Cap), Colour: chart.Grey}
	if r.Plan == nil || r.Plan.RampSeconds == 0 {
		return r.span().Level(line.Name, float64(r.Starts.Cap))
	}
	line.Name = fmt.Sprintf("cap, grows to %d a second", r.Starts.Cap)
	width := int(r.Timeline.Width) // whole seconds
	return r.span().Steps(line, func(i int) float64 { return r.Plan.AverageCap(i*width, (i+1)*width) })
}

// dialing says what the dialing was like.
func (r Report) dialing() string {
	d := r.Records
	switch {
	case d.Dialed == 0:
		return "None was dialed."
	case d.SlowerThanCap != "":
		return fmt.Sprintf("The account dialed only about %.1f a second: the rest waited in Twilio's queue, and %d never rang.", d.DialRate, d.NeverDialed)
	case r.Starts == nil:
		return "How many calls Twilio dialed in each second."
	case d.NeverDialed > 0:
		return fmt.Sprintf("Only %d of %d were dialed: %d were over before their turn in Twilio's queue.", d.Dialed, d.Calls, d.NeverDialed)
	}
	return "Dialing kept up."
}

func (r Report) live(p *report.Page) {
	d := r.Records
	if !r.hasRecords() {
		return
	}
	most := 0
	for _, b := range r.Timeline.Bins {
		most = max(most, b.Waiting)
	}
	p.Draw(report.Figure{
		Title: "Live and waiting", Unit: "calls at once",
		Sentence: fmt.Sprintf("How many calls were live at once, %d at the peak, and how many waited in Twilio's queue to be dialed, at most %d.",
			d.PeakLive, most),
	}, r.chart(
		r.line(chart.Line{Name: "live: dialed and not over", Colour: chart.Blue, Fill: true}, func(b calls.Bin) float64 { return float64(b.Live) }),
		r.line(chart.Line{Name: "waiting in Twilio's queue", Colour: chart.Orange}, func(b calls.Bin) float64 { return float64(b.Waiting) })))
}

func (r Report) responses(p *report.Page) {
	if r.Starts == nil || r.Starts.Response.Count == 0 {
		return
	}
	of := func(name string, colour chart.Colour, value func(calls.Bin) float64) chart.Line {
		return r.line(chart.Line{Name: name, Colour: colour}, func(b calls.Bin) float64 { return report.OrGap(b.Responses, value(b)) })
	}
	p.Draw(report.Figure{
		Title: "API response time", Unit: "milliseconds",
		Sentence: "How long Twilio took to answer a start, by when it was sent: over the run " + quantiles(r.Starts.Response, "ms") + " ms.",
	}, r.chart(
		of("max: the slowest", chart.Grey, func(b calls.Bin) float64 { return b.Max }),
		of("p99: 99 % were faster", chart.Orange, func(b calls.Bin) float64 { return b.P99 }),
		of("p50: half were faster", chart.Blue, func(b calls.Bin) float64 { return b.P50 })))
}

// troubles shows when starts did not go well, if any.
func (r Report) troubles(p *report.Page) {
	refused, unknown, repeated := 0, 0, 0
	for _, b := range r.Timeline.Bins {
		refused += b.Refused
		unknown += b.Unknown
		repeated += b.Repeated
	}
	if refused+unknown+repeated == 0 {
		return
	}
	p.Draw(report.Figure{
		Title: "Starts that were not accepted", Unit: "requests a second",
		Sentence: fmt.Sprintf("When Twilio refused starts (%d), when their outcome was not seen (%d), and when they were not processed and sent again (%d).",
			refused, unknown, repeated),
	}, r.chart(
		r.perSecond(chart.Line{Name: "not processed, repeated later", Colour: chart.Grey}, func(b calls.Bin) int { return b.Repeated }),
		r.perSecond(chart.Line{Name: "outcome unknown", Colour: chart.Orange}, func(b calls.Bin) int { return b.Unknown }),
		r.perSecond(chart.Line{Name: "refused", Colour: chart.Red}, func(b calls.Bin) int { return b.Refused })))
}

func (r Report) outcomes(p *report.Page) {
	d := r.Records
	if !r.hasRecords() {
		return
	}
	share := func(name string, n int) report.Bar { return report.Share(name, n, d.Calls, "call") }
	p.Figures = append(p.Figures, report.Figure{
		Title:    "Outcomes",
		Sentence: fmt.Sprintf("What became of the %s on record; those canceled were hung up before they were answered.", report.Count(d.Calls, "call")),
		Bars:     []report.Bar{share("answered", d.Answered), share("busy", d.Busy), share("no answer", d.NoAnswer), share("failed", d.Failed), share("canceled", d.Canceled)},
	})
}

func (r Report) queueWait(p *report.Page) {
	d := r.Records
	if d == nil || d.Queue.Count == 0 {
		return
	}
	wait := func(name string, seconds float64) report.Bar {
		return report.Bar{Name: name, Text: report.Number(seconds) + " s", Value: seconds, Most: max(1, d.Queue.Max)}
	}
	p.Figures = append(p.Figures, report.Figure{
		Title: "Wait in Twilio's queue",
		Sentence: fmt.Sprintf("How long the %s had waited, from creation to dialing: half at most %s s, the longest %s s.",
			report.Count(d.Queue.Count, "dialed call"), report.Number(d.Queue.P50), report.Number(d.Queue.Max)),
		Bars: []report.Bar{wait("p50: half at most", d.Queue.P50), wait("p95", d.Queue.P95), wait("p99", d.Queue.P99), wait("longest", d.Queue.Max)},
	})
}

// sections are the figures of the text, and the plan.
func (r Report) sections(p *report.Page) {
	add := func(title string, fill func(*report.Table)) {
		t := &report.Table{}
		fill(t)
		p.Section(title, t.Rows)
	}
	if r.Starts != nil {
		add("Starts", r.starts)
		fail(p, "start", r.Starts.Failures)
	}
	if r.HangUps != nil {
		add("Hang-ups", r.hangUps)
		fail(p, "hang-up", r.HangUps.Failures)
	}
	if r.hasRecords() {
		add(r.recordsTitle(), r.records)
	}
	if r.Plan != nil {
		add("Plan", r.plan)
	}
	add("Run", r.run)
}

// fail adds the failures of a step.
func fail(p *report.Page, step string, failures calls.Failures) {
	for _, f := range failures {
		p.Failures = append(p.Failures, report.Failure{Calls: f.Calls, Step: step, Code: f.Code, Meaning: f.Meaning, Hint: f.Hint})
	}
}

func (r Report) plan(t *report.Table) {
	p := r.Plan
	t.Row("Calls", "%d", p.CallCount)
	t.Row("Cap", "%s a second", report.Count(p.CPS, "call"))
	if p.RampSeconds > 0 {
		t.Row("Ramp", "the cap grows over %d s", p.RampSeconds)
	}
	t.Row("From", "%s", strings.Join(p.CallerIDs, ", "))
	t.Row("To", "%s", strings.Join(p.Destinations, ", "))
	t.Row("Treatment", "%s", p.Treatment)
	switch {
	case p.CallDurationSeconds > 0:
		t.Row("Call duration", "%s s after its acceptance each is hung up", report.Number(p.CallDurationSeconds))
	case p.EndCalls:
		t.Row("Hold", "%s s after the last start, then hang up", report.Number(p.HoldSeconds))
	default:
		t.Row("Hold", "the calls are left running")
	}
	if p.TimeLimitSeconds > 0 {
		t.Row("Time limit", "%d s after its answer Twilio ends a call", p.TimeLimitSeconds)
	}
}

// run says whose run it was, when, and what it left.
func (r Report) run(t *report.Table) {
	t.Row("Command", "%s", r.Command)
	t.Row("Account", "%s", r.Account)
	t.Row("Began", "%s", r.Began.Format("2006-01-02 15:04:05 MST"))
	t.Row("Took", "%v", report.Took(r.Seconds))
	r.files(t)
	r.written(t)
	t.Row("Exit status", "%d", r.ExitStatus)
}
