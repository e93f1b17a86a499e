// Package calls shows a run of start or end: as text and as a page with charts
// for a person, and as JSON for a machine, three views of one record.
package calls

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/report"
)

// A Report shows the record of a run; its JSON is that of the record.
type Report struct{ *calls.Result }

// Text writes the record for a person to read.
func (r Report) Text(w io.Writer) error {
	t := &report.Table{}
	t.Line("")
	t.Line("%s", r.headline())
	if r.Starts != nil {
		r.starts(t)
	}
	if r.HangUps != nil {
		r.hangUps(t)
	}
	r.written(t)
	if r.hasRecords() {
		t.Line("%s", r.recordsTitle())
		r.records(t)
	}
	if r.Stopped != "" {
		t.Row("Stopped early", "%s", r.Stopped)
	}
	r.files(t)
	for _, command := range r.Next {
		t.Row("Next", "%s", command)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func (r Report) headline() string {
	return "Summary of " + report.RunOf(r.Interrupted, r.DryRun, r.Seconds) + report.HintIf(r.DryRun, ": no real call was placed or ended")
}

// files are what the run left.
func (r Report) files(t *report.Table) {
	if r.SIDFile != "" {
		t.Row("SIDs in", "%s", r.SIDFile)
	}
	if r.LiveFile != "" {
		t.Row("Still live in", "%s", r.LiveFile)
	}
}

// recordsTitle says whose records there are, and of how many calls: of those
// that were over already end looks up a sample.
func (r Report) recordsTitle() string {
	whose := report.Count(r.Records.Calls, "call")
	if h := r.HangUps; h != nil && r.Records.Calls < h.Asked {
		whose = fmt.Sprintf("%d of %s", r.Records.Calls, report.Count(h.Asked, "call"))
	}
	return fmt.Sprintf("From %s of %s (its clock has whole seconds)", r.source(), whose)
}

func (r Report) source() string {
	if r.DryRun {
		return "the simulated account's records"
	}
	return "Twilio's records"
}

func (r Report) hasRecords() bool { return r.Records != nil && r.Records.Calls > 0 }

func (r Report) starts(t *report.Table) {
	s := r.Starts
	t.Row("Calls asked for", "%d", s.Asked)
	t.Row("Accepted", "%d", s.Accepted)
	t.Row("Refused", "%d", s.Refused)
	failures(t, s.Failures)
	if s.Adopted+s.NotFound > 0 {
		t.Row("Adopted", "%d of %d starts whose outcome was unknown", s.Adopted, s.Adopted+s.NotFound)
		t.Row("Not found", "%d: Twilio showed no such call in %s s", s.NotFound, report.Number(s.LookedUp))
	}
	if len(s.Strangers) > 0 {
		t.Row("Left alone", "%s that may be somebody else's: %s", report.Count(len(s.Strangers), "call"), some(s.Strangers))
	}
	if s.NotStarted > 0 {
		t.Row("Not started", "%d", s.NotStarted)
	}
	t.Row("Accepted rate", "%s", acceptedRate(s))
	if missed := r.capMissed(); missed != "" {
		t.Row("", "%s", missed)
	}
	t.Row("API response time", "%s", quantiles(s.Response, "ms"))
	t.Row("Retries", "%d%s", s.Retries, report.IfAny(s.Throttled, "answer", " (%s of too many requests at once)"))
}

// some writes the first of many SIDs; the JSON has all.
func some(sids []string) string {
	const most = 20
	if more := len(sids) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(sids[:most], " "), more)
	}
	return strings.Join(sids, " ")
}

func acceptedRate(s *calls.Starts) string {
	switch {
	case s.Accepted == 0:
		return "none"
	case s.Rate == 0:
		return fmt.Sprintf("%d within one second (cap %d)", s.Accepted, s.Cap)
	}
	if s.Allowed > 0 {
		return fmt.Sprintf("%.1f calls a second (%.1f allowed by the ramp), busiest second %d (cap after the ramp %d)", s.Rate, s.Allowed, s.BusiestSecond, s.Cap)
	}
	return fmt.Sprintf("%.1f calls a second, busiest second %d (cap %d)", s.Rate, s.BusiestSecond, s.Cap)
}

func (r Report) hangUps(t *report.Table) {
	h := r.HangUps
	t.Row("Calls to end", "%d%s%s", h.Asked,
		report.IfAny(h.Duplicates, "duplicate", " (%s left out)"), report.IfAny(h.BadLines, "line", " (%s without a SID)"))
	t.Row("Ended", "%d", h.Ended)
	t.Row("Already over", "%d", h.AlreadyOver)
	t.Row("Not found", "%d%s", h.NotFound, report.HintIf(h.NotFound > 0, " (another account, subaccount or region?)"))
	t.Row("Failed to end", "%d", h.Failed)
	failures(t, h.Failures)
	t.Row("Still live", "%d", h.Live)
	if r.Held != nil {
		r.held(t)
	}
}

// held tells how long calls were held that had a duration of their own.
func (r Report) held(t *report.Table) {
	h := r.Held
	times := "none until it was due"
	if q := h.Times; q.Count > 0 {
		times = fmt.Sprintf("p50 %.3f s, p99 %.3f s, longest %.3f s", q.P50, q.P99, q.Max)
	}
	t.Row("Held before hang-up", "%s; asked for %s s", times, report.Number(h.Asked))
	t.Row("Hung up too early", "%d before they were dialed, %d before they were answered%s", h.Undialed, h.Unanswered,
		report.HintIf(r.Interrupted || r.Stopped != "", " (those of the stop, too)"))
}

// written says what is in the file of failures.
func (r Report) written(t *report.Table) {
	if f := r.Failures; f != nil {
		t.Row("Failures written", "%d of %d%s%s", f.Written, f.All(),
			report.IfAny(f.OverLimit, "line", "; %s over the limit, --failures_max"), report.IfAny(f.TooSlow, "line", "; %s not written, or not in time"))
	}
}

// capMissed says why the cap was missed where hang-ups went before starts; empty
// if it was not, or for another reason.
func (r Report) capMissed() string {
	if r.Held == nil || r.Held.AtOnce == 0 || r.Starts.Rate == 0 {
		return ""
	}
	cap := float64(r.Starts.Cap)
	if r.Starts.Allowed > 0 { // with a ramp
		cap = r.Starts.Allowed
	}
	if r.Starts.Rate >= 0.95*cap {
		return ""
	}
	return fmt.Sprintf("less than the cap: Twilio answered that too many requests were under way; after the last such answer up to %d at once were sent, hang-ups before starts", r.Held.AtOnce)
}

func (r Report) records(t *report.Table) {
	d := r.Records
	t.Row("Dialed", "%d, %.1f a second, busiest second %d", d.Dialed, d.DialRate, d.BusiestSecond)
	t.Row("Never dialed", "%d", d.NeverDialed)
	t.Row("Answered", "%d", d.Answered)
	t.Row("Other outcomes", "busy %d, no answer %d, failed %d, canceled %d", d.Busy, d.NoAnswer, d.Failed, d.Canceled)
	t.Row("Live at once, peak", "%d", d.PeakLive)
	t.Row("Wait in the queue", "%s", quantiles(d.Queue, "s"))
	t.Row("Twilio's estimate", "%s", quantiles(d.Estimate, "s"))
	t.Row("Dialing to answer", "%s", quantiles(d.Answer, "s"))
	t.Row("Billed minutes", "%d", d.BilledMinutes)
	t.Row("Cost so far", "%s", r.cost())
	if d.SlowerThanCap != "" {
		t.Line("%s", d.SlowerThanCap)
	}
}

// cost is what the calls came to, and beside it what the plan said. What start places
// are outbound legs; end hangs up any calls.
func (r Report) cost() string {
	return amounts(r.Records.Cost) + report.HintIf(r.Starts != nil, " of outbound legs") +
		report.IfAny(r.Records.Unpriced, "call", "; no price yet of %s") + r.plannedCost()
}

// plannedCost is what the plan said, if it knew any price.
func (r Report) plannedCost() string {
	if r.Plan == nil || r.Plan.Cost == nil || len(r.Plan.Cost.Worst) == 0 {
		return ""
	}
	planned, c := "", r.Plan.Cost
	if len(c.Planned) > 0 {
		planned = "about " + amounts(c.Planned) + ", "
	}
	return "; the plan said " + planned + "at worst " + amounts(c.Worst)
}

// amounts writes amounts of money, by currency.
func amounts(of map[string]float64) string {
	var parts []string
	for _, unit := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%.4f %s", of[unit], unit))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " and ")
}

// failures are one row each.
func failures(t *report.Table, failures calls.Failures) {
	for _, f := range failures {
		text := fmt.Sprintf("%d × ", f.Calls)
		if f.Code != 0 {
			text += fmt.Sprintf("%d ", f.Code)
		}
		t.Row("", "%s", text+f.Meaning+report.HintIf(f.Hint != "", " ("+f.Hint+")"))
	}
}

func quantiles(q calls.Quantiles, unit string) string {
	if q.Count == 0 {
		return "none measured"
	}
	return fmt.Sprintf("p50 %s %s, p95 %s, p99 %s, max %s", report.Number(q.P50), unit, report.Number(q.P95), report.Number(q.P99), report.Number(q.Max))
}
