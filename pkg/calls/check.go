package calls

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"time"
	"unicode/utf8"
)

const (
	maxCallCount = 10_000_000
	maxCPS       = 10_000
	maxTwiML     = 4000 // characters (Twilio: error 32018)
	minTimeLimit = time.Minute
	maxTimeLimit = 24 * time.Hour // (Twilio: configurable call limits)
)

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
