// Package calls shows a run of start or end: as text and as a page with charts
// for a person, and as JSON for a machine, three views of one record.
package calls

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"call-load-tester/pkg/report"
)

// Record is the record of a run of start or end. The names of its JSON fields
// are stable.
type Record struct {
	Command string    `json:"command"` // "start" or "end"
	DryRun  bool      `json:"dry_run"`
	Account string    `json:"account"` // whose, without any secret
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"`

	Plan    *Plan    `json:"plan,omitempty"`    // of start
	Starts  *Starts  `json:"starts,omitempty"`  // of start
	Endings *Endings `json:"endings,omitempty"` // unless the calls were left running
	Twilio  *Records `json:"twilio,omitempty"`  // from Twilio's own records
	Series  *Series  `json:"series,omitempty"`  // what happened when

	Interrupted bool     `json:"interrupted"`
	Stopped     string   `json:"stopped,omitempty"` // why placing stopped early
	SIDFile     string   `json:"sid_file,omitempty"`
	LiveFile    string   `json:"live_file,omitempty"` // SIDs of what is still live
	Next        []string `json:"next,omitempty"`      // commands that finish the job
	ExitStatus  int      `json:"exit_status"`
}

// Plan is what start was asked for.
type Plan struct {
	CallCount        int      `json:"call_count"`
	CallerIDs        []string `json:"caller_ids"`
	Destinations     []string `json:"destinations"`
	CPS              int      `json:"cps"`
	Treatment        string   `json:"treatment"` // TwiML, or its URL without user, password and query
	HoldSeconds      float64  `json:"hold_seconds"`
	EndCalls         bool     `json:"end_calls"`
	TimeLimitSeconds int      `json:"time_limit_seconds"` // 0: none was sent
}

// Starts says what became of the calls asked for. Asked is the sum of
// Accepted, Refused, Adopted, NotFound and NotStarted.
type Starts struct {
	Asked      int `json:"asked"`
	Accepted   int `json:"accepted"`    // Twilio answered 201
	Adopted    int `json:"adopted"`     // outcome unknown at first, found on Twilio
	NotFound   int `json:"not_found"`   // outcome unknown, not found on Twilio
	Refused    int `json:"refused"`     // Twilio refused them
	NotStarted int `json:"not_started"` // given up before a request was sent

	LookedUp  float64   `json:"looked_up_s"` // how long unknown starts were looked up
	Failures  []Failure `json:"failures"`
	Strangers []string  `json:"strangers"` // SIDs of calls that may be of unknown starts or of somebody else

	Cap           int       `json:"cps_cap"`
	Rate          float64   `json:"cps_actual"`     // of the accepted starts; 0 if all were within a second
	BusiestSecond int       `json:"busiest_second"` // most requests sent in any second
	Requests      int       `json:"requests"`
	Retries       int       `json:"retries"`   // requests repeated because Twilio had not processed them
	Throttled     int       `json:"throttled"` // 429 answers
	Response      Quantiles `json:"response_ms"`
}

// Endings says what became of the hang-ups. Asked is the sum of Ended,
// AlreadyOver, NotFound and Live; Failed are among the live.
type Endings struct {
	Asked       int       `json:"asked"`
	Ended       int       `json:"ended"` // at our request, and seen to be over
	AlreadyOver int       `json:"already_over"`
	NotFound    int       `json:"not_found"`
	Failed      int       `json:"failed"` // Twilio did not take our request
	Live        int       `json:"live"`   // not seen to be over
	Failures    []Failure `json:"failures"`
	Throttled   int       `json:"throttled"`
	BadLines    int       `json:"bad_lines"`  // of the SID file of end
	Duplicates  int       `json:"duplicates"` // of the SID file of end
}

// Records is what Twilio's own records say. Their clock has whole seconds.
type Records struct {
	Calls       int `json:"calls"` // records read
	Dialed      int `json:"dialed"`
	Answered    int `json:"answered"`
	Busy        int `json:"busy"`
	NoAnswer    int `json:"no_answer"`
	Failed      int `json:"failed"`
	Canceled    int `json:"canceled"`
	NeverDialed int `json:"never_dialed"`

	DialRate      float64 `json:"dial_cps_average"`
	BusiestSecond int     `json:"dial_busiest_second"`
	PeakLive      int     `json:"peak_live"`

	Queue    Quantiles `json:"queue_s"`          // creation to dialing
	Estimate Quantiles `json:"queue_estimate_s"` // Twilio's own estimate of it
	Answer   Quantiles `json:"answer_s"`         // dialing to the answer

	BilledMinutes int                `json:"billed_minutes"`
	Cost          map[string]float64 `json:"cost"`
	Unpriced      int                `json:"unpriced"`
	SlowerThanCap string             `json:"slower_than_cap,omitempty"`
}

// A Failure counts what failed for one reason.
type Failure struct {
	Code    int    `json:"code,omitempty"` // Twilio's
	Status  int    `json:"status,omitempty"`
	Meaning string `json:"meaning"`
	Hint    string `json:"hint,omitempty"`
	Calls   int    `json:"calls"`
}

// Quantiles of a number of values, in the unit of their field.
type Quantiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// Text writes the record for a person to read.
func (c *Record) Text(w io.Writer) error {
	t := &report.Table{}
	t.Line("")
	t.Line("%s", c.headline())
	if c.Starts != nil {
		c.Starts.rows(t)
	}
	if c.Endings != nil {
		c.Endings.rows(t)
	}
	if c.Twilio != nil && c.Twilio.Calls > 0 {
		t.Line("%s", c.recordsTitle())
		c.Twilio.rows(t)
	}
	if c.Stopped != "" {
		t.Row("Stopped early", "%s", c.Stopped)
	}
	c.files(t)
	for _, command := range c.Next {
		t.Row("Next", "%s", command)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func (c *Record) headline() string {
	return "Summary of " + report.RunOf(c.Interrupted, c.DryRun, c.Seconds) + report.HintIf(c.DryRun, ": no real call was placed or ended")
}

// files are what the run left.
func (c *Record) files(t *report.Table) {
	if c.SIDFile != "" {
		t.Row("SIDs in", "%s", c.SIDFile)
	}
	if c.LiveFile != "" {
		t.Row("Still live in", "%s", c.LiveFile)
	}
}

// recordsTitle says whose records there are, and of how many calls: of those
// that were over already end looks up a sample.
func (c *Record) recordsTitle() string {
	whose := report.Count(c.Twilio.Calls, "call")
	if e := c.Endings; e != nil && c.Twilio.Calls < e.Asked {
		whose = fmt.Sprintf("%d of %s", c.Twilio.Calls, report.Count(e.Asked, "call"))
	}
	return fmt.Sprintf("From %s of %s (its clock has whole seconds)", c.source(), whose)
}

func (c *Record) source() string {
	if c.DryRun {
		return "the simulated account's records"
	}
	return "Twilio's records"
}

func (s *Starts) rows(t *report.Table) {
	t.Row("Calls asked for", "%d", s.Asked)
	t.Row("Accepted", "%d", s.Accepted)
	t.Row("Refused", "%d", s.Refused)
	for _, f := range s.Failures {
		t.Row("", "%s", f)
	}
	if s.Adopted+s.NotFound > 0 {
		t.Row("Adopted", "%d of %d starts whose outcome was unknown", s.Adopted, s.Adopted+s.NotFound)
		t.Row("Not found", "%d: Twilio showed no such call in %s s", s.NotFound, report.Number(s.LookedUp))
	}
	if len(s.Strangers) > 0 {
		t.Row("Left alone", "%s that may be somebody else's: %s", report.Count(len(s.Strangers), "call"), strings.Join(s.Strangers, " "))
	}
	if s.NotStarted > 0 {
		t.Row("Not started", "%d", s.NotStarted)
	}
	t.Row("Accepted rate", "%s", s.rate())
	t.Row("API response time", "%s", s.Response.text("ms"))
	t.Row("Retries", "%d%s", s.Retries, report.IfAny(s.Throttled, "answer", " (%s of too many requests at once)"))
}

func (s *Starts) rate() string {
	switch {
	case s.Accepted == 0:
		return "none"
	case s.Rate == 0:
		return fmt.Sprintf("%d within one second (cap %d)", s.Accepted, s.Cap)
	}
	return fmt.Sprintf("%.1f calls a second, busiest second %d (cap %d)", s.Rate, s.BusiestSecond, s.Cap)
}

func (e *Endings) rows(t *report.Table) {
	t.Row("Calls to end", "%d%s%s", e.Asked,
		report.IfAny(e.Duplicates, "duplicate", " (%s left out)"), report.IfAny(e.BadLines, "line", " (%s without a SID)"))
	t.Row("Ended", "%d", e.Ended)
	t.Row("Already over", "%d", e.AlreadyOver)
	t.Row("Not found", "%d%s", e.NotFound, report.HintIf(e.NotFound > 0, " (another account, subaccount or region?)"))
	t.Row("Failed to end", "%d", e.Failed)
	for _, f := range e.Failures {
		t.Row("", "%s", f)
	}
	t.Row("Still live", "%d", e.Live)
}

func (r *Records) rows(t *report.Table) {
	t.Row("Dialed", "%d, %.1f a second, busiest second %d", r.Dialed, r.DialRate, r.BusiestSecond)
	t.Row("Never dialed", "%d", r.NeverDialed)
	t.Row("Answered", "%d", r.Answered)
	t.Row("Other outcomes", "busy %d, no answer %d, failed %d, canceled %d", r.Busy, r.NoAnswer, r.Failed, r.Canceled)
	t.Row("Live at once, peak", "%d", r.PeakLive)
	t.Row("Wait in the queue", "%s", r.Queue.text("s"))
	t.Row("Twilio's estimate", "%s", r.Estimate.text("s"))
	t.Row("Dialing to answer", "%s", r.Answer.text("s"))
	t.Row("Billed minutes", "%d", r.BilledMinutes)
	t.Row("Cost so far", "%s", r.cost())
	if r.SlowerThanCap != "" {
		t.Line("%s", r.SlowerThanCap)
	}
}

func (r *Records) cost() string {
	var parts []string
	for _, unit := range slices.Sorted(maps.Keys(r.Cost)) {
		parts = append(parts, fmt.Sprintf("%.4f %s", r.Cost[unit], unit))
	}
	if len(parts) == 0 {
		parts = append(parts, "none")
	}
	return strings.Join(parts, " and ") + report.IfAny(r.Unpriced, "call", "; no price yet of %s")
}

func (f Failure) String() string {
	text := fmt.Sprintf("%d × %s", f.Calls, f.Meaning)
	if f.Code != 0 {
		text = fmt.Sprintf("%d × %d %s", f.Calls, f.Code, f.Meaning)
	}
	if f.Hint != "" {
		text += " (" + f.Hint + ")"
	}
	return text
}

func (q Quantiles) text(unit string) string {
	if q.Count == 0 {
		return "none measured"
	}
	return fmt.Sprintf("p50 %s %s, p95 %s, p99 %s, max %s", report.Number(q.P50), unit, report.Number(q.P95), report.Number(q.P99), report.Number(q.Max))
}
