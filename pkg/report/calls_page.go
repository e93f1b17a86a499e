package report

import (
	"fmt"
	"io"
	"strings"

	"call-load-tester/pkg/report/internal/chart"
)

// HTML writes the record as one page: no script, no network, readable on a
// phone and on paper.
func (c *Calls) HTML(w io.Writer) error {
	p := &page{Title: c.title(), Headline: c.headline() + "."}
	c.notices(p)
	c.tiles(p)
	c.charts(p)
	c.sections(p)
	return p.render(w)
}

func (c *Calls) title() string {
	switch {
	case c.Plan != nil:
		return fmt.Sprintf("%s at up to %d a second", count(c.Plan.CallCount, "call"), c.Plan.CPS)
	case c.Endings != nil:
		return count(c.Endings.Asked, "call") + " to end"
	}
	return "Calls"
}

func (c *Calls) notices(p *page) {
	if c.Stopped != "" {
		p.Notices = append(p.Notices, notice{true, "Placing stopped early: " + c.Stopped})
	}
	if c.Endings != nil && c.Endings.Live > 0 {
		p.Notices = append(p.Notices, notice{true, fmt.Sprintf("Still live, or not known to be over: %d of the calls.", c.Endings.Live)})
	}
	for _, command := range c.Next {
		p.Notices = append(p.Notices, notice{true, "Next: " + command})
	}
	if c.Twilio != nil && c.Twilio.SlowerThanCap != "" {
		p.Notices = append(p.Notices, notice{true, c.Twilio.SlowerThanCap})
	}
	if c.Interrupted {
		p.Notices = append(p.Notices, notice{false, "The run was interrupted."})
	}
	if c.DryRun {
		p.Notices = append(p.Notices, notice{false, "A dry run: the account is simulated, and no real call was placed or ended."})
	}
}

func (c *Calls) tiles(p *page) {
	if s := c.Starts; s != nil {
		p.Tiles = append(p.Tiles, tile{"Accepted", fmt.Sprintf("%d of %s", s.Accepted, count(s.Asked, "call")), s.rate() + ifAny(s.Adopted, "start", "; %s adopted")})
	}
	if r := c.Twilio; r != nil && r.Calls > 0 {
		p.Tiles = append(p.Tiles,
			tile{"Dialed", fmt.Sprintf("%d of %d on record", r.Dialed, r.Calls), fmt.Sprintf("%.1f a second, busiest second %d", r.DialRate, r.BusiestSecond)},
			tile{"Answered", fmt.Sprintf("%d of %d on record", r.Answered, r.Calls), percent(r.Answered, r.Calls)},
			tile{"Live at once", count(r.PeakLive, "call"), fmt.Sprintf("at the peak, of %d on record", r.Calls)})
	}
	if s := c.Starts; s != nil && s.Response.Count > 0 {
		p.Tiles = append(p.Tiles, tile{"API response", number(s.Response.P50) + " ms", "half were faster; p99 " + number(s.Response.P99) + " ms"})
	}
	if e := c.Endings; e != nil {
		p.Tiles = append(p.Tiles, tile{"Over", fmt.Sprintf("%d of %s", e.Ended+e.AlreadyOver, count(e.Asked, "call")),
			fmt.Sprintf("%d ended, %d over already; %d still live", e.Ended, e.AlreadyOver, e.Live)})
	}
}

func (c *Calls) charts(p *page) {
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
func (s *CallSeries) span() span {
	end := s.Width * float64(len(s.Bins))
	return span{clockFor(end), s.Width, end, len(s.Bins)}
}

// line is a line of the series.
func (s *CallSeries) line(colour chart.Colour, value func(CallBin) float64) chart.Line {
	return s.span().steps(colour, func(i int) float64 { return value(s.Bins[i]) })
}

// rate is a line of what is counted, per second.
func (s *CallSeries) rate(colour chart.Colour, counted func(CallBin) int) chart.Line {
	return s.line(colour, func(b CallBin) float64 { return float64(counted(b)) / s.Width })
}

// chart is one of lines of the series.
func (c *Calls) chart(lines ...chart.Line) *chart.Chart {
	since := "the first start"
	if c.Starts == nil {
		since = "the first call was created"
	}
	return c.Series.span().chart(since, lines...)
}

func (c *Calls) rates(p *page) {
	s := c.Series
	f := figure{Title: "Dialed", Unit: "calls a second"}
	drawn := c.chart()
	if c.Starts != nil {
		f.Title = "Accepted and dialed"
		accepted := s.rate(chart.Blue, func(b CallBin) int { return b.Accepted })
		accepted.Fill = true
		drawn.Lines = append(drawn.Lines, accepted, s.span().level(float64(c.Starts.Cap)))
		f.Legend = append(f.Legend, legend{chart.Blue, "accepted by Twilio"}, legend{chart.Grey, fmt.Sprintf("cap, %d a second", c.Starts.Cap)})
		f.Sentence = fmt.Sprintf("How many starts Twilio accepted in each second, against the cap of %d.", c.Starts.Cap)
	}
	if r := c.Twilio; r != nil && r.Calls > 0 {
		drawn.Lines = append(drawn.Lines, s.rate(chart.Orange, func(b CallBin) int { return b.Dialed }))
		f.Legend = append(f.Legend, legend{chart.Orange, "dialed, from " + c.source()})
		f.Sentence += " " + r.dialing(c.Starts != nil)
	}
	f.Sentence = strings.TrimSpace(f.Sentence) + s.span().binned()
	p.draw(f, drawn)
}

// dialing says what the dialing was like.
func (r *CallRecords) dialing(started bool) string {
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

func (c *Calls) live(p *page) {
	r := c.Twilio
	if r == nil || r.Calls == 0 {
		return
	}
	live := c.Series.line(chart.Blue, func(b CallBin) float64 { return float64(b.Live) })
	live.Fill = true
	waiting := c.Series.line(chart.Orange, func(b CallBin) float64 { return float64(b.Waiting) })
	most := 0
	for _, b := range c.Series.Bins {
		most = max(most, b.Waiting)
	}
	p.draw(figure{
		Title: "Live and waiting", Unit: "calls at once",
		Legend: []legend{{chart.Blue, "live: dialed and not over"}, {chart.Orange, "waiting in Twilio's queue"}},
		Sentence: fmt.Sprintf("How many calls were live at once, %d at the peak, and how many waited in Twilio's queue to be dialed, at most %d.",
			r.PeakLive, most),
	}, c.chart(live, waiting))
}

func (c *Calls) responses(p *page) {
	if c.Starts == nil || c.Starts.Response.Count == 0 {
		return
	}
	of := func(colour chart.Colour, value func(CallBin) float64) chart.Line {
		return c.Series.line(colour, func(b CallBin) float64 { return orGap(b.Responses, value(b)) })
	}
	p.draw(figure{
		Title: "API response time", Unit: "milliseconds",
		Legend:   []legend{{chart.Blue, "p50: half were faster"}, {chart.Orange, "p99: 99 % were faster"}, {chart.Grey, "max: the slowest"}},
		Sentence: "How long Twilio took to answer a start, by when it was sent: over the run " + c.Starts.Response.text("ms") + " ms.",
	}, c.chart(
		of(chart.Grey, func(b CallBin) float64 { return b.Max }),
		of(chart.Orange, func(b CallBin) float64 { return b.P99 }),
		of(chart.Blue, func(b CallBin) float64 { return b.P50 })))
}

// troubles shows when starts did not go well, if any.
func (c *Calls) troubles(p *page) {
	s, refused, unknown, repeated := c.Series, 0, 0, 0
	for _, b := range s.Bins {
		refused += b.Refused
		unknown += b.Unknown
		repeated += b.Repeated
	}
	if refused+unknown+repeated == 0 {
		return
	}
	p.draw(figure{
		Title: "Starts that were not accepted", Unit: "requests a second",
		Legend: []legend{{chart.Red, "refused"}, {chart.Orange, "outcome unknown"}, {chart.Grey, "not processed, repeated later"}},
		Sentence: fmt.Sprintf("When Twilio refused starts (%d), when their outcome was not seen (%d), and when they were not processed and sent again (%d).",
			refused, unknown, repeated),
	}, c.chart(
		s.rate(chart.Grey, func(b CallBin) int { return b.Repeated }),
		s.rate(chart.Orange, func(b CallBin) int { return b.Unknown }),
		s.rate(chart.Red, func(b CallBin) int { return b.Refused })))
}

func (c *Calls) outcomes(p *page) {
	r := c.Twilio
	if r == nil || r.Calls == 0 {
		return
	}
	share := func(name string, n int) bar {
		return bar{name, count(n, "call") + ", " + percent(n, r.Calls), float64(n), float64(r.Calls)}
	}
	p.Figures = append(p.Figures, figure{
		Title:    "Outcomes",
		Sentence: fmt.Sprintf("What became of the %s on record; those canceled were hung up before they were answered.", count(r.Calls, "call")),
		Bars:     []bar{share("answered", r.Answered), share("busy", r.Busy), share("no answer", r.NoAnswer), share("failed", r.Failed), share("canceled", r.Canceled)},
	})
}

func (c *Calls) queue(p *page) {
	r := c.Twilio
	if r == nil || r.Queue.Count == 0 {
		return
	}
	wait := func(name string, seconds float64) bar {
		return bar{name, number(seconds) + " s", seconds, max(1, r.Queue.Max)}
	}
	p.Figures = append(p.Figures, figure{
		Title: "Wait in Twilio's queue",
		Sentence: fmt.Sprintf("How long the %s had waited, from creation to dialing: half at most %s s, the longest %s s.",
			count(r.Queue.Count, "dialed call"), number(r.Queue.P50), number(r.Queue.Max)),
		Bars: []bar{wait("p50: half at most", r.Queue.P50), wait("p95", r.Queue.P95), wait("p99", r.Queue.P99), wait("longest", r.Queue.Max)},
	})
}

// sections are the figures of the text, and the plan.
func (c *Calls) sections(p *page) {
	add := func(title string, fill func(*table)) {
		t := &table{}
		fill(t)
		if len(t.rows) > 0 {
			p.Tables = append(p.Tables, section{title, t.rows})
		}
	}
	if c.Starts != nil {
		add("Starts", c.Starts.rows)
		p.fail("start", c.Starts.Failures)
	}
	if c.Endings != nil {
		add("Hang-ups", c.Endings.rows)
		p.fail("hang-up", c.Endings.Failures)
	}
	if c.Twilio != nil && c.Twilio.Calls > 0 {
		add(c.recordsTitle(), c.Twilio.rows)
	}
	if c.Plan != nil {
		add("Plan", c.Plan.rows)
	}
	add("Run", c.run)
}

func (p *CallPlan) rows(t *table) {
	t.row("Calls", "%d", p.CallCount)
	t.row("Cap", "%s a second", count(p.CPS, "call"))
	t.row("From", "%s", strings.Join(p.CallerIDs, ", "))
	t.row("To", "%s", strings.Join(p.Destinations, ", "))
	t.row("Treatment", "%s", p.Treatment)
	if p.EndCalls {
		t.row("Hold", "%s s after the last start, then hang up", number(p.HoldSeconds))
	} else {
		t.row("Hold", "the calls are left running")
	}
	if p.TimeLimitSeconds > 0 {
		t.row("Time limit", "%d s after its answer Twilio ends a call", p.TimeLimitSeconds)
	}
}

// run says whose run it was, when, and what it left.
func (c *Calls) run(t *table) {
	t.row("Command", "%s", c.Command)
	t.row("Account", "%s", c.Account)
	t.row("Began", "%s", c.Began.Format("2006-01-02 15:04:05 MST"))
	t.row("Took", "%v", took(c.Seconds))
	c.files(t)
	t.row("Exit status", "%d", c.ExitStatus)
}
