package load

import (
	"fmt"
	"slices"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/report/internal/chart"
)

func (t *text) conversations() {
	c := t.Conversations
	if c == nil {
		return
	}
	t.label("Conversations", "%d begun of %d: %s", c.Begun, t.Plan.Conversations, endings(c))
	list := make([]string, 0, len(c.FailedBecause))
	for _, f := range c.FailedBecause {
		list = append(list, fmt.Sprintf("%d × %s", f.Conversations, f))
	}
	t.list("Failed because", list)
	t.label("Ended as meant", "%d of %d, %s", c.AsMeant, c.Ended(), report.Percent(c.AsMeant, c.Ended()))
	if t.Plan.ConversationRate > 0 {
		t.label("Begun per second", "%s %s", report.Number(t.begunPerSecond()), t.asked(t.Plan.ConversationRate))
	}
	t.label("Live at once, peak", "%d", c.PeakLive)
	if c.Lasted.Count > 0 {
		t.label("Lasted", "%s", percentiles(c.Lasted))
		if t.Plan.Pace == attack.Fast.String() {
			t.more("(as if they had spoken, thought and waited: the pace was fast)")
		}
	}
	t.label("Turns", "%d taken, %d of them found no taker; %d left over", c.Turns, c.NoTaker, c.Left)
	if c.Unmet > 0 {
		t.more("(%s a person was to do something, and the row was at its end)", report.Count(c.Unmet, "time"))
	}
	if c.Elsewhere > 0 {
		t.label("Elsewhere", "%s to hosts that may not be asked: not sent", report.Count(c.Elsewhere, "request"))
	}
	if c.Callbacks > 0 {
		t.label("Callbacks", "%d of the requests, %d of them failed", c.Callbacks, c.CallbacksIncomplete)
	}
	if c.Minutes > 0 {
		t.label("Billed minutes", "%d", c.Minutes)
	}
}

// asked writes of how many a second, which were asked for, something was: of a number
// that may have changed it is the most.
func (r Report) asked(rate int) string {
	if slices.ContainsFunc(r.Timeline, func(i attack.Interval) bool { return i.Wanted > 0 }) {
		return fmt.Sprintf("of up to %d asked", rate)
	}
	return fmt.Sprintf("of %d asked", rate)
}

// begunPerSecond returns how many conversations were begun in each second in
// which any was due.
func (r Report) begunPerSecond() float64 {
	seconds := 0.0
	for _, i := range r.Timeline {
		if i.Begun > 0 {
			seconds = i.Start + i.Width
		}
	}
	return float64(r.Conversations.Begun) / max(1, seconds)
}

// endings says how conversations ended; what did not occur is left out.
func endings(c *attack.Conversations) string {
	var parts []string
	for _, e := range []struct {
		n   int
		how string
	}{
		{c.Finished, "finished"}, {c.HungUpByApp, "hung up by the application"}, {c.HungUpByCaller, "hung up by the caller"},
		{c.Rejected, "rejected"}, {c.Failed, "failed"}, {c.Endless, "endless"}, {c.Forged, "forged"}, {c.Interrupted, "interrupted"},
	} {
		if e.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", e.n, e.how))
		}
	}
	return strings.Join(parts, ", ")
}

func (t *text) steps() {
	list := make([]string, 0, len(t.Steps))
	for _, s := range t.Steps {
		list = append(list, s.Name+": "+ofStep(s))
	}
	t.list("By step", list)
}

// ofStep says what became of a step.
func ofStep(s attack.Step) string {
	text := report.Count(s.Requests, "request")
	if s.Max > 0 {
		text += fmt.Sprintf(", p50 %s, p99 %s, worst %s", milliseconds(s.P50), milliseconds(s.P99), milliseconds(s.Max))
	}
	if s.Incomplete > 0 {
		text += fmt.Sprintf(", %d failed", s.Incomplete)
	}
	return text
}

// asMeantAgainst writes the share of conversations that ended as meant so that
// it does not read like a limit that it is not.
func (r Report) asMeantAgainst(limit float64) string {
	if r.Conversations == nil {
		return "unknown: none was begun"
	}
	if r.Conversations.Ended() == 0 {
		return "unknown: none came to its end"
	}
	return report.Apart(r.Conversations.AsMeantPercent(), 0, 100, limit) + " %"
}

func (r Report) conversationTiles(p *report.Page) {
	c := r.Conversations
	if c == nil {
		return
	}
	p.Tile("Conversations", fmt.Sprintf("%d of %d", c.Begun, r.Plan.Conversations), endings(c))
	p.Tile("Ended as meant", report.Percent(c.AsMeant, c.Ended()), fmt.Sprintf("%d of %d: did not fail, and every turn of the row was of use", c.AsMeant, c.Ended()))
	p.Tile("Live at once", fmt.Sprint(c.PeakLive), "at the peak")
}

// live draws how many conversations were live when.
func (r Report) live(p *report.Page) {
	if r.Conversations == nil {
		return
	}
	p.Draw(report.Figure{
		Title: "Live conversations", Unit: "conversations at once",
		Sentence: fmt.Sprintf("How many conversations were begun and not over: at the peak %d.", r.Conversations.PeakLive) + r.span().Binned(),
	}, r.chart(r.line(chart.Line{Name: "the most at once", Colour: chart.Green, Fill: true},
		func(i attack.Interval) float64 { return float64(i.Live) })))
}

// stepBars shows the steps as a table with bars of their requests.
func (r Report) stepBars(p *report.Page) {
	if len(r.Steps) == 0 {
		return
	}
	f := report.Figure{Title: "By step", Sentence: "The requests by method and path, callbacks included."}
	for _, s := range r.Steps {
		f.Bars = append(f.Bars, report.Bar{Name: s.Name, Text: ofStep(s), Value: float64(s.Requests), Most: float64(r.Steps[0].Requests)})
	}
	p.Figures = append(p.Figures, f)
}
