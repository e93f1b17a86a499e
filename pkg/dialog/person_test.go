package dialog_test

import (
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

func TestBadTurnsAreErrors(t *testing.T) {
	for _, tc := range []struct {
		what string
		kind webhook.Kind
		row  string
		want string
	}{
		{"no list", webhook.Call, `{"Then": "1"}`, `"Then" must be a list of turns, such as ["1", "", "hangup"]`},
		{"an object for a list", webhook.Chat, `{"Then": {"Body": "a"}}`, `"Then" must be a list of turns`},
		{"a list in the list", webhook.Call, `{"Then": [["1"]]}`, `turn 1: ["1"] is neither text nor an object of fields`},
		{"null", webhook.Call, `{"Then": ["1", null]}`, `turn 2: null is neither text nor an object of fields`},
		{"a boolean", webhook.Chat, `{"Then": [true]}`, `turn 1: true is neither text nor an object of fields`},
		{"the other boolean", webhook.Call, `{"Then": [false]}`, `turn 1: false is neither text nor an object of fields`},
		{"something nested", webhook.Call, `{"Then": [{"Digits": ["1"]}]}`, `turn 1: the value of "Digits" is a list`},
		{"turns of a turn", webhook.Call, `{"Then": [{"Then": ["1"]}]}`, `turn 1: "Then" is for the row`},
		{"an empty object", webhook.Call, `{"Then": [{}]}`, `turn 1: an object without fields says nothing; write "" for silence`},
		{"nearly a hang-up", webhook.Call, `{"Then": ["1", "hang up"]}`, `turn 2: "hang up" is nearly "hangup": write that, or {"SpeechResult": "hang up"} for what is spoken`},
		{"with a space", webhook.Call, `{"Then": ["hangup "]}`, `turn 1: "hangup " is nearly`},
		{"with a capital letter", webhook.Call, `{"Then": ["Hangup"]}`, `is nearly`},
		{"with signs", webhook.Call, `{"Then": ["<Hang-Up/>"]}`, `is nearly`},
		{"in the past", webhook.Call, `{"Then": ["hung up"]}`, `is nearly`},
		{"after a hang-up", webhook.Call, `{"Then": ["hangup", "1"]}`, `turn 2: nothing can follow a hang-up`},
		{"to cut in after no time", webhook.Call, `{"Then": [{"after": "soon", "say": "stop"}]}`, `turn 1: "after" must be a time such as "1.2s": so long after the agent began to talk`},
		{"to cut in before", webhook.Call, `{"Then": [{"after": "-1s", "say": "stop"}]}`, `turn 1: "after" must be a time`},
		{"to cut in at no time", webhook.Call, `{"Then": ["1", {"say": "stop"}]}`, `turn 2: "after" must be a time`},
		{"to cut in with nothing", webhook.Call, `{"Then": [{"after": "1s"}]}`, `turn 1: "say" must be what is said, keyed, or "hangup"`},
		{"to cut in with fields", webhook.Call, `{"Then": [{"after": "1s", "say": "a", "Digits": "1"}]}`, `turn 1: "Digits" does not go with "after" and "say"`},
		{"to cut in with nearly a hang-up", webhook.Call, `{"Then": [{"after": "1s", "say": "hang up"}]}`, `turn 1: "hang up" is nearly "hangup"`},
		{"something after cutting in with a hang-up", webhook.Call, `{"Then": [{"after": "1s", "say": "hangup"}, "1"]}`, `turn 2: nothing can follow a hang-up`},
		{"audio with fields", webhook.Call, `{"Then": [{"audio": "a.wav", "Digits": "1"}]}`, `turn 1: "audio" goes alone, or with "after"`},
		{"audio of no name", webhook.Call, `{"Then": [{"audio": ""}]}`, `turn 1: "audio" must name a WAV file`},
		{"to cut in with audio and text", webhook.Call, `{"Then": [{"after": "1s", "audio": "a.wav", "say": "b"}]}`, `turn 1: "say" does not go with "after" and "audio"`},
		{"to cut in with audio of no name", webhook.Call, `{"Then": [{"after": "1s", "audio": ""}]}`, `turn 1: "audio" must name a WAV file`},
		{"audio in another case", webhook.Call, `{"Then": ["1", {"Audio": "a.wav"}]}`, `turn 2: "Audio" is nearly "audio": write that`},
		{"to cut in in another case", webhook.Call, `{"Then": [{"After": "1s", "say": "a"}]}`, `turn 1: "After" is nearly "after": write that`},
		{"to say so in another case", webhook.Call, `{"Then": [{"after": "1s", "SAY": "a"}]}`, `turn 1: "SAY" is nearly "say": write that`},
		{"turns in another case", webhook.Chat, `{"then": "1"}`, `"then" is nearly "Then": write that`},
		{"a list of turns in another case", webhook.Call, `{"then": ["1"]}`, `the value of "then" is a list; the list of turns is "Then"`},
		{"no row", webhook.Call, `{`, `the row ends too early`},
	} {
		person, err := dialog.PersonParser(tc.kind)(tc.row)
		if err == nil || !strings.Contains(err.Error(), tc.want) || person != nil {
			t.Errorf("%s: %v, %v, want an error with %s", tc.what, person, err, tc.want)
		}
	}
}

func TestGoodTurns(t *testing.T) {
	for _, row := range []string{`{}`, `{"Then": []}`, `{"Then": ["hang up the coat", "hangups", 42, "w", {"a": 1}, "hangup"]}`, `[{"name": "Then", "value": ["1"]}]`} {
		if _, err := dialog.PersonParser(webhook.Call)(row); err != nil {
			t.Errorf("%s: %v", row, err)
		}
	}
	if _, err := dialog.PersonParser(webhook.Chat)(`{"Then": ["hangup", "Hangup", "hang up"]}`); err != nil {
		t.Errorf("in a chat it is a text: %v", err)
	}
	if _, err := dialog.PersonParser(webhook.Chat)(`{"Then": [{"Audio": "a"}, {"After": "b", "Say": "c"}]}`); err != nil {
		t.Errorf("in a chat they are fields: %v", err)
	}
}

func TestAPersonNamesItsAudio(t *testing.T) {
	person, err := dialog.PersonParser(webhook.Call)(`{"Then": ["1", {"audio": "b.wav"}, {"after": "1s", "audio": "a.wav"}, {"audio": "b.wav"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := person.Audio(); !slices.Equal(got, []string{"b.wav", "a.wav", "b.wav"}) {
		t.Errorf("%q, want it in order", got)
	}
}

func TestRulesAreChecked(t *testing.T) {
	good := dialog.Rules{Envelope: webhook.Envelope{Kind: webhook.Call, URL: "http://a.example/"}}
	person, err := dialog.PersonParser(webhook.Chat)(`{"Then": ["a", "b"]}`)
	if err != nil {
		t.Fatal(err)
	}
	persons := []*dialog.Person{person}
	if _, err := dialog.New(good, persons); err != nil {
		t.Errorf("good rules: %v", err)
	}
	for _, tc := range []struct {
		what  string
		wrong func(*dialog.Rules)
		want  string
	}{
		{"a kind of one request", func(r *dialog.Rules) { r.Envelope.Kind = webhook.Voice }, "kind voice has no conversations: it must be call or chat"},
		{"no URL", func(r *dialog.Rules) { r.Envelope.URL = "" }, "URI: there is none"},
		{"a bad URL", func(r *dialog.Rules) { r.Envelope.URL = "a" }, "URI: the URL starts with neither"},
		{"a bad SignURL", func(r *dialog.Rules) { r.Envelope.SignURL = "a" }, "SignURL: the URL starts with neither"},
		{"a bad StatusURI", func(r *dialog.Rules) { r.StatusURI = "a" }, "StatusURI: the URL starts with neither"},
		{"a bad FallbackURI", func(r *dialog.Rules) { r.FallbackURI = "a" }, "FallbackURI: the URL starts with neither"},
		{"a StatusURI of a chat", func(r *dialog.Rules) { r.Envelope.Kind, r.StatusURI = webhook.Chat, "http://a.example" }, "StatusURI: only a number's calls have"},
		{"speech in a chat", func(r *dialog.Rules) { r.Envelope.Kind, r.Speech = webhook.Chat, 1 }, "Speech and Play are for kind call"},
		{"sound in a chat", func(r *dialog.Rules) { r.Envelope.Kind, r.Play = webhook.Chat, 1 }, "Speech and Play are for kind call"},
		{"a negative Think", func(r *dialog.Rules) { r.Think = -1 }, "Think -1ns"},
		{"a negative Play", func(r *dialog.Rules) { r.Play = -1 }, "Play -1ns"},
		{"a negative Speech", func(r *dialog.Rules) { r.Speech = -1 }, "Speech: -1 characters a second: it must be at least 1"},
		{"negative MaxRequests", func(r *dialog.Rules) { r.MaxRequests = -1 }, "MaxRequests: -1: it must be at least 1"},
		{"a host that is a URL", func(r *dialog.Rules) { r.Hosts = []string{"a.example", "http://b.example"} }, `Hosts: "http://b.example" is not the name of a host`},
		{"an empty host", func(r *dialog.Rules) { r.Hosts = []string{""} }, `Hosts: "" is not the name of a host`},
		{"more messages than requests", func(r *dialog.Rules) { r.Envelope.Kind, r.MaxRequests = webhook.Chat, 2 }, "row 1: 3 messages are more than MaxRequests allows, 2"},
	} {
		rules := good
		tc.wrong(&rules)
		if _, err := dialog.New(rules, persons); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want an error with %s", tc.what, err, tc.want)
		}
	}
	_, err = dialog.New(dialog.Rules{StatusURI: "a", Think: -1}, persons)
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("four things wrong: %v", err)
	}
	if _, err := dialog.New(good, nil); err == nil {
		t.Error("a run without rows has a player")
	}
	rules := good
	rules.Envelope.Kind, rules.MaxRequests = webhook.Chat, 3
	if _, err := dialog.New(rules, persons); err != nil {
		t.Errorf("as many messages as requests: %v", err)
	}
}
