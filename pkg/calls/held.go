package calls

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/twilioapi"
)

// afterDuration is how long after its hang-up is due Twilio ends an answered call
// by itself.
const afterDuration = 55 * time.Second

// checkDuration returns what is wrong with how long each call is to last.
func (p Plan) checkDuration() []error {
	const flag = "call_duration"
	var problems []error
	switch {
	case p.CallDuration < 0:
		problems = append(problems, &Problem{flag, fmt.Sprintf("is negative (%v)", p.CallDuration), "give seconds above 0"})
	case p.CallDuration == 0:
		return nil
	}
	if p.Hold != 0 {
		problems = append(problems, &Problem{"hold", "has no meaning beside --call_duration", "leave it out"})
	}
	if !p.EndCalls {
		problems = append(problems, &Problem{"end_calls", "is false, and --call_duration hangs calls up", "leave one of them out"})
	}
	if p.TimeLimit > 0 && p.CallDuration > p.TimeLimit {
		problems = append(problems, &Problem{flag, fmt.Sprintf("of %v is above the time limit of %v, after which Twilio ends a call", p.CallDuration, p.TimeLimit),
			"give a shorter duration or a longer --time_limit"})
	}
	return problems
}

// PeakLive returns the most calls that are live at once if the plan's starts are
// accepted at once.
func (p Plan) PeakLive() int {
	if p.CallDuration == 0 {
		return p.CallCount
	}
	return min(p.CallCount, p.CPS*int((p.CallDuration+time.Second-1)/time.Second))
}

// lasts returns how long after the last start the last hang-up is due.
func (p Plan) lasts() time.Duration { return max(p.Hold, p.CallDuration) }

// Held says how long each call was held before it was hung up: from Twilio's
// answer to its start, or for an adopted call from its start, until its hang-up
// was handed to the network. Calls that were hung up early, since the run was
// stopped, are left out of the times.
type Held struct {
	Asked      float64   `json:"asked_s"`
	Times      Quantiles `json:"held_s"`
	Undialed   int       `json:"before_dialed"`              // calls hung up before Twilio dialed them
	Unanswered int       `json:"before_answered"`            // calls hung up while they rang
	AtOnce     int       `json:"requests_at_once,omitempty"` // what Twilio allowed at the end; 0 if it limited nothing
}

// newHeld works out the figures.
func newHeld(plan Plan, late *hdrhistogram.Histogram, records *Records, inFlight *twilioapi.InFlight) *Held {
	h := &Held{Asked: plan.CallDuration.Seconds()}
	const unit = 1e6 // microseconds in a second
	if h.Times = quantiles(late, unit); h.Times.Count > 0 {
		for _, q := range []*float64{&h.Times.P50, &h.Times.P95, &h.Times.P99, &h.Times.Max} {
			*q += h.Asked
		}
	}
	if records != nil {
		h.Undialed, h.Unanswered = records.canceledInQueue, records.Canceled-records.canceledInQueue
	}
	if inFlight.Throttled(twilioapi.ForHangUp, twilioapi.ForCreate, twilioapi.ForRead) > 0 {
		h.AtOnce = inFlight.Limit()
	}
	return h
}

// newLateness returns a histogram of microseconds, up to a day.
func newLateness() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, (24 * time.Hour).Microseconds(), 3)
}
