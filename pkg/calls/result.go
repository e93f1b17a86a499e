package calls

import (
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/failures"
)

// A Result is the record of a run of start or end. The names of its JSON fields
// are stable. What the command knows it fills in: Command, DryRun, Account,
// Interrupted, the files, Next and ExitStatus.
type Result struct {
	Command string    `json:"command"` // "start" or "end"
	DryRun  bool      `json:"dry_run"`
	Account string    `json:"account"` // whose, without any secret
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"`

	Plan     *PlanSummary `json:"plan,omitempty"`    // of Run
	Starts   *Starts      `json:"starts,omitempty"`  // of Run
	HangUps  *HangUps     `json:"endings,omitempty"` // nil if there was nothing to hang up
	Records  *Records     `json:"twilio,omitempty"`  // of the calls that were hung up
	Held     *Held        `json:"held,omitempty"`    // of Run with a call duration
	Timeline *Timeline    `json:"series,omitempty"`

	// Failures says what is in the file of failures; filled in, too. nil if none was
	// asked for.
	Failures *failures.Counts `json:"failures,omitempty"`

	Interrupted bool     `json:"interrupted"`
	Stopped     string   `json:"stopped,omitempty"` // why placing, or the hold of calls, stopped early
	SIDFile     string   `json:"sid_file,omitempty"`
	LiveFile    string   `json:"live_file,omitempty"` // SIDs of what is still live
	Next        []string `json:"next,omitempty"`      // commands that finish the job
	ExitStatus  int      `json:"exit_status"`

	Err error `json:"-"` // that stopped placing, or the hold of calls, early; nil if none did
}

// summarize works out the figures of a run in which these requests were sent.
func (r *Result) summarize(sent []start) {
	r.Seconds = time.Since(r.Began).Seconds()
	if r.Err != nil {
		r.Stopped = r.Err.Error()
	}
	slices.SortFunc(sent, func(a, b start) int { return a.at.Compare(b.at) })
	cps, average := 0, 0. // not known
	if s := r.Starts; s != nil {
		s.summarize(sent)
		cps, average = s.Cap, s.Allowed
	}
	var seconds []second
	if r.Records != nil {
		r.Records.summarize(cps, average)
		seconds = r.Records.seconds()
	}
	r.Timeline = newTimeline(sent, seconds)
}

// Quantiles of a number of values, in the unit of their field.
type Quantiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// quantiles reads a histogram whose values are so many to the unit.
func quantiles(h *hdrhistogram.Histogram, perUnit float64) Quantiles {
	at := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / perUnit }
	return Quantiles{Count: int(h.TotalCount()), P50: at(50), P95: at(95), P99: at(99), Max: float64(h.Max()) / perUnit}
}

// newTimes returns a histogram of microseconds, up to an hour.
func newTimes() *hdrhistogram.Histogram { return hdrhistogram.New(1, time.Hour.Microseconds(), 3) }
