package calls

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Held says how long each call was held before it was hung up: from Twilio's
// answer to its start, or for an adopted call from its start, until its hang-up
// was handed to the network. Calls that were hung up early, since the run was
// stopped, are left out of the times, but counted if they had not been answered.
type Held struct {
	Asked      float64   `json:"asked_s"`
	Times      Quantiles `json:"held_s"`
	Undialed   int       `json:"before_dialed"`              // calls hung up before Twilio dialed them
	Unanswered int       `json:"before_answered"`            // calls hung up while they rang
	AtOnce     int       `json:"requests_at_once,omitempty"` // under way at the most after the last 429 while placing; 0 if there was none
}

// newHeld works out the figures.
func newHeld(plan Plan, late *hdrhistogram.Histogram, records *Records, atOnce int) *Held {
	h := &Held{Asked: plan.CallDuration.Seconds(), AtOnce: atOnce}
	const unit = 1e6 // microseconds in a second
	if h.Times = quantiles(late, unit); h.Times.Count > 0 {
		for _, q := range []*float64{&h.Times.P50, &h.Times.P95, &h.Times.P99, &h.Times.Max} {
			*q += h.Asked
		}
	}
	if records != nil {
		h.Undialed, h.Unanswered = records.canceledInQueue, records.Canceled-records.canceledInQueue
	}
	return h
}

// newLateness returns a histogram of microseconds, up to a day.
func newLateness() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, (24 * time.Hour).Microseconds(), 3)
}
