package twiliosim_test

import (
	"strings"
	"testing"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

func TestCreateChecksParameters(t *testing.T) {
	t.Parallel()
	type params = api.CreateCallParams
	for _, row := range []struct {
		says   string
		change func(*params)
		code   int
	}{
		{"a good one", func(p *params) {}, 0},
		{"no destination", func(p *params) { p.To = nil }, 21201},
		{"no caller", func(p *params) { p.From = nil }, 21213},
		{"destination without plus", func(p *params) { p.SetTo("4155550100") }, 21211},
		{"destination of 16 digits", func(p *params) { p.SetTo("+1234567890123456") }, 21211},
		{"destination that is a word", func(p *params) { p.SetTo("home") }, 21211},
		{"SIP address without host", func(p *params) { p.SetTo("sip:alice@") }, 21211},
		{"SIP address", func(p *params) { p.SetTo("sip:alice@203.0.113.5") }, 0},
		{"client", func(p *params) { p.SetTo("client:alice") }, 0},
		{"client without a name", func(p *params) { p.SetTo("client:") }, 21211},
		{"caller that is a word", func(p *params) { p.SetFrom("me") }, 21212},
		{"client calling a phone", func(p *params) { p.SetFrom("client:bob") }, 21212},
		{"client calling a client", func(p *params) { p.SetFrom("client:bob").SetTo("client:alice") }, 0},
		{"caller that is not the account's", func(p *params) { p.SetFrom("+14155550123") }, 21210},
		{"test number that is not valid", func(p *params) { p.SetTo("+15005550001") }, 21217},
		{"test number that cannot be reached", func(p *params) { p.SetTo("+15005550002") }, 21214},
		{"test number abroad", func(p *params) { p.SetTo("+15005550003") }, 21215},
		{"test number that is blocked", func(p *params) { p.SetTo("+15005550004") }, 21216},
		{"test caller that is not valid", func(p *params) { p.SetFrom("+15005550001") }, 21212},
		{"nothing to do", func(p *params) { p.Url = nil }, 21205},
		{"URL without host", func(p *params) { p.SetUrl("https://") }, 21205},
		{"URL of a file", func(p *params) { p.SetUrl("file:///etc/passwd") }, 21205},
		{"TwiML instead of a URL", func(p *params) { p.Url = nil; p.SetTwiml("<Response/>") }, 0},
		{"TwiML of 4000 characters", func(p *params) { p.Url = nil; p.SetTwiml(strings.Repeat("é", 4000)) }, 0},
		{"TwiML of 4001 characters", func(p *params) { p.Url = nil; p.SetTwiml(strings.Repeat("é", 4001)) }, 32018},
		{"application", func(p *params) { p.Url = nil; p.SetApplicationSid("AP0123456789abcdef0123456789abcdef") }, 0},
		{"application that is none", func(p *params) { p.SetApplicationSid("AP1") }, 21218},
		{"application before URL", func(p *params) { p.SetUrl("no").SetApplicationSid("AP0123456789abcdef0123456789abcdef") }, 0},
		{"method", func(p *params) { p.SetMethod("PUT") }, 21209},
		{"digits", func(p *params) { p.SetSendDigits("12x") }, 21206},
		{"digits and pauses", func(p *params) { p.SetSendDigits("ww12#") }, 0},
		{"ring time of nothing", func(p *params) { p.SetTimeout(0) }, 21208},
		{"ring time of 600 s", func(p *params) { p.SetTimeout(600) }, 0},
		{"ring time of 601 s", func(p *params) { p.SetTimeout(601) }, 21208},
		{"time limit of 59 s", func(p *params) { p.SetTimeLimit(59) }, 20422},
		{"time limit of a minute", func(p *params) { p.SetTimeLimit(60) }, 0},
		{"time limit above a day", func(p *params) { p.SetTimeLimit(86401) }, 20422},
	} {
		t.Run(row.says, func(t *testing.T) {
			inBubble(t, twiliosim.Config{Numbers: []string{caller, "+15005550001"}}, func(t *phoneTest) {
				p := order()
				row.change(p)
				_, err := t.twilio.CreateCall(p)
				t.refused(err, row.code)
				if made := len(t.account.Calls()); made != 0 && row.code != 0 || made != 1 && row.code == 0 {
					t.Errorf("%d calls made", made)
				}
			})
		})
	}
}

func TestTrialRefusesParameters(t *testing.T) {
	inBubble(t, twiliosim.Config{Trial: true}, func(t *phoneTest) {
		_, err := t.twilio.CreateCall(order().SetTimeLimit(60))
		t.refused(err, 10002)
		p := order().SetTwiml("<Response/>")
		_, err = t.twilio.CreateCall(p)
		t.refused(err, 10002)
		sid := t.create(order())
		_, err = t.twilio.UpdateCall(sid, (&api.UpdateCallParams{}).SetTimeLimit(60))
		t.refused(err, 10002)
	})
}

func TestAddressesAsShown(t *testing.T) {
	inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
		for _, row := range []struct{ to, shown, formatted string }{
			{"+14155550100", "+14155550100", "(415) 555-0100"},
			{"+4930123456", "+4930123456", "+4930123456"},
			{"sip:alice@203.0.113.5;transport=tcp", "alice@203.0.113.5;transport=tcp", "alice@203.0.113.5;transport=tcp"},
			{`client:"Äl\ice"`, `client:"Äl\ice"`, `client:"Äl\ice"`},
		} {
			c := t.fetch(t.create(order().SetTo(row.to)))
			if *c.To != row.shown || *c.ToFormatted != row.formatted || *c.FromFormatted != "(500) 555-0006" {
				t.Errorf("%s is shown as %s and %s", row.to, *c.To, *c.ToFormatted)
			}
		}
	})
}
