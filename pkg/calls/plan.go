package calls

import (
	"strings"
	"time"

	"call-load-tester/pkg/redact"
	"call-load-tester/pkg/twilioapi"
)

// DefaultTwiML is what the callee hears, again and again, unless a plan says
// otherwise.
const DefaultTwiML = `<Response><Say loop="0">This is a test call</Say></Response>`

// A Plan says which calls to place. Check it before use.
type Plan struct {
	CallerIDs    []string // call i is from CallerIDs[i mod len]
	Destinations []string // call i is to Destinations[i mod len]
	CallCount    int
	CPS          int           // cap: the most starts in any second
	Ramp         time.Duration // whole seconds in which the cap grows to CPS; 0 for none
	TwiML        string        // TwiML itself if it begins with "<", else the URL of some
	TimeLimit    time.Duration // after which Twilio ends an answered call; 0 leaves it to the account
	Hold         time.Duration // from the last start to the first hang-up
	EndCalls     bool          // hang the calls up after the hold

	// CallDuration, if not 0, is how long after its acceptance each call is hung
	// up, while others are started; there is no hold then.
	CallDuration time.Duration
}

// A PlanSummary is a plan as the record of its run tells it: without any secret.
type PlanSummary struct {
	CallCount        int      `json:"call_count"`
	CallerIDs        []string `json:"caller_ids"`
	Destinations     []string `json:"destinations"`
	CPS              int      `json:"cps"`
	Treatment        string   `json:"treatment"`
	HoldSeconds      float64  `json:"hold_seconds"`
	EndCalls         bool     `json:"end_calls"`
	TimeLimitSeconds int      `json:"time_limit_seconds"` // 0: none was sent
	RampSeconds      int      `json:"ramp_seconds,omitempty"`

	CallDurationSeconds float64 `json:"call_duration_seconds,omitempty"`

	Cost *CostSummary `json:"cost,omitempty"` // filled in by who asked for prices
}

// Summary returns the plan for the record of its run.
func (p Plan) Summary() *PlanSummary {
	return &PlanSummary{p.CallCount, p.CallerIDs, p.Destinations, p.CPS, p.Treatment(), p.Hold.Seconds(), p.EndCalls, int(p.TimeLimit.Seconds()), p.rampSeconds(), p.CallDuration.Seconds(), nil}
}

// Treatment describes the instructions of the calls for a person to read,
// without any secret.
func (p Plan) Treatment() string {
	if isTwiML(p.TwiML) {
		return redact.Text(p.TwiML)
	}
	return redact.URL(p.TwiML)
}

// parties returns who calls whom in call i.
func (p Plan) parties(i int) (from, to string) {
	return p.CallerIDs[i%len(p.CallerIDs)], p.Destinations[i%len(p.Destinations)]
}

// call is what to ask Twilio for as call i.
func (p Plan) call(i int) twilioapi.NewCall {
	from, to := p.parties(i)
	call := twilioapi.NewCall{From: from, To: to, TimeLimit: p.TimeLimit}
	if isTwiML(p.TwiML) {
		call.TwiML = p.TwiML
	} else {
		call.URL = p.TwiML
	}
	return call
}

func isTwiML(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "<") }
