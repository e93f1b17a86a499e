package calls

import (
	"fmt"
	"io"
	"strings"

	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
)

// HTML writes the record as one page: no script, no network, readable on a
// phone and on paper.
func (c *Record) HTML(w io.Writer) error {
	p := &report.Page{Title: c.title(), Headline: c.headline() + "."}
	c.notices(p)
	c.tiles(p)
	c.charts(p)
	c.sections(p)
	return p.Render(w)
}

func (c *Record) title() string {
	switch {
	case c.Plan != nil:
		return fmt.Sprintf("%s at up to %d a second", report.Count(c.Plan.CallCount, "call"), c.Plan.CPS)
	case c.Endings != nil:
		return report.Count(c.Endings.Asked, "call") + " to end"
	}
	return "Calls"
}

func (c *Record) notices(p *report.Page) {
	if c.Stopped != "" {
		p.Notice(true, "Placing stopped early: "+c.Stopped)
	}
	if c.Endings != nil && c.Endings.Live > 0 {
		p.Notice(true, fmt.Sprintf("Still live, or not known to be over: %d of the calls.", c.Endings.Live))
	}
	for _, command := range c.Next {
		p.Notice(true, "Next: "+command)
	}
	if c.Twilio != nil && c.Twilio.SlowerThanCap != "" {
		p.Notice(true, c.Twilio.SlowerThanCap)
	}
	if c.Interrupted {
		p.Notice(false, "The run was interrupted.")
	}
	if c.DryRun {
		p.Notice(false, "A dry run: the account is simulated, and no real call was placed or ended.")
	}
}

func (c *Record) tiles(p *report.Page) {
	if s := c.Starts; s != nil {
		p.Tile("Accepted", fmt.Sprintf("%d of %s", s.Accepted, report.Count(s.Asked, "call")), s.rate()+report.IfAny(s.Adopted, "start", "; %s adopted"))
	}
	if r := c.Twilio; r != nil && r.Calls > 0 {
		p.Tile("Dialed", fmt.Sprintf("%d of %d on record", r.Dialed, r.Calls), fmt.Sprintf("%.1f a second, busiest second %d", r.DialRate, r.BusiestSecond))
		p.Tile("Answered", fmt.Sprintf("%d of %d on record", r.Answered, r.Calls), report.Percent(r.Answered, r.Calls))
		p.Tile("Live at once", report.Count(r.PeakLive, "call"), fmt.Sprintf("at the peak, of %d on record", r.Calls))
	}
	if s := c.Starts; s != nil && s.Response.Count > 0 {
		p.Tile("API response", report.Number(s.Response.P50)+" ms", "half were faster; p99 "+report.Number(s.Response.P99)+" ms")
	}
	if e := c.Endings; e != nil {
		p.Tile("Over", fmt.Sprintf("%d of %s", e.Ended+e.AlreadyOver, report.Count(e.Asked, "call")),
			fmt.Sprintf("%d ended, %d over already; %d still live", e.Ended, e.AlreadyOver, e.Live))
	}
}

func (c *Record) charts(p *report.Page) {
	if s := c.Series; s != nil && len(s.Bins) > 0 {
		c.rates(p)
		c.live(p)
		c.responses(p)
		c.troubles(p)
	}
	c.outcomes(p)
	c.queue(p)
}

// span is the time axis.
func (s *Series) span() report.Span {
	end := s.Width * float64(len(s.Bins))
	return report.NewSpan(s.Width, end, len(s.Bins))
}

// line is a line of the series.
func (s *Series) line(colour chart.Colour, value func(Bin) float64) chart.Line {
	return s.span().Steps(colour, func(i int) float64 { return value(s.Bins[i]) })
}

// rate is a line of what is counted, per second.
func (s *Series) rate(colour chart.Colour, counted func(Bin) int) chart.Line {
	return s.line(colour, func(b Bin) float64 { return float64(counted(b)) / s.Width })
}

// chart is one of lines of the series.
func (c *Record) chart(lines ...chart.Line) *chart.Chart {
	since := "the first start"
	if c.Starts == nil {
		since = "the first call was created"
	}
	return c.Series.span().Chart(since, lines...)
}

func (c *Record) rates(p *report.Page) {
	s := c.Series
	f := report.Figure{Title: "Dialed", Unit: "calls a second"}
	drawn := c.chart()
	if c.Starts != nil {
		f.Title = "Accepted and dialed"
		accepted := s.rate(chart.Blue, func(b Bin) int { return b.Accepted })
		accepted.Fill = true
		drawn.Lines = append(drawn.Lines, accepted, s.span().Level(float64(c.Starts.Cap)))
		f.Legend = append(f.Legend, report.Legend{Colour: chart.Blue, Text: "accepted by Twilio"}, report.Legend{Colour: chart.Grey, Text: fmt.Sprintf("cap, %d a second", c.Starts.Cap)})
		f.Sentence = fmt.Sprintf("How many starts Twilio accepted in each second, against the cap of %d.", c.Starts.Cap)
	}
	if r := c.Twilio; r != nil && r.Calls > 0 {
		drawn.Lines = append(drawn.Lines, s.rate(chart.Orange, func(b Bin) int { return b.Dialed }))
		f.Legend = append(f.Legend, report.Legend{Colour: chart.Orange, Text: "dialed, from " + c.source()})
		f.Sentence += " " + r.dialing(c.Starts != nil)
	}
	f.Sentence = strings.TrimSpace(f.Sentence) + s.span().Binned()
	p.Draw(f, drawn)
}

// dialing says what the dialing was like.
func (r *Records) dialing(started bool) string {
	switch {
	case r.Dialed == 0:
		return "None was dialed."
	case r.SlowerThanCap != "":
		return fmt.Sprintf("The account dialed only about %.1f a second: the rest waited in Twilio's queue, and %d never rang.", r.DialRate, r.NeverDialed)
	case started && r.NeverDialed > 0:
		return fmt.Sprintf("Only %d of %d were dialed: %d were over before their turn in Twilio's queue.", r.Dialed, r.Calls, r.NeverDialed)
	case started:
		return "Dialing kept up."
	}
	return "How many calls Twilio dialed in each second."
}

func (c *Record) live(p *report.Page) {
	r := c.Twilio
	if r == nil || r.Calls == 0 {
		return
	}
	live := c.Series.line(chart.Blue, func(b Bin) float64 { return float64(b.Live) })
	live.Fill = true
	waiting := c.Series.line(chart.Orange, func(b Bin) float64 { return float64(b.Waiting) })
	most := 0
	for _, b := range c.Series.Bins {
		most = max(most, b.Waiting)
	}
	p.Draw(report.Figure{
		Title: "Live and waiting", Unit: "calls at once",
		Legend: []report.Legend{{Colour: chart.Blue, Text: "live: dialed and not over"}, {Colour: chart.Orange, Text: "waiting in Twilio's queue"}},
		Sentence: fmt.Sprintf("How many calls were live at once, %d at the peak, and how many waited in Twilio's queue to be dialed, at most %d.",
			r.PeakLive, most),
	}, c.chart(live, waiting))
}

func (c *Record) responses(p *report.Page) {
	if c.Starts == nil || c.Starts.Response.Count == 0 {
		return
	}
	of := func(colour chart.Colour, value func(Bin) float64) chart.Line {
		return c.Series.line(colour, func(b Bin) float64 { return report.OrGap(b.Responses, value(b)) })
	}
	p.Draw(report.Figure{
		Title: "API response time", Unit: "milliseconds",
		Legend:   []report.Legend{{Colour: chart.Blue, Text: "p50: half were faster"}, {Colour: chart.Orange, Text: "p99: 99 % were faster"}, {Colour: chart.Grey, Text: "max: the slowest"}},
		Sentence: "How long Twilio took to answer a start, by when it was sent: over the run " + c.Starts.Response.text("ms") + " ms.",
	}, c.chart(
		of(chart.Grey, func(b Bin) float64 { return b.Max }),
		of(chart.Orange, func(b Bin) float64 { return b.P99 }),
		of(chart.Blue, func(b Bin) float64 { return b.P50 })))
}

// troubles shows when starts did not go well, if any.
func (c *Record) troubles(p *report.Page) {
	s, refused, unknown, repeated := c.Series, 0, 0, 0
	for _, b := range s.Bins {
		refused += b.Refused
		unknown += b.Unknown
		repeated += b.Repeated
	}
	if refused+unknown+repeated == 0 {
		return
	}
	p.Draw(report.Figure{
		Title: "Starts that were not accepted", Unit: "requests a second",
		Legend: []report.Legend{{Colour: chart.Red, Text: "refused"}, {Colour: chart.Orange, Text: "outcome unknown"}, {Colour: chart.Grey, Text: "not processed, repeated later"}},
		Sentence: fmt.Sprintf("When Twilio refused starts (%d), when their outcome was not seen (%d), and when they were not processed and sent again (%d).",
			refused, unknown, repeated),
	}, c.chart(
		s.rate(chart.Grey, func(b Bin) int { return b.Repeated }),
		s.rate(chart.Orange, func(b Bin) int { return b.Unknown }),
		s.rate(chart.Red, func(b Bin) int { return b.Refused })))
}

func (c *Record) outcomes(p *report.Page) {
	r := c.Twilio
	if r == nil || r.Calls == 0 {
		return
	}
	share := func(name string, n int) report.Bar {
		return report.Bar{Name: name, Text: report.Count(n, "call") + ", " + report.Percent(n, r.Calls), Value: float64(n), Most: float64(r.Calls)}
	}
	p.Figures = append(p.Figures, report.Figure{
		Title:    "Outcomes",
		Sentence: fmt.Sprintf("What became of the %s on record; those canceled were hung up before they were answered.", report.Count(r.Calls, "call")),
		Bars:     []report.Bar{share("answered", r.Answered), share("busy", r.Busy), share("no answer", r.NoAnswer), share("failed", r.Failed), share("canceled", r.Canceled)},
	})
}

func (c *Record) queue(p *report.Page) {
	r := c.Twilio
	if r == nil || r.Queue.Count == 0 {
		return
	}
	wait := func(name string, seconds float64) report.Bar {
		return report.Bar{Name: name, Text: report.Number(seconds) + " s", Value: seconds, Most: max(1, r.Queue.Max)}
	}
	p.Figures = append(p.Figures, report.Figure{
		Title: "Wait in Twilio's queue",
		Sentence: fmt.Sprintf("How long the %s had waited, from creation to dialing: half at most %s s, the longest %s s.",
			report.Count(r.Queue.Count, "dialed call"), report.Number(r.Queue.P50), report.Number(r.Queue.Max)),
		Bars: []report.Bar{wait("p50: half at most", r.Queue.P50), wait("p95", r.Queue.P95), wait("p99", r.Queue.P99), wait("longest", r.Queue.Max)},
	})
}

// sections are the figures of the text, and the plan.
func (c *Record) sections(p *report.Page) {
	add := func(title string, fill func(*report.Table)) {
		t := &report.Table{}
		fill(t)
		p.Section(title, t.Rows)
	}
	if c.Starts != nil {
		add("Starts", c.Starts.rows)
		fail(p, "start", c.Starts.Failures)
	}
	if c.Endings != nil {
		add("Hang-ups", c.Endings.rows)
		fail(p, "hang-up", c.Endings.Failures)
	}
	if c.Twilio != nil && c.Twilio.Calls > 0 {
		add(c.recordsTitle(), c.Twilio.rows)
	}
	if c.Plan != nil {
		add("Plan", c.Plan.rows)
	}
	add("Run", c.run)
}

// fail adds the failures of a step.
func fail(p *report.Page, step string, failures []Failure) {
	for _, f := range failures {
		p.Failures = append(p.Failures, report.Failure{Calls: f.Calls, Step: step, Code: f.Code, Meaning: f.Meaning, Hint: f.Hint})
	}
}

func (p *Plan) rows(t *report.Table) {
	t.Row("Calls", "%d", p.CallCount)
	t.Row("Cap", "%s a second", report.Count(p.CPS, "call"))
	t.Row("From", "%s", strings.Join(p.CallerIDs, ", "))
	t.Row("To", "%s", strings.Join(p.Destinations, ", "))
	t.Row("Treatment", "%s", p.Treatment)
	if p.EndCalls {
		t.Row("Hold", "%s s after the last start, then hang up", report.Number(p.HoldSeconds))
	} else {
		t.Row("Hold", "the calls are left running")
	}
	if p.TimeLimitSeconds > 0 {
		t.Row("Time limit", "%d s after its answer Twilio ends a call", p.TimeLimitSeconds)
	}
}

// run says whose run it was, when, and what it left.
func (c *Record) run(t *report.Table) {
	t.Row("Command", "%s", c.Command)
	t.Row("Account", "%s", c.Account)
	t.Row("Began", "%s", c.Began.Format("2006-01-02 15:04:05 MST"))
	t.Row("Took", "%v", report.Took(c.Seconds))
	c.files(t)
	t.Row("Exit status", "%d", c.ExitStatus)
}
