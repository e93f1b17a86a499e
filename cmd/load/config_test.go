package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

const needed = "[Load]\nUsers=3\nConcurrency=4\nURI=http://127.0.0.1:5000/sms\n"

func configured(t *testing.T, text string) *setup {
	t.Helper()
	p := newSetup()
	if problems := p.configure("c.ini", text); len(problems) > 0 {
		t.Fatalf("%q\n%v", text, problems)
	}
	return p
}

func TestConfigurationHasDefaults(t *testing.T) {
	p := configured(t, needed)
	c := p.attack
	if c.Total != 12 || c.Concurrency != 4 || c.Rate != 0 || c.MaxInFlight != 10_000 || c.Timeout != 15*time.Second ||
		c.BadSignature != 0 || c.Envelope != (webhook.Envelope{URL: "http://127.0.0.1:5000/sms"}) ||
		c.Prices != nil || !reflect.DeepEqual(c.Pass, attack.Pass{}) {
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
	if c.Token != `"quoted; and # not cut"` || c.Total != 200 || c.Rate != 48 || c.MaxInFlight != 100 || c.Timeout != 2500*time.Millisecond ||
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
	if got := c.PlanSummary().Endpoint; got != "https://example.com:8443/sms" {
		t.Errorf("the endpoint is shown as %q: user, password, query and fragment may be secret", got)
	}
}

func TestConfigurationOfConversations(t *testing.T) {
	p := configured(t, needed+`Kind = call
Pace = REAL
Rate = 5
Ramp = 60s
StatusURI = http://127.0.0.1:5000/status
FallbackURI = http://127.0.0.1:5001/fallback
[Call]
Think = 1.5
Speech = 20
Play = 3 s
MaxRequests = 10
Hosts = api.example.com, Other.example:8080
[Cost]
Minute = $0.0085
[Pass]
Conversations = 99.5 %
`)
	c := p.attack
	want := dialog.Rules{
		StatusURI: "http://127.0.0.1:5000/status", FallbackURI: "http://127.0.0.1:5001/fallback",
		Think: 1500 * time.Millisecond, Speech: 20, Play: 3 * time.Second, MaxRequests: 10, Hosts: []string{"api.example.com", "Other.example:8080"},
	}
	if !reflect.DeepEqual(c.Rules, want) || c.Envelope.Kind != webhook.Call || c.Pace != attack.Real || c.Ramp != time.Minute || c.Prices.Minute != 0.0085 || *c.Pass.MinAsMeant != 99.5 {
		t.Errorf("%+v", p)
	}
	if got := c.Rules.MayAsk(c.Envelope); !slices.Equal(got, []string{"127.0.0.1", "api.example.com", "other.example:8080"}) {
		t.Errorf("the hosts that may be asked are %q", got)
	}
	plan := c.PlanSummary()
	if plan.Requests != 0 || plan.Rate != 0 || plan.Conversations != 12 || plan.ConversationRate != 5 || plan.Pace != "real" || plan.RampSeconds != 60 {
		t.Errorf("the plan is %+v", plan)
	}
}

// A key that says nothing to a kind is an error there, wherever the kind stands.
func TestKeysAreForKinds(t *testing.T) {
	all := []string{"sms", "voice", "status", "raw", "call", "chat"}
	for key, kinds := range map[string][]string{
		"[Load]\nRamp = 10s":                     all,
		"[Load]\nPace = fast":                    {"call", "chat"},
		"[Load]\nStatusURI = http://a.example":   {"call"},
		"[Load]\nFallbackURI = http://a.example": {"call", "chat"},
		"[Call]\nThink = 1s":                     {"call", "chat"},
		"[Call]\nSpeech = 14":                    {"call"},
		"[Call]\nPlay = 1s":                      {"call"},
		"[Call]\nMaxRequests = 9":                {"call", "chat"},
		"[Call]\nHosts = a.example":              {"call", "chat"},
		"[Cost]\nMinute = 1":                     {"call"},
		"[Pass]\nConversations = 1%":             {"call", "chat"},
	} {
		for _, kind := range all {
			section, line, _ := strings.Cut(key, "\n")
			name, _, _ := strings.Cut(line, " = ")
			problems := newSetup().configure("c.ini", key+"\n"+needed+"Kind = "+kind+"\n")
			if slices.Contains(kinds, kind) {
				if len(problems) > 0 {
					t.Errorf("%s with kind %s: %v", key, kind, problems)
				}
				continue
			}
			want := "c.ini:2: " + section + " " + name + ": it is for kind " + strings.Join(kinds, " or ") + ", and the kind is " + kind
			if len(problems) != 1 || problems[0].Error() != want {
				t.Errorf("%s with kind %s: %v, want only %q", key, kind, problems, want)
			}
		}
	}
	// Of a kind that is none, nothing is said of others.
	if problems := newSetup().configure("c.ini", needed+"Kind = phone\nPace = fast\n"); len(problems) != 1 {
		t.Errorf("%v, want only the unknown kind", problems)
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
		{"a limit without a unit", needed + "[Pass]\nP99 = 500\n", `c.ini:6: [Pass] P99: "500" has no unit: say 500ms or 500s`},
		{"a timeout of nothing", needed + "Timeout = 0\n", `c.ini:5: [Load] Timeout: "0" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"a timeout that is no number", needed + "Timeout = NaN\n", `c.ini:5: [Load] Timeout: "NaN" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"more than all", needed + "BadSignature = 101 %\n", `c.ini:5: [Load] BadSignature: "101 %" is not a percentage from 0 to 100`},
		{"a share that is no number", needed + "[Pass]\nFailed = NaN\n", `c.ini:6: [Pass] Failed: "NaN" is not a percentage from 0 to 100`},
		{"a price below nothing", needed + "[Cost]\nUnit = -1\n", `c.ini:6: [Cost] Unit or SMS: "-1" is not a price such as 0.0083`},
		{"another pace", needed + "Kind = call\nPace = slow\n", `c.ini:6: [Load] Pace: "slow" is neither fast nor real`},
		{"a status callback without a scheme", needed + "Kind = call\nStatusURI = a.example/over\n", "c.ini:6: [Load] StatusURI: the URL starts with neither http:// nor https://"},
		{"a fallback without a scheme", needed + "Kind = chat\nFallbackURI = a.example/over\n", "c.ini:6: [Load] FallbackURI: the URL starts with neither http:// nor https://"},
		{"nobody thinks", needed + "Kind = chat\n[Call]\nThink = 0\n", `c.ini:7: [Call] Think: "0" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"nobody speaks", needed + "Kind = call\n[Call]\nSpeech = 0\n", `c.ini:7: [Call] Speech: "0" is not a whole number from 1 to 1000`},
		{"a sound without end", needed + "Kind = call\n[Call]\nPlay = 2h\n", `c.ini:7: [Call] Play: "2h" is not a time such as 500ms or 15s, above 0 and up to an hour`},
		{"no requests", needed + "Kind = call\n[Call]\nMaxRequests = 0\n", `c.ini:7: [Call] MaxRequests: "0" is not a whole number from 1 to 100000`},
		{"a host that is a URL", needed + "Kind = call\n[Call]\nHosts = a.example, http://b.example\n", `c.ini:7: [Call] Hosts: "http://b.example" is not the name of a host, such as api.example.com`},
		{"an empty host", needed + "Kind = call\n[Call]\nHosts = a.example,\n", `c.ini:7: [Call] Hosts: "" is not the name of a host, such as api.example.com`},
		{"a minute that pays", needed + "Kind = call\n[Cost]\nMinute = -1\n", `c.ini:7: [Cost] Minute: "-1" is not a price such as 0.0083`},
		{"more than all conversations", needed + "Kind = call\n[Pass]\nConversations = 101%\n", `c.ini:7: [Pass] Conversations: "101%" is not a percentage from 0 to 100`},
		{"a ramp of parts of a second", needed + "Rate = 5\nRamp = 1500ms\n", "c.ini: [Load] Ramp is 1.5s: with Rate it must be whole seconds"},
		{"an empty token", needed + "[Auth]\nToken =\n", "c.ini:6: [Auth] Token: the value is empty"},
		{"another SID", needed + "[Auth]\nAccountSid = SK0123456789abcdef0123456789abcdef\n", `c.ini:6: [Auth] AccountSid: "SK0123456789abcdef0123456789abcdef" is not an account SID: AC and 32 hex digits`},
	} {
		problems := newSetup().configure("c.ini", tc.text)
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
		{needed + "Kind = call\nThink = 2s\n", "c.ini:6: there is no [Load] Think | did you mean [Call] Think or [Agent] Think?"},
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
		for _, problem := range newSetup().configure("c.ini", tc.text) {
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

// What a sample shows as a comment is the default, or an example where there is
// none; every key is in one of the samples.
func TestTheSamplesTellTheTruth(t *testing.T) {
	defaults := map[string][]string{
		"tw_load.sample.ini":  {"Method", "MaxInFlight", "Timeout", "BadSignature", "Receive", "Send"},
		"tw_call.sample.ini":  {"Pace", "Think", "Speech", "Play", "MaxRequests"},
		"tw_chat.sample.ini":  {"Pace", "Think", "MaxRequests"},
		"tw_agent.sample.ini": {"Pace", "Patience", "Partial"},
	}
	all := ""
	for name, keys := range defaults {
		sample, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(sample)
		all += text
		commented := regexp.MustCompile(`(?m)^# (` + strings.Join(keys, "|") + `) = `)
		if n := len(commented.FindAllString(text, -1)); n != len(keys) {
			t.Errorf("%s shows %d defaults, want %d", name, n, len(keys))
		}
		asIs, spelt := configured(t, text).attack, configured(t, commented.ReplaceAllString(text, "$1 = ")).attack
		if slices.Contains(keys, "Think") { // zero stands for the default there
			asIs.Rules.Think, asIs.Rules.MaxRequests = dialog.DefaultThink, dialog.DefaultMaxRequests
		}
		if slices.Contains(keys, "Speech") {
			asIs.Rules.Speech, asIs.Rules.Play = dialog.DefaultSpeech, dialog.DefaultPlay
		}
		if slices.Contains(keys, "Patience") {
			asIs.Agents.Patience = attack.DefaultPatience
		}
		if !reflect.DeepEqual(spelt, asIs) {
			t.Errorf("the defaults that %s shows make %+v, leaving them out makes %+v", name, spelt, asIs)
		}
		examples := strings.ReplaceAll(text, strings.Repeat("x", 32), strings.Repeat("0", 32))
		configured(t, regexp.MustCompile(`(?m)^# (\w+) = `).ReplaceAllString(examples, "$1 = ")) // which are good
	}
	for _, s := range newSetup().settings() {
		if !regexp.MustCompile(`(?m)^(# )?` + s.names[0] + ` = `).MatchString(all) {
			t.Errorf("no sample shows [%s] %s", s.section, s.names[0])
		}
	}
}

func FuzzConfigure(f *testing.F) {
	f.Add(needed)
	f.Add("\ufeff[Load]\r\nUsers = `1\n[[x]]\n= 3\n\"\"\"")
	f.Fuzz(func(t *testing.T, text string) {
		p := newSetup()
		if problems := p.configure("c.ini", text); len(problems) == 0 && p.attack.Total < 1 {
			t.Errorf("%q is accepted and asks for %d requests", text, p.attack.Total)
		}
	})
}
