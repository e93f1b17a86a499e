package calls

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"call-load-tester/pkg/redact"
	"call-load-tester/pkg/twilioapi"
)

const (
	// DefaultTwiML is what the callee hears, again and again, unless a plan
	// says otherwise.
	DefaultTwiML = `<Response><Say loop="0">This is a test call</Say></Response>`

	maxCallCount = 10_000_000
	maxCPS       = 10_000
	maxTwiML     = 4000 // characters (Twilio: error 32018)
	minTimeLimit = time.Minute
	maxTimeLimit = 24 * time.Hour // (Twilio: configurable call limits)
)

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

// A Problem is something wrong with what the user asked for.
type Problem struct {
	Flag string // the flag it was asked with, without dashes
	Text string // what is wrong
	Help string // what to do; may be empty
}

func (p *Problem) Error() string { return "--" + p.Flag + " " + p.Text }

// Hint says what to do about the problem; it may be empty.
func (p *Problem) Hint() string { return p.Help }

// Check returns everything that is wrong with the plan, each a [*Problem].
func (p Plan) Check() []error {
	var problems []error
	add := func(flag, hint, format string, args ...any) {
		problems = append(problems, &Problem{flag, fmt.Sprintf(format, args...), hint})
	}
	problems = append(problems, checkParties("caller_id", p.CallerIDs)...)
	problems = append(problems, checkParties("destination", p.Destinations)...)
	if len(problems) == 0 {
		problems = checkPairs(p.CallerIDs, p.Destinations)
	}
	if p.CallCount < 1 {
		add("call_count", "ask for at least one call", "is %d", p.CallCount)
	}
	if p.CallCount > maxCallCount {
		add("call_count", "split the run", "is %d; the most is %d", p.CallCount, maxCallCount)
	}
	if p.CPS < 1 {
		add("cps", "the least is one call a second", "is %d", p.CPS)
	}
	if p.CPS > maxCPS {
		add("cps", "no account dials as fast", "is %d; the most is %d", p.CPS, maxCPS)
	}
	if p.Ramp < 0 || p.Ramp > maxRamp || p.Ramp%time.Second != 0 {
		add("ramp", "give whole seconds from 0 to 86400", "is %v", p.Ramp)
	}
	if p.Hold < 0 {
		add("hold", "give whole seconds from 0 up", "is negative (%v)", p.Hold)
	}
	problems = append(problems, p.checkDuration()...)
	if problem := checkTwiML(p.TwiML); problem != nil {
		problems = append(problems, problem)
	}
	if p.TimeLimit != 0 && (p.TimeLimit < minTimeLimit || p.TimeLimit > maxTimeLimit) {
		add("time_limit", "give 60 to 86400 seconds, or 0 to leave it to the account", "is %v", p.TimeLimit)
	}
	return problems
}

var (
	e164    = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`) // (Twilio: error 13223)
	sip     = regexp.MustCompile(`^sips?:[^\s@]+@[^\s@]+$`)
	aClient = regexp.MustCompile(`^client:\S+$`)
)

// checkParties checks addresses: phone numbers, SIP addresses, client names.
func checkParties(flag string, parties []string) []error {
	var problems []error
	if len(parties) == 0 {
		problems = append(problems, &Problem{flag, "is missing", partyHint})
	}
	for _, party := range parties {
		if hasPassword(party) { // so it is not shown
			problems = append(problems, &Problem{flag, "has a SIP address with a password, which would be shown and logged",
				"leave the password out; TwiML's <Sip> takes one"})
			continue
		}
		if e164.MatchString(party) || sip.MatchString(party) || aClient.MatchString(party) {
			continue
		}
		problems = append(problems, &Problem{flag, fmt.Sprintf("%q is not a phone number, SIP address or client name", party), partyHint})
	}
	return problems
}

// hasPassword reports whether what was meant as a SIP address has a password:
// sip:name:password@host.
func hasPassword(party string) bool {
	party = strings.ToLower(party)
	address := strings.TrimPrefix(strings.TrimPrefix(party, "sips:"), "sip:")
	user, _, found := strings.Cut(address, "@")
	return found && strings.Contains(user, ":") && !strings.HasPrefix(party, "client:")
}

// CheckParties returns what is wrong with two addresses, each a [*Problem].
func CheckParties(callerID, destination string) []error {
	return append(checkParties("caller_id", nonEmpty(callerID)), checkParties("destination", nonEmpty(destination))...)
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

const partyHint = "write a number with + and country code (+14155550100), an address as sip:name@host, a client as client:name"

// checkPairs holds Twilio to its rule: a phone number is called from a phone
// number (Twilio: Call resource, From).
func checkPairs(from, to []string) []error {
	for _, to := range to {
		for _, from := range from {
			if e164.MatchString(to) && !e164.MatchString(from) {
				return []error{&Problem{"caller_id", fmt.Sprintf("%q cannot call a phone number (%s)", from, to),
					"use a Twilio number or a verified caller ID"}}
			}
		}
	}
	return nil
}

// checkTwiML checks the instructions of the calls: TwiML or the URL of some.
func checkTwiML(twiml string) error {
	if !isTwiML(twiml) {
		u, err := url.Parse(twiml)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			// The URL may hold a password, so it is not shown.
			return &Problem{"twiml", "is neither TwiML nor an http or https URL", "TwiML begins with <Response>; a URL with https://"}
		}
		return nil
	}
	if n := utf8.RuneCountInString(twiml); n > maxTwiML {
		return &Problem{"twiml", fmt.Sprintf("has %d characters; Twilio takes at most %d", n, maxTwiML), "host it and give its URL"}
	}
	var root struct{ XMLName xml.Name }
	if err := xml.Unmarshal([]byte(twiml), &root); err != nil {
		return &Problem{"twiml", fmt.Sprintf("is not well-formed TwiML: %v", err), "close every element, and begin with <Response>"}
	}
	if root.XMLName.Local != "Response" {
		return &Problem{"twiml", fmt.Sprintf("has the root element <%s>; TwiML needs <Response>", root.XMLName.Local),
			"put <Response> and </Response> around it"}
	}
	return nil
}

func isTwiML(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "<") }

// Treatment describes the instructions of the calls for a person to read,
// without any secret.
func (p Plan) Treatment() string {
	if isTwiML(p.TwiML) {
		return redact.Text(p.TwiML)
	}
	return redact.URL(p.TwiML)
}

// Minutes returns the minutes that Twilio bills if all calls are answered at
// once and go as planned; each call is rounded up.
func (p Plan) Minutes() int {
	return p.CallCount * ceilMinutes(p.LongestCall())
}

// LongestCall returns how long a call lasts at most that is answered at once and
// goes as planned.
func (p Plan) LongestCall() time.Duration {
	if p.CallDuration > 0 {
		return p.CallDuration
	}
	return max(p.Placing()+p.Hold, time.Second)
}

// WorstMinutes returns the minutes that Twilio bills if all calls are answered
// and nothing but the time limit ends them.
func (p Plan) WorstMinutes() int {
	limit := p.TimeLimit
	if limit == 0 {
		limit = MaxDefaultTimeLimit
	}
	return p.CallCount * ceilMinutes(limit+overTheLimit)
}

// overTheLimit is how much longer than its time limit a call may be billed.
const overTheLimit = time.Second

func ceilMinutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

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

// DefaultTimeLimit is twice the time the plan takes from the first start to the
// last hang-up, plus ten minutes: what Twilio should end the calls after if
// nobody else does. With a call duration it is 55 seconds more than that, at
// least a minute. It is 0 if the calls are not to be ended.
func (p Plan) DefaultTimeLimit() time.Duration {
	if !p.EndCalls {
		return 0
	}
	if p.CallDuration > 0 {
		return max(minTimeLimit, p.CallDuration+afterDuration).Truncate(time.Second)
	}
	limit := 2*(p.Placing()+p.Hold) + 10*time.Minute
	return limit.Round(time.Second)
}

// MaxDefaultTimeLimit is the longest that Twilio lets a call go on unless the
// account says otherwise (Twilio: configurable call limits). A plan that needs
// more must say so itself.
const MaxDefaultTimeLimit = 4 * time.Hour
