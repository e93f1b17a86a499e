package calls_test

import (
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/calls"
)

// said are the flags that a plan has problems with, each with a hint.
func said(t *testing.T, problems []error) string {
	var flags []string
	for _, err := range problems {
		problem := err.(*calls.Problem)
		if problem.Hint() == "" || !strings.HasPrefix(err.Error(), "--"+problem.Flag+" ") {
			t.Errorf("%q, hint %q", err, problem.Hint())
		}
		flags = append(flags, err.Error()[2:])
	}
	return strings.Join(flags, "; ")
}

// Each number has bounds, and all problems come at once.
func TestCheck(t *testing.T) {
	const tooLong = 4001 - len("<Response></Response>")
	for _, tc := range []struct {
		what   string
		change func(*calls.Plan)
		want   string
	}{
		{"a good plan", func(*calls.Plan) {}, ""},
		{"no call", func(p *calls.Plan) { p.CallCount = 0 }, "call_count is 0"},
		{"one call", func(p *calls.Plan) { p.CallCount = 1 }, ""},
		{"as many as there may be", func(p *calls.Plan) { p.CallCount = 10_000_000 }, ""},
		{"one more", func(p *calls.Plan) { p.CallCount = 10_000_001 }, "call_count is 10000001; the most is 10000000"},
		{"no cap", func(p *calls.Plan) { p.CPS = 0 }, "cps is 0"},
		{"the least cap", func(p *calls.Plan) { p.CPS = 1 }, ""},
		{"the highest", func(p *calls.Plan) { p.CPS = 10_000 }, ""},
		{"one more", func(p *calls.Plan) { p.CPS = 10_001 }, "cps is 10001; the most is 10000"},
		{"the longest ramp", func(p *calls.Plan) { p.Ramp = 24 * time.Hour }, ""},
		{"a longer one", func(p *calls.Plan) { p.Ramp = 24*time.Hour + time.Second }, "ramp is 24h0m1s"},
		{"a ramp of less than none", func(p *calls.Plan) { p.Ramp = -time.Second }, "ramp is -1s"},
		{"one of half a second", func(p *calls.Plan) { p.Ramp = 500 * time.Millisecond }, "ramp is 500ms"},
		{"no hold", func(p *calls.Plan) { p.Hold = 0 }, ""},
		{"a hold of less", func(p *calls.Plan) { p.Hold = -time.Second }, "hold is negative (-1s)"},
		{"calls as long as Twilio lets them be", func(p *calls.Plan) { p.CallDuration, p.TimeLimit = time.Minute, time.Minute }, ""},
		{"longer ones", func(p *calls.Plan) { p.CallDuration, p.TimeLimit = 61*time.Second, time.Minute },
			"call_duration of 1m1s is above the time limit of 1m0s, after which Twilio ends a call"},
		{"long ones without a limit", func(p *calls.Plan) { p.CallDuration = time.Hour }, ""},
		{"a duration of less than none", func(p *calls.Plan) { p.CallDuration = -time.Second }, "call_duration is negative (-1s)"},
		{"a duration and all that it rules out", func(p *calls.Plan) { p.CallDuration, p.Hold, p.EndCalls = time.Second, time.Second, false },
			"hold has no meaning beside --call_duration; end_calls is false, and --call_duration hangs calls up"},
		{"no time limit", func(p *calls.Plan) { p.TimeLimit = 0 }, ""},
		{"the shortest", func(p *calls.Plan) { p.TimeLimit = time.Minute }, ""},
		{"a shorter one", func(p *calls.Plan) { p.TimeLimit = 59 * time.Second }, "time_limit is 59s"},
		{"the longest", func(p *calls.Plan) { p.TimeLimit = 24 * time.Hour }, ""},
		{"a longer one", func(p *calls.Plan) { p.TimeLimit = 24*time.Hour + time.Second }, "time_limit is 24h0m1s"},
		{"the longest TwiML", func(p *calls.Plan) { p.TwiML = "<Response>" + strings.Repeat("é", tooLong-1) + "</Response>" }, ""},
		{"longer TwiML", func(p *calls.Plan) { p.TwiML = "<Response>" + strings.Repeat("é", tooLong) + "</Response>" },
			"twiml has 4001 characters; Twilio takes at most 4000"},
		{"TwiML that is not closed", func(p *calls.Plan) { p.TwiML = "<Response>" },
			"twiml is not well-formed TwiML: XML syntax error on line 1: unexpected EOF"},
		{"another root", func(p *calls.Plan) { p.TwiML = " <Say>a</Say>" }, "twiml has the root element <Say>; TwiML needs <Response>"},
		{"a URL", func(p *calls.Plan) { p.TwiML = "https://example.com/a" }, ""},
		{"one without TLS", func(p *calls.Plan) { p.TwiML = "http://example.com/a" }, ""},
		{"one of another kind, which is not shown", func(p *calls.Plan) { p.TwiML = "ftp://bob:hunter2@example.com" }, "twiml is neither TwiML nor an http or https URL"},
		{"one without a host", func(p *calls.Plan) { p.TwiML = "https:///a" }, "twiml is neither TwiML nor an http or https URL"},
		{"no URL", func(p *calls.Plan) { p.TwiML = "https://example.com:bad" }, "twiml is neither TwiML nor an http or https URL"},
		{"everything", func(p *calls.Plan) { *p = calls.Plan{Hold: -1, TimeLimit: -1, TwiML: "x"} },
			"caller_id is missing; destination is missing; call_count is 0; cps is 0; hold is negative (-1ns); twiml is neither TwiML nor an http or https URL; time_limit is -1ns"},
	} {
		p := plan(10, 10)
		tc.change(&p)
		if got := said(t, p.Check()); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
}
