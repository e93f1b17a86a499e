package calls

import (
	"time"

	"call-load-tester/pkg/twilioapi"
)

// Starts says what became of the calls asked for. Asked is the sum of Accepted,
// Adopted, NotFound, Refused and NotStarted.
type Starts struct {
	Asked      int `json:"asked"`
	Accepted   int `json:"accepted"`    // Twilio answered 201
	Adopted    int `json:"adopted"`     // outcome unknown at first, found on Twilio
	NotFound   int `json:"not_found"`   // outcome unknown, not found on Twilio
	Refused    int `json:"refused"`     // Twilio refused them
	NotStarted int `json:"not_started"` // certainly not placed: interrupted, stopped, or destination taken out

	LookedUp  float64  `json:"looked_up_s"` // how long unknown starts were looked up
	Failures  Failures `json:"failures"`    // of the refused
	Strangers []string `json:"strangers"`   // SIDs of calls that may be of unknown starts or of somebody else

	Cap           int       `json:"cps_cap"`
	Rate          float64   `json:"cps_actual"`     // of the accepted starts; 0 if all were within a second
	BusiestSecond int       `json:"busiest_second"` // most requests sent in any second
	Requests      int       `json:"requests"`       // sent, repeats included
	Retries       int       `json:"retries"`        // repeated because Twilio had certainly not processed them
	Throttled     int       `json:"throttled"`      // 429 answers
	Response      Quantiles `json:"response_ms"`

	Lost []UnknownStart `json:"-"` // those that were not found
}

// An UnknownStart is a create request whose outcome was not seen.
type UnknownStart struct {
	From, To string
	Sent     time.Time
}

// A start is one create request that was sent.
type start struct {
	at      time.Time
	took    time.Duration // until the answer, or until it was given up
	outcome twilioapi.Outcome
}

// conclude works out the figures of the requests that were sent. They must be in
// order of time.
func (s *Starts) conclude(sent []start) {
	s.Requests = len(sent)
	s.Rate, s.BusiestSecond = rate(sent, s.Cap), busiestSecond(sent)
	took := newTimes()
	for _, start := range sent {
		_ = took.RecordValue(start.took.Microseconds())
	}
	s.Response = quantiles(took, 1000)
}

// rate returns the starts that Twilio accepted per second. Counted are those sent
// from the first request until the one that opens the last burst: how long a
// burst itself took is not the rate. Where there was no more than one burst's
// worth, they are counted until the last request, and the rate is 0 if that took
// less than a second.
func rate(sent []start, cps int) float64 {
	last := len(sent) - 1
	if last > cps {
		last -= last % cps
	}
	if last < 1 || sent[last].at.Sub(sent[0].at) < time.Second {
		return 0
	}
	accepted := 0
	for _, start := range sent[:last] {
		if start.outcome == twilioapi.Accepted {
			accepted++
		}
	}
	return float64(accepted) / sent[last].at.Sub(sent[0].at).Seconds()
}

// busiestSecond returns the most requests sent in any one second, whatever their
// outcome.
func busiestSecond(sent []start) (most int) {
	first := 0
	for i := range sent {
		for sent[i].at.Sub(sent[first].at) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
