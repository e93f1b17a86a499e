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
		return fmt.Sprintf("%d calls at up to %d a second", c.Plan.CallCount, c.Plan.CPS)
	case c.Endings != nil:
		return fmt.Sprintf("%d calls to end", c.Endings.Asked)
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
	if c.DryRun {
		p.Notices = append(p.Notices, notice{false, "A dry run: the account is simulated, and no real call was placed or ended."})
	}
}

func (c *Calls) tiles(p *page) {
	if s := c.Starts; s != nil {
		p.Tiles = append(p.Tiles, tile{"Accepted", fmt.Sprintf("%d of %d calls", s.Accepted+s.Adopted, s.Asked), s.rate()})
	}
	if r := c.Twilio; r != nil && r.Calls > 0 {
		p.Tiles = append(p.Tiles,
			tile{"Dialed", fmt.Sprintf("%d calls", r.Dialed), fmt.Sprintf("%.1f a second, busiest second %d", r.DialRate, r.BusiestSecond)},
			tile{"Answered", fmt.Sprintf("%d calls", r.Answered), percent(r.Answered, r.Calls) + " of those on record"},
			tile{"Live at once", fmt.Sprintf("%d calls", r.PeakLive), "at the peak"})
	}
	if s := c.Starts; s != nil && s.Response.Count > 0 {
		p.Tiles = append(p.Tiles, tile{"API response", number(s.Response.P50) + " ms", "half were faster; p99 " + number(s.Response.P99) + " ms"})
	}
	if e := c.Endings; e != nil {
		p.Tiles = append(p.Tiles, tile{"Ended", fmt.Sprintf("%d of %d calls", e.Ended+e.AlreadyOver, e.Asked), fmt.Sprintf("%d of them were over already", e.AlreadyOver)})
	}
}

func (c *Calls) charts(p *page) {
	if s := c.Series; s != nil && len(s.Bins) > 0 {
		time := clockFor(s.Width * float64(len(s.Bins)))
		c.rates(p, time, s.end(time))
		c.live(p, time)
		c.responses(p, time)
		c.troubles(p, time)
	}
	c.outcomes(p)
	c.queue(p)
}

// line is a line of the series.
func (s *CallSeries) line(colour chart.Colour, time clock, value func(CallBin) float64) chart.Line {
	return steps(colour, time, s.Width, len(s.Bins), func(i int) float64 { return value(s.Bins[i]) })
}

// end is when the series ends.
func (s *CallSeries) end(time clock) float64 { return s.Width * float64(len(s.Bins)) / time.seconds }

// axis names the time axis.
func (c *Calls) axis(time clock) string {
	if c.Starts == nil {
		return time.name + " since the first call was created"
	}
	return time.name + " since the first start"
}

func (c *Calls) rates(p *page, time clock, end float64) {
	s := c.Series
	f := figure{Title: "Dialed", Unit: "calls a second"}
	drawn := &chart.Chart{X: c.axis(time), End: end}
	if c.Starts != nil {
		f.Title = "Accepted and dialed"
		accepted := s.line(chart.Blue, time, func(b CallBin) float64 { return float64(b.Accepted) / s.Width })
		accepted.Fill = true
		drawn.Lines = append(drawn.Lines, accepted, level(chart.Grey, end, float64(c.Starts.Cap)))
		f.Legend = append(f.Legend, legend{chart.Blue, "accepted by Twilio", false}, legend{chart.Grey, fmt.Sprintf("cap, %d a second", c.Starts.Cap), true})
		f.Sentence = fmt.Sprintf("How many starts Twilio accepted in each second, against the cap of %d.", c.Starts.Cap)
	}
	if r := c.Twilio; r != nil && r.Calls > 0 {
		drawn.Lines = append(drawn.Lines, s.line(chart.Orange, time, func(b CallBin) float64 { return float64(b.Dialed) / s.Width }))
		f.Legend = append(f.Legend, legend{chart.Orange, "dialed, from " + c.source(), false})
		f.Sentence += " " + r.dialing(c.Starts != nil)
	}
	f.Sentence = strings.TrimSpace(f.Sentence) + binned(s.Width)
	p.draw(f, drawn)
}

// dialing says what the dialing was like.
func (r *CallRecords) dialing(started bool) string {
	switch {
	case r.Dialed == 0:
		return "None was dialed."
	case r.SlowerThanCap != "":
		return fmt.Sprintf("The account dialed only about %.1f a second: the rest waited in Twilio's queue, and %d never rang.", r.DialRate, r.NeverDialed)
	case started:
		return "Dialing kept up."
	}
	return "How many calls Twilio dialed in each second."
}

func (c *Calls) live(p *page, time clock) {
	r := c.Twilio
	if r == nil || r.Calls == 0 {
		return
	}
	live := c.Series.line(chart.Blue, time, func(b CallBin) float64 { return float64(b.Live) })
	live.Fill = true
	waiting := c.Series.line(chart.Orange, time, func(b CallBin) float64 { return float64(b.Waiting) })
	most := 0
	for _, b := range c.Series.Bins {
		most = max(most, b.Waiting)
	}
	p.draw(figure{
		Title: "Live and waiting", Unit: "calls at once",
		Legend: []legend{{chart.Blue, "live: dialed and not over", false}, {chart.Orange, "waiting in Twilio's queue", false}},
		Sentence: fmt.Sprintf("How many calls were live at once, %d at the peak, and how many waited in Twilio's queue to be dialed, at most %d.",
			r.PeakLive, most),
	}, &chart.Chart{X: c.axis(time), End: c.Series.end(time), Lines: []chart.Line{live, waiting}})
}

func (c *Calls) responses(p *page, time clock) {
	if c.Starts == nil || c.Starts.Response.Count == 0 {
		return
	}
	of := func(colour chart.Colour, value func(CallBin) float64) chart.Line {
		return c.Series.line(colour, time, func(b CallBin) float64 { return orGap(b.Responses, value(b)) })
	}
	p.draw(figure{
		Title: "API response time", Unit: "milliseconds",
		Legend:   []legend{{chart.Blue, "p50: half were faster", false}, {chart.Orange, "p99: 99 % were faster", false}, {chart.Grey, "max: the slowest", false}},
		Sentence: "How long Twilio took to answer a start, by when it was sent: over the run " + c.Starts.Response.text("ms") + " ms.",
	}, &chart.Chart{X: c.axis(time), End: c.Series.end(time), Lines: []chart.Line{
		of(chart.Grey, func(b CallBin) float64 { return b.Max }),
		of(chart.Orange, func(b CallBin) float64 { return b.P99 }),
		of(chart.Blue, func(b CallBin) float64 { return b.P50 }),
	}})
}

// troubles shows when starts did not go well, if any.
func (c *Calls) troubles(p *page, time clock) {
	refused, unknown, repeated := 0, 0, 0
	for _, b := range c.Series.Bins {
		refused += b.Refused
		unknown += b.Unknown
		repeated += b.Repeated
	}
	if refused+unknown+repeated == 0 {
		return
	}
	of := func(colour chart.Colour, value func(CallBin) int) chart.Line {
		return c.Series.line(colour, time, func(b CallBin) float64 { return float64(value(b)) / c.Series.Width })
	}
	p.draw(figure{
		Title: "Starts that were not accepted", Unit: "requests a second",
		Legend: []legend{{chart.Red, "refused", false}, {chart.Orange, "outcome unknown", false}, {chart.Grey, "not processed, repeated later", false}},
		Sentence: fmt.Sprintf("When Twilio refused starts (%d), when their outcome was not seen (%d), and when they were not processed and sent again (%d).",
			refused, unknown, repeated),
	}, &chart.Chart{X: c.axis(time), End: c.Series.end(time), Lines: []chart.Line{
		of(chart.Grey, func(b CallBin) int { return b.Repeated }),
		of(chart.Orange, func(b CallBin) int { return b.Unknown }),
		of(chart.Red, func(b CallBin) int { return b.Refused }),
	}})
}

func (c *Calls) outcomes(p *page) {
	r := c.Twilio
	if r == nil || r.Calls == 0 {
		return
	}
	share := func(name string, n int) bar {
		return bar{name, fmt.Sprintf("%d calls, %s", n, percent(n, r.Calls)), float64(n), float64(r.Calls)}
	}
	p.Figures = append(p.Figures, figure{
		Title:    "Outcomes",
		Sentence: fmt.Sprintf("What became of the %d calls on record; those canceled were hung up before they were answered.", r.Calls),
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
		Sentence: fmt.Sprintf("How long the %d dialed calls had waited, from creation to dialing: half at most %s s, the longest %s s.",
			r.Queue.Count, number(r.Queue.P50), number(r.Queue.Max)),
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
		p.Failures = append(p.Failures, c.Starts.Failures...)
	}
	if c.Endings != nil {
		add("Hang-ups", c.Endings.rows)
		p.Failures = append(p.Failures, c.Endings.Failures...)
	}
	if c.Twilio != nil && c.Twilio.Calls > 0 {
		add(fmt.Sprintf("From %s of %d calls (its clock has whole seconds)", c.source(), c.Twilio.Calls), c.Twilio.rows)
	}
	if c.Plan != nil {
		add("Plan", c.Plan.rows)
	}
	add("Run", c.run)
}

func (p *CallPlan) rows(t *table) {
	t.row("Calls", "%d", p.CallCount)
	t.row("Cap", "%d calls a second", p.CPS)
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
	t.row("Took", "%s s", number(c.Seconds))
	if c.SIDFile != "" {
		t.row("SIDs in", "%s", c.SIDFile)
	}
	if c.LiveFile != "" {
		t.row("Still live in", "%s", c.LiveFile)
	}
	t.row("Exit status", "%d", c.ExitStatus)
}
