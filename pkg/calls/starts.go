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
	Rate          float64   `json:"cps_actual"`            // of the accepted starts; 0 if all were within a second
	Allowed       float64   `json:"cps_allowed,omitempty"` // by the caps of a ramp, over the same time
	BusiestSecond int       `json:"busiest_second"`        // most requests sent in any second
	Requests      int       `json:"requests"`              // sent, repeats included
	Retries       int       `json:"retries"`               // repeated because Twilio had certainly not processed them
	Throttled     int       `json:"throttled"`             // 429 answers to creates; if nothing is hung up to look-ups, too
	Response      Quantiles `json:"response_ms"`

	Lost []UnknownStart `json:"-"` // those that were not found

	plan Plan
}

// An UnknownStart is a create request whose outcome was not seen.
type UnknownStart struct {
	From, To string
	Sent     time.Time
	Until    time.Time // when its call was created at the latest, if it was; zero if that is not known
	Err      error     // why it was not seen
}

// A start is one create request that was sent.
type start struct {
	at      time.Time
	took    time.Duration // until the answer, or until it was given up
	outcome twilioapi.Outcome
}

// summarize works out the figures of the requests that were sent. They must be in
// order of time.
func (s *Starts) summarize(sent []start) {
	s.Requests = len(sent)
	s.BusiestSecond = busiestSecond(sent)
	counted := s.plan.wholeBursts(sent)
	s.Rate = rate(counted)
	if s.plan.Ramp > 0 && s.Rate > 0 {
		s.Allowed = s.plan.allowed(span(counted))
	}
	took := newTimes()
	for _, start := range sent {
		_ = took.RecordValue(start.took.Microseconds())
	}
	s.Response = quantiles(took, 1000)
}

// wholeBursts returns the requests from the first until the one that opens the
// last burst: how long a burst itself took is no part of a rate. Where there was
// no more than one burst's worth it returns all.
func (p Plan) wholeBursts(sent []start) []start {
	last := len(sent) - 1
	if opens := p.total(p.second(max(0, last))); opens > 0 {
		last = opens
	}
	return sent[:last+1]
}

// rate returns the starts that Twilio accepted per second until the last of
// these requests, which is not counted; 0 if that took less than a second.
func rate(sent []start) float64 {
	took := span(sent)
	if took < time.Second {
		return 0
	}
	accepted := 0
	for _, start := range sent[:len(sent)-1] {
		if start.outcome == twilioapi.Accepted {
			accepted++
		}
	}
	return float64(accepted) / took.Seconds()
}

// allowed returns the average of the caps over the whole seconds of a time.
func (p Plan) allowed(took time.Duration) float64 {
	seconds := int(took / time.Second)
	return float64(p.total(seconds)) / float64(seconds)
}

// span returns the time from the first of these requests to the last.
func span(sent []start) time.Duration {
	if len(sent) == 0 {
		return 0
	}
	return sent[len(sent)-1].at.Sub(sent[0].at)
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
