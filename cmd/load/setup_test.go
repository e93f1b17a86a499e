package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// Two chats between the same numbers at once cannot be told apart: that may
// happen where rows share their numbers, or where a row begins anew before it is
// over.
func TestSharedNumbers(t *testing.T) {
	const alice, again, bob = `{"From": "+14155550101"}`, `{"From": "+14155550101", "Body": "again"}`, `{"From": "+14155550102"}`
	for _, tc := range []struct {
		what, ini string
		rows      []string
		want      int
	}{
		{"each row has numbers of its own", "Kind = chat\nConcurrency = 2\n", []string{alice, bob}, 0},
		{"a row begins anew", "Kind = chat\nConcurrency = 3\n", []string{alice, bob}, 2},
		{"a row begins anew in the open loop", "Kind = chat\nConcurrency = 1\nRate = 5\n", []string{alice, bob}, 2},
		{"which is bounded", "Kind = chat\nConcurrency = 1\nRate = 5\nMaxInFlight = 2\n", []string{alice, bob}, 0},
		{"two rows have the same", "Kind = chat\nConcurrency = 2\n", []string{alice, bob, again}, 1},
		{"one after the other", "Kind = chat\nConcurrency = 1\n", []string{alice, bob, again}, 0},
		{"another number is called", "Kind = chat\nConcurrency = 2\n", []string{alice, `{"From": "+14155550101", "To": "+14155550100"}`}, 0},
		{"no number is given", "Kind = chat\nConcurrency = 50\n", []string{`{"Body": "a"}`, `{"Body": "b"}`}, 0},
		{"calls have SIDs", "Kind = call\nConcurrency = 50\n", []string{alice, again}, 0},
		{"messages alone are no chats", "Kind = sms\nConcurrency = 50\n", []string{alice, again}, 0},
	} {
		p := configured(t, "[Load]\nUsers = 10\nURI = http://127.0.0.1/\n"+tc.ini)
		if problems := p.readData("d", strings.Join(tc.rows, "\n")); len(problems) > 0 {
			t.Fatal(problems)
		}
		if got := p.sharedNumbers(); got != tc.want {
			t.Errorf("%s: %d pairs, want %d", tc.what, got, tc.want)
		}
	}
}

// How fast things are sent or begun.
func TestHow(t *testing.T) {
	for ini, want := range map[string]string{
		"":                                   "back to back over 4 connections",
		"Ramp = 10s\n":                       "back to back over 4 connections, which is reached after 10s",
		"Kind = call\n":                      "4 at once",
		"Kind = chat\nRamp = 1500ms\n":       "4 at once, which is reached after 1.5s",
		"Rate = 5\n":                         "in bursts of 5 a second for 3 s, at most 10000 in flight",
		"Kind = call\nRate = 5\nRamp = 4s\n": "in bursts that grow from 1 to 5 a second, for 5 s, at most 10000 in flight",
		"Rate = 5\nRamp = 60s\n":             "in bursts that grow from 1 to 1 a second, for 12 s, at most 10000 in flight",
	} {
		if got := configured(t, needed+ini).how(); got != want {
			t.Errorf("%q: %s, want %s", ini, got, want)
		}
	}
}

// A field that is nearly one of Twilio's is told of, where it stands, if the row lacks
// the one that seems to be meant.
func TestMisspeltFields(t *testing.T) {
	for _, tc := range []struct {
		what, kind, row string
		want            []string
	}{
		{"two letters swapped", "sms", `{"Bdoy": "hi", "From": "+14155550101"}`, []string{`d:1: Twilio sends no field "Bdoy": is Body meant?`}},
		{"another case", "sms", `{"body": "hi", "FROM": "+14155550101"}`,
			[]string{`d:1: Twilio sends no field "body": is Body meant?`, `d:1: Twilio sends no field "FROM": is From meant?`}},
		{"a person's", "call", `{"Form": "+14155550101", "Then": ["1"]}`, []string{`d:1: Twilio sends no field "Form": is From meant?`}},
		{"turns", "call", `{"Thne": "1"}`, []string{`d:1: Twilio sends no field "Thne": is Then meant?`}},
		{"one that is somewhat like turns", "call", `{"Token": "1"}`, nil},
		{"one beside the field itself", "sms", `{"body": "hi", "Body": "hi"}`, nil},
		{"one of the application's own", "sms", `{"Body": "hi", "session": "7"}`, nil},
		{"a short one", "sms", `{"q": "7"}`, nil},
		{"one that only some requests have", "sms", `{"FromCity": "PARIS", "MediaUrl0": "http://a/"}`, nil},
		{"a raw request is not Twilio's", "raw", `{"Bdoy": "hi"}`, nil},
	} {
		s := configured(t, needed+"Kind = "+tc.kind+"\n")
		if problems := s.readData("d", tc.row); len(problems) > 0 {
			t.Fatal(problems)
		}
		if got := s.misspelt(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
	s := configured(t, needed)
	if problems := s.readData("d", strings.Repeat("{\"Bdoy\": \"hi\"}\n", 30)); len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := s.misspelt(); len(got) != 11 || got[10] != "20 more fields look misspelt" {
		t.Errorf("%q, want ten, and how many more there are", got)
	}
}

// What looks like no result of the load is told of, and why it may be.
func TestAdvice(t *testing.T) {
	failed := &attack.Conversations{Begun: 2, Failed: 2}
	opened := attack.Times{Count: 2}
	for _, tc := range []struct {
		what   string
		result attack.Result
		want   []string // in each advice
	}{
		{"the endpoint is another", attack.Result{Conversations: failed}, []string{"every conversation failed"}},
		{"the agent is not there", attack.Result{Conversations: failed, Agents: []attack.Agent{{URL: "wss://a", Begun: 2, Failed: 2}}},
			[]string{"no session was opened with wss://a"}},
		{"the agent is mute", attack.Result{Conversations: failed, Agents: []attack.Agent{{URL: "wss://a", Begun: 2, Failed: 2, Handshake: opened, Turns: 2}}},
			[]string{"wss://a was reached and said nothing: no word to 2 turns"}},
		{"one agent of two is mute", attack.Result{Conversations: &attack.Conversations{Begun: 2, Failed: 1, Finished: 1}, Agents: []attack.Agent{
			{URL: "wss://a", Begun: 1, Handshake: opened, Turns: 1}, {URL: "wss://b", Begun: 1, Handshake: opened, Turns: 1, Answered: 1}}},
			[]string{"wss://a was reached and said nothing: no word to 1 turn"}},
		{"the agent hands off", attack.Result{Agents: []attack.Agent{{Begun: 1, Handshake: opened, Turns: 1, HandedOff: 1}}}, nil},
		{"the agent only hears", attack.Result{Agents: []attack.Agent{{Begun: 1, Handshake: opened}}}, nil},
	} {
		got := advices(&tc.result)
		ok := len(got) == len(tc.want)
		for i := range min(len(got), len(tc.want)) {
			ok = ok && strings.Contains(got[i].Error(), tc.want[i])
		}
		if !ok {
			t.Errorf("%s: %v, want %q", tc.what, got, tc.want)
		}
	}
}

// A run that keeps its rate shows that rate, wherever in a second one looks; one that
// falls behind shows its own.
func TestProgressOfARate(t *testing.T) {
	for _, tc := range []struct {
		what string
		sent int
		gone time.Duration
		want string
	}{
		{"before the first burst", 0, 100 * time.Millisecond, "0/s of 100"},
		{"with it", 100, 100 * time.Millisecond, "100/s of 100"},
		{"just before the sixth", 500, 5 * time.Second, "100/s of 100"},
		{"just after it", 600, 5 * time.Second, "100/s of 100"},
		{"at the end of its second", 600, 5900 * time.Millisecond, "100/s of 100"},
		{"half of what was due", 250, 5 * time.Second, "50/s of 100"},
	} {
		_, got := progress(attack.Progress{Sent: tc.sent, Done: tc.sent}, attack.Config{Rate: 100, Total: tc.sent}, tc.gone)
		if got != tc.want+", in flight 0, incomplete 0" {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
}

// The progress names what it counts.
func TestWhatTheProgressCounts(t *testing.T) {
	for kind, want := range map[webhook.Kind]string{webhook.SMS: "requests done", webhook.Call: "calls over", webhook.Chat: "chats over"} {
		if got := doneLabel(kind); got != want {
			t.Errorf("%v: %q, want %q", kind, got, want)
		}
	}
}

// What is waited for after an interrupt.
func TestStopping(t *testing.T) {
	for want, p := range map[string]attack.Progress{
		"no more is sent": {Sent: 9, Done: 9},
		"no more is sent; waiting for 1 answer, for at most 15s":                                     {Sent: 9, Done: 8},
		"no more is sent; waiting for 9 answers, for at most 15s":                                    {Sent: 9, Done: 0},
		"1 conversation is hung up, callbacks are sent; waiting for answers, for at most 15s each":   {Sent: 9, Done: 9, Begun: 5, Over: 4},
		"3 conversations are hung up, callbacks are sent; waiting for answers, for at most 15s each": {Sent: 9, Done: 7, Begun: 5, Over: 2},
	} {
		if got := stopping(p, 15*time.Second); got != want {
			t.Errorf("%+v: %s, want %s", p, got, want)
		}
	}
}
