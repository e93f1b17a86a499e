package calls_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/sidfile"
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
		{"no hold", func(p *calls.Plan) { p.Hold = 0 }, ""},
		{"a hold of less", func(p *calls.Plan) { p.Hold = -time.Second }, "hold is negative (-1s)"},
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

// A party is a phone number, a SIP address, or a client name; and a phone number
// is called from a phone number.
func TestCheckParties(t *testing.T) {
	for _, tc := range []struct{ from, to, want string }{
		{from, to, ""},
		{"sip:bob@example.com", "sips:alice@example.com", ""},
		{"client:bob", "client:alice:7@home", ""},
		{from, "sip:alice@example.com", ""},
		{"", "", "caller_id is missing; destination is missing"},
		{from, "14155550100", `destination "14155550100" is not a phone number, SIP address or client name`},
		{from, "+04155550100", `destination "+04155550100" is not a phone number, SIP address or client name`},
		{from, "+1415555010012345", `destination "+1415555010012345" is not a phone number, SIP address or client name`},
		{from, "client:", `destination "client:" is not a phone number, SIP address or client name`},
		{from, "sip:alice", `destination "sip:alice" is not a phone number, SIP address or client name`},
		{from, "SIP:alice:hunter2@example.com", "destination has a SIP address with a password, which would be shown and logged"},
		{from, "alice:hunter2@example.com", "destination has a SIP address with a password, which would be shown and logged"},
	} {
		if got := said(t, calls.CheckParties(tc.from, tc.to)); got != tc.want {
			t.Errorf("from %s to %s: %q, want %q", tc.from, tc.to, got, tc.want)
		}
	}
	p := plan(10, 10)
	p.CallerIDs = []string{from, "client:bob"}
	p.Destinations = []string{"sip:alice@example.com", to}
	if got := said(t, p.Check()); got != `caller_id "client:bob" cannot call a phone number (+14155550100)` {
		t.Errorf("%q", got)
	}
	p.Destinations = p.Destinations[:1]
	if got := said(t, p.Check()); got != "" {
		t.Errorf("a client calls a SIP address: %q", got)
	}
}

// Minutes are billed as begun, and each call by itself; at worst a second longer
// than its time limit.
func TestMinutes(t *testing.T) {
	for _, tc := range []struct {
		what           string
		plan           calls.Plan
		minutes, worst int
	}{
		{"a call that is hung up at once", plan(1, 1), 1, 241},
		{"a minute", calls.Plan{CallCount: 2, CPS: 2, Hold: time.Minute, TimeLimit: time.Minute}, 2, 4},
		{"a little more", calls.Plan{CallCount: 2, CPS: 2, Hold: 61 * time.Second, TimeLimit: 61 * time.Second}, 4, 4},
		{"placing counts, too", calls.Plan{CallCount: 121, CPS: 1, Hold: time.Second, TimeLimit: time.Hour}, 3 * 121, 61 * 121},
	} {
		if minutes, worst := tc.plan.Minutes(), tc.plan.WorstMinutes(); minutes != tc.minutes || worst != tc.worst {
			t.Errorf("%s: %d minutes, at worst %d; want %d and %d", tc.what, minutes, worst, tc.minutes, tc.worst)
		}
	}
}

func TestFileErrorsSayWhatToDo(t *testing.T) {
	for err, want := range map[error]string{
		sidfile.ErrGone: "leave the file alone while the calls are placed",
		errFull:         "make room on the disk, or run in a directory that can be written",
	} {
		if got := (&calls.FileError{Err: err}); got.Hint() != want || !errors.Is(got, err) {
			t.Errorf("%v: hint %q, want %q", got, got.Hint(), want)
		}
	}
}
