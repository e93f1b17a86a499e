package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

const needed = "[Load]\nUsers=3\nConcurrency=4\nURI=http://127.0.0.1:5000/sms\n"

func configured(t *testing.T, text string) *plan {
	t.Helper()
	p := newPlan()
	if problems := p.configure("c.ini", text); len(problems) > 0 {
		t.Fatalf("%q\n%v", text, problems)
	}
	return p
}

func TestConfigurationHasDefaults(t *testing.T) {
	p := configured(t, needed)
	c := p.attack
	if c.Requests != 12 || c.Concurrency != 4 || c.Rate != 0 || c.MaxInFlight != 10_000 || c.Timeout != 15*time.Second ||
		c.BadSignature != 0 || c.Envelope != (webhook.Envelope{URL: "http://127.0.0.1:5000/sms"}) ||
		c.Prices != nil || c.Pass != (attack.Pass{}) {
		t.Errorf("%+v", p)
	}
}

func TestConfigurationOfEverything(t *testing.T) {
	p := configured(t, `; all keys, in another order and case
[cost]
MMS = 0.02
Send = 0.01
SMS = $0.0083
[PASS]
failed = 0.5 %
P99 = 500 ms
[Auth]
Token = "quoted; and # not cut"
AccountSid = AC0123456789abcdef0123456789ABCDEF
[Load]
Users = 10
concurrency = 20
URI = https://me:pass@example.com:8443/sms?a=b;c=d#rc=2
Kind = Voice
Method = get
Rate = 48
MaxInFlight = 100
Timeout = 2.5
BadSignature = 10%
SignURL = https://public.example/sms
`)
	c := p.attack
	if c.Token != `"quoted; and # not cut"` || c.Requests != 200 || c.Rate != 48 || c.MaxInFlight != 100 || c.Timeout != 2500*time.Millisecond ||
		c.BadSignature != 10 || *c.Prices != (webhook.Prices{Receive: 0.0083, Send: 0.01, MMS: 0.02}) ||
		*c.Pass.MaxFailedPercent != 0.5 || *c.Pass.MaxP99 != 500 {
		t.Errorf("%+v", p)
	}
	want := webhook.Envelope{
		Kind: webhook.Voice, Get: true, URL: "https://me:pass@example.com:8443/sms?a=b;c=d#rc=2",
		SignURL: "https://public.example/sms", AccountSID: "AC0123456789abcdef0123456789ABCDEF",
	}
	if c.Envelope != want {
		t.Errorf("%+v, want %+v", c.Envelope, want)
	}
	if got := c.Plan().Endpoint; got != "https://example.com:8443/sms" {
		t.Errorf("the endpoint is shown as %q: user, password, query and fragment may be secret", got)
	}
}

func TestBadConfigurations(t *testing.T) {
	for _, tc := range []struct{ what, text, want string }{
		{"an unknown key", needed + "User = 3\n", "c.ini:5: there is no [Load] User"},
		{"an unknown section", needed + "[Costs]\n", "c.ini:5: there is no [Costs]"},
		{"an unknown section without a key", needed + "[Foo]\n", "c.ini:5: there is no [Foo]"},
		{"a key before any section", "Users = 3\n" + needed, "c.ini:1: Users stands before any [Section]"},
		{"a line that is neither", needed + "Kind\n", "c.ini:5: neither [Section] nor Key = value"},
		{"a section left open", needed + "[Cost\n", "c.ini:5: neither [Section] nor Key = value"},
		{"a key twice", needed + "Users = 4\n", "c.ini:5: [Load] Users is given before, in line 2"},
		{"a key twice, in both spellings", needed + "[Cost]\nUnit = 1\nSMS = 1\n", "c.ini:7: [Cost] Unit or SMS is given before, in line 6"},
		{"no URI", "[Load]\nUsers = 1\nConcurrency = 1\n", "c.ini: [Load] lacks URI"},
		{"another method", needed + "Method = PUT\n", `c.ini:5: [Load] Method: "PUT" is neither POST nor GET`},
		{"a URI with an @ behind its host", "[Load]\nUsers = 1\nConcurrency = 1\nSignURL = http://a/@me\nURI = http://a/@me\n", "c.ini:5: [Load] URI: the URL has an @ behind its host: encode it as %40, and in a password / as %2F, ? as %3F and # as %23"},
		{"a URI without a scheme", "[Load]\nUsers = 1\nConcurrency = 1\nURI = example.com/sms\n", "c.ini:4: [Load] URI: the URL starts with neither http:// nor https://"},
		{"users that are no number", "[Load]\nUsers = many\nConcurrency = 1\nURI = http://a\n", `c.ini:2: [Load] Users: "many" is not a whole number from 1 to 1000000000`},
		{"no users", "[Load]\nUsers = 0\nConcurrency = 1\nURI = http://a\n", `c.ini:2: [Load] Users: "0" is not a whole number from 1 to 1000000000`},
		{"too many connections", "[Load]\nUsers = 1\nConcurrency = 50001\nURI = http://a\n", `c.ini:3: [Load] Concurrency: "50001" is not a whole number from 1 to 50000`},
		{"too many requests", "[Load]\nUsers = 1000000\nConcurrency = 1001\nURI = http://a\n", "c.ini: Users × Concurrency is more than 1000000000 requests"},
		{"a rate of nothing", needed + "Rate = 0\n", `c.ini:5: [Load] Rate: "0" is not a whole number from 1 to 1000000`},
		{"an unknown kind", needed + "Kind = fax\n", `c.ini:5: [Load] Kind: "fax" is not a kind of webhook; known are sms, voice, status, raw, call, chat`},
		{"a timeout without end", needed + "Timeout = 2h\n", `c.ini:5: [Load] Timeout: "2h" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"a timeout of nothing", needed + "Timeout = 0\n", `c.ini:5: [Load] Timeout: "0" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"a timeout that is no number", needed + "Timeout = NaN\n", `c.ini:5: [Load] Timeout: "NaN" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"more than all", needed + "BadSignature = 101 %\n", `c.ini:5: [Load] BadSignature: "101 %" is not a percentage from 0 to 100`},
		{"a share that is no number", needed + "[Pass]\nFailed = NaN\n", `c.ini:6: [Pass] Failed: "NaN" is not a percentage from 0 to 100`},
		{"a price below nothing", needed + "[Cost]\nUnit = -1\n", `c.ini:6: [Cost] Unit or SMS: "-1" is not a price such as 0.0083`},
		{"an empty token", needed + "[Auth]\nToken =\n", "c.ini:6: [Auth] Token: the value is empty"},
		{"another SID", needed + "[Auth]\nAccountSid = SK0123456789abcdef0123456789abcdef\n", `c.ini:6: [Auth] AccountSid: "SK0123456789abcdef0123456789abcdef" is not an account SID: AC and 32 hex digits`},
	} {
		problems := newPlan().configure("c.ini", tc.text)
		if len(problems) != 1 || problems[0].Error() != tc.want {
			t.Errorf("%s: %q, want only %q", tc.what, problems, tc.want)
		}
	}
}

func TestEveryProblemIsToldAtOnce(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", `c.ini: [Load] lacks Users
c.ini: [Load] lacks Concurrency
c.ini: [Load] lacks URI`},
		{"[Load]\nUsres = 1\nConcurrency = 1\n", `c.ini:2: there is no [Load] Usres | did you mean [Load] Users?
c.ini: [Load] lacks Users
c.ini: [Load] lacks URI`},
		{"[Laod]\nUsers = 1\n[Load]\nRate = y\nConcurrency = x\nKind\nURL = http://a\n", `c.ini:1: there is no [Laod] | did you mean [Load]?
c.ini:2: there is no [Laod] Users | did you mean [Load] Users?
c.ini:4: [Load] Rate: "y" is not a whole number from 1 to 1000000
c.ini:5: [Load] Concurrency: "x" is not a whole number from 1 to 50000
c.ini:6: neither [Section] nor Key = value | comments are on lines of their own and start with # or ;
c.ini:7: there is no [Load] URL | did you mean [Load] URI?
c.ini: [Load] lacks Users
c.ini: [Load] lacks URI`},
	} {
		var got []string
		for _, problem := range newPlan().configure("c.ini", tc.text) {
			line := problem.Error()
			if helper, ok := problem.(interface{ Hint() string }); ok && helper.Hint() != "" {
				line += " | " + helper.Hint()
			}
			got = append(got, line)
		}
		if strings.Join(got, "\n") != tc.want {
			t.Errorf("%q: got\n%s\nwant\n%s", tc.text, strings.Join(got, "\n"), tc.want)
		}
	}
}

// Values are as they are written, whatever INI libraries make of quotes.
func TestValuesAreKept(t *testing.T) {
	for _, value := range []string{"`quoted`", "`open", `"""a"""`, `"""a`, `"a"`, `'a'`, `a\`, "a = b", "a ; b # c", "%(b)s", "[a]"} {
		p := configured(t, "[Auth]\nToken = "+value+" \n"+needed)
		if p.attack.Token != value {
			t.Errorf("Token = %s is read as %s", value, p.attack.Token)
		}
	}
}

// What the sample shows as a comment is the default; it and that of calls name
// every key.
func TestTheSampleTellsTheTruth(t *testing.T) {
	sample, err := os.ReadFile("tw_load.sample.ini")
	if err != nil {
		t.Fatal(err)
	}
	calls, err := os.ReadFile("tw_call.sample.ini")
	if err != nil {
		t.Fatal(err)
	}
	text := string(sample)
	asIs := configured(t, text)
	for _, s := range asIs.settings() {
		if !regexp.MustCompile(`(?m)^(# )?` + s.names[0] + ` = `).MatchString(text + string(calls)) {
			t.Errorf("no sample shows [%s] %s", s.section, s.names[0])
		}
	}
	commented := regexp.MustCompile(`(?m)^# (Method|MaxInFlight|Timeout|BadSignature|Receive|Send) = `)
	if n := len(commented.FindAllString(text, -1)); n != 6 {
		t.Fatalf("the sample shows %d defaults, want 6", n)
	}
	spelt := configured(t, commented.ReplaceAllString(text, "$1 = "))
	spelt.attack.Rows, asIs.attack.Rows = nil, nil
	if *spelt.attack.Prices != *asIs.attack.Prices || spelt.attack.Envelope != asIs.attack.Envelope || spelt.attack.MaxInFlight != asIs.attack.MaxInFlight ||
		spelt.attack.Timeout != asIs.attack.Timeout || spelt.attack.BadSignature != asIs.attack.BadSignature {
		t.Errorf("the defaults that the sample shows make %+v, leaving them out makes %+v", spelt, asIs)
	}
}

func FuzzConfigure(f *testing.F) {
	f.Add(needed)
	f.Add("\ufeff[Load]\r\nUsers = `1\n[[x]]\n= 3\n\"\"\"")
	f.Fuzz(func(t *testing.T, text string) {
		p := newPlan()
		if problems := p.configure("c.ini", text); len(problems) == 0 && p.attack.Requests < 1 {
			t.Errorf("%q is accepted and asks for %d requests", text, p.attack.Requests)
		}
	})
}
