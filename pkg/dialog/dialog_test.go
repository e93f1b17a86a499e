package dialog_test

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/internal/transcripttest"
	"call-load-tester/pkg/webhook"

	"pgregory.net/rapid"
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
		{"something nested", webhook.Call, `{"Then": [{"Digits": ["1"]}]}`, `turn 1: the value of "Digits" is nested`},
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

// newPlayer returns a player of one person.
func newPlayer(t testing.TB, rules dialog.Rules, row string) *dialog.Player {
	t.Helper()
	person, err := dialog.PersonParser(rules.Envelope.Kind)(row)
	if err != nil {
		t.Fatal(err)
	}
	player, err := dialog.New(rules, []*dialog.Person{person})
	if err != nil {
		t.Fatal(err)
	}
	return player
}

func callRules() dialog.Rules {
	return dialog.Rules{Envelope: webhook.Envelope{Kind: webhook.Call, URL: "http://app.example/menu"}}
}

func chatRules() dialog.Rules {
	return dialog.Rules{Envelope: webhook.Envelope{Kind: webhook.Chat, URL: "http://app.example/sms"}}
}

// firstRequest returns the first request of conversation k.
func firstRequest(player *dialog.Player, k int, seed uint64) (r dialog.Request) {
	c := player.Begin(k, begin, [2]uint64{seed, 0})
	c.Request(&r)
	return r
}

func TestFirstRequests(t *testing.T) {
	call := newPlayer(t, callRules(), `{"From": "client:alice", "Digits": "1"}`)
	chat := newPlayer(t, chatRules(), `{"Body": "hi"}`)
	for _, tc := range []struct {
		name string
		got  dialog.Request
		want map[string]string
	}{
		{"a call", firstRequest(call, 0, 1), map[string]string{
			"AccountSid": "AC00000000000000000000000000000000", "ApiVersion": "2010-04-01", "CallSid": "CA…", "CallStatus": "ringing", "Called": "+14155550199",
			"CalledCity": "", "CalledCountry": "", "CalledState": "", "CalledZip": "", "Caller": "client:alice", "CallerCity": "", "CallerCountry": "", "CallerState": "",
			"CallerZip": "", "Digits": "1", "Direction": "inbound", "From": "client:alice", "FromCity": "", "FromCountry": "", "FromState": "", "FromZip": "",
			"To": "+14155550199", "ToCity": "", "ToCountry": "", "ToState": "", "ToZip": ""}},
		{"a chat", firstRequest(chat, 3, 1), map[string]string{
			"AccountSid": "AC00000000000000000000000000000000", "ApiVersion": "2010-04-01", "Body": "hi", "From": "+12035550100", "FromCity": "", "FromCountry": "",
			"FromState": "", "FromZip": "", "MessageSid": "SM…", "NumMedia": "0", "NumSegments": "1", "SmsMessageSid": "SM…", "SmsSid": "SM…", "SmsStatus": "received",
			"To": "+14155550199", "ToCity": "", "ToCountry": "", "ToState": "", "ToZip": ""}},
	} {
		got := map[string]string{}
		for _, f := range tc.got.Fields {
			got[f.Name] = f.Value
			if value := transcripttest.WithoutSIDs(f.Value); !strings.HasPrefix(value, "AC") {
				got[f.Name] = value
			}
		}
		if !reflect.DeepEqual(got, tc.want) || len(tc.got.Fields) != len(got) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	if r := firstRequest(call, 0, 1); r.Segments != 0 || r.Role != dialog.First || !slices.IsSortedFunc(r.Fields, func(a, b webhook.Field) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("%+v is not a sorted first request", r)
	}
}

// A chat's requests say what Twilio would bill for receiving them: a message
// once, however often its answers redirect.
func TestMessagesAreReceivedOnce(t *testing.T) {
	rules := chatRules()
	rules.FallbackURI = "http://app.example/fallback"
	c := newPlayer(t, rules, `{"To": "+18885550100", "Then": ["`+strings.Repeat("a", 161)+`"]}`).Begin(0, begin, [2]uint64{})
	judge := webhook.NewJudge(webhook.Chat)
	read := func(body string) webhook.Reading {
		return judge.Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(body)}, true)
	}
	var got []string
	for _, answer := range []string{"", "<Response><Redirect/></Response>", "<Response/>", "<Bad/>", "<Response><Redirect>/sms</Redirect></Response>", "<Response/>"} {
		next := func() dialog.Next { return dialog.Next{} }
		if answer != "" {
			next = func() dialog.Next { return c.Answered(read(answer), "", 0) }
		}
		if next().Over {
			break
		}
		var r dialog.Request
		c.Request(&r)
		got = append(got, fmt.Sprint(r.Role, r.Segments, r.TollFree))
	}
	want := []string{"first 1 true", "follow-up 0 true", "follow-up 2 true", "fallback 0 true", "follow-up 0 true"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEveryConversationHasItsOwnSIDs(t *testing.T) {
	player := newPlayer(t, callRules(), `{}`)
	seen := map[string]bool{}
	for seed := range uint64(1000) {
		for _, f := range firstRequest(player, 0, seed).Fields {
			if f.Name == "CallSid" {
				seen[f.Value] = true
			}
		}
	}
	if len(seen) != 1000 {
		t.Errorf("1000 calls have %d SIDs", len(seen))
	}
}

func TestEveryChatHasItsOwnNumber(t *testing.T) {
	player := newPlayer(t, chatRules(), `{}`)
	seen := map[string]bool{}
	for k := 0; k < 6_800_000; k += 97 {
		for _, f := range firstRequest(player, k, 1).Fields {
			if f.Name == "From" {
				seen[f.Value] = true
				if len(f.Value) != 12 || !strings.HasPrefix(f.Value, "+1") || f.Value[5:8] != "555" || strings.HasSuffix(f.Value, "5551212") {
					t.Fatalf("chat %d has the number %s", k, f.Value)
				}
				if fiction := f.Value[8:] >= "0100" && f.Value[8:] <= "0199"; fiction != (k < 69_300) {
					t.Fatalf("chat %d has the number %s, for fiction: %v", k, f.Value, fiction)
				}
			}
		}
	}
	if want := (6_800_000 + 96) / 97; len(seen) != want {
		t.Errorf("%d chats have %d numbers", want, len(seen))
	}
}

// Persons take turns, so to speak.
func TestConversationsAreOfAllPersons(t *testing.T) {
	var persons []*dialog.Person
	for i := range 3 {
		person, err := dialog.PersonParser(webhook.Call)(fmt.Sprintf(`{"From": "%d"}`, i))
		if err != nil {
			t.Fatal(err)
		}
		persons = append(persons, person)
	}
	player, err := dialog.New(callRules(), persons)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 7 {
		r := firstRequest(player, k, 1)
		if from, _ := r.Fields.Get("From"); from != fmt.Sprint(k%3) {
			t.Errorf("conversation %d is from %s", k, from)
		}
	}
}

func FuzzPersonParser(f *testing.F) {
	for _, seed := range []string{`{"From": "+1", "Then": ["1w#", "", {"a": "b"}, "hangup"]}`, `[{"name": "Then", "value": ["Hang up"]}]`, `{"Then": null}`, `{"Then": [[]]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, kind := range []webhook.Kind{webhook.Call, webhook.Chat} {
			person, err := dialog.PersonParser(kind)(line)
			if (person == nil) != (err != nil) {
				t.Errorf("%v: %v, %v", kind, person, err)
			}
		}
	})
}

// No document makes a conversation loop or panic, nor ask who may not be asked.
func FuzzConversation(f *testing.F) {
	f.Add(`<Response><Gather numDigits="1" action="/a"><Say loop="0">a</Say></Gather></Response>`, `{"Then": ["1", "", "hangup"]}`, false)
	f.Add(`<Response><Record/><Dial action="/a"><Number statusCallback="/b">1</Number></Dial></Response>`, `{"Then": ["a", {"DialCallStatus": "busy"}]}`, true)
	f.Add(`<Response><Enqueue action="" waitUrl="/w">q</Enqueue><Leave/><Redirect>//[</Redirect></Response>`, `{"Then": [{"QueueResult": "leave"}]}`, true)
	f.Add(`<Response><Play loop="999999999999"/><Pause length="9999999999"/><Redirect>http://b.example/</Redirect></Response>`, `{}`, false)
	f.Add(`<Response><Message statusCallback="/s" to="1"><Media>a</Media></Message><Redirect method="GET">?</Redirect></Response>`, `{"Then": ["a", {"From": "b"}]}`, true)
	f.Fuzz(func(t *testing.T, document, row string, fallback bool) {
		for _, kind := range []webhook.Kind{webhook.Call, webhook.Chat} {
			fuzzConversation(t, kind, document, row, fallback)
		}
	})
}

func fuzzConversation(t *testing.T, kind webhook.Kind, document, row string, fallback bool) {
	person, err := dialog.PersonParser(kind)(row)
	if err != nil {
		return
	}
	const most = 60
	rules := dialog.Rules{Envelope: webhook.Envelope{Kind: kind, URL: "http://app.example/menu"}, MaxRequests: most}
	if fallback {
		rules.FallbackURI = "http://app.example/fallback"
	}
	if kind == webhook.Call {
		rules.StatusURI = "http://app.example/status"
	}
	player, err := dialog.New(rules, []*dialog.Person{person})
	if err != nil {
		return
	}
	judge := webhook.NewJudge(kind)
	writer, err := webhook.NewWriter("token")
	if err != nil {
		t.Fatal(err)
	}
	c := player.Begin(0, begin, [2]uint64{1, 2})
	var next dialog.Next
	asked, statuses := 0, 0
	var r dialog.Request
	check := func(r *dialog.Request) {
		if host := mustParse(t, r.URL).Hostname(); host != "app.example" {
			t.Errorf("%s is asked", r.URL)
		}
		writer.Write(&r.Request, false)
	}
	var total time.Duration
	for ; ; next = c.Answered(judge.Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(document)}, r.TollFree), "", time.Second) {
		if next.Wait < 0 {
			t.Fatalf("%v until the next request", next.Wait)
		}
		total += next.Wait + time.Second
		if next.Status != nil {
			statuses++
			next.Callbacks = append(next.Callbacks, *next.Status)
		}
		for i := range next.Callbacks {
			check(&next.Callbacks[i])
			if next.Callbacks[i].Wait < 0 || next.Callbacks[i].Role != dialog.Callback {
				t.Errorf("%+v is not a callback", next.Callbacks[i])
			}
		}
		if next.Over {
			break
		}
		c.Request(&r)
		check(&r)
		if asked++; asked > 2*most {
			t.Fatalf("more than %d requests", 2*most)
		}
	}
	counts := c.Counts()
	switch {
	case c.Ending() == dialog.Live || c.Ending() > dialog.Endless:
		t.Errorf("it ended %v", c.Ending())
	case (c.Code() != 0) != (c.Ending() == dialog.Failed):
		t.Errorf("%v for code %d", c.Ending(), c.Code())
	case counts.NoTaker > counts.Turns:
		t.Errorf("%+v", counts)
	case kind == webhook.Call && c.Lasted() > 4*time.Hour+2*most*time.Second+4*time.Hour:
		t.Errorf("a call of %v", c.Lasted())
	case kind == webhook.Call && statuses != 1:
		t.Errorf("%d status callbacks", statuses)
	case c.Lasted() > total:
		t.Errorf("it lasted %v, and took %v", c.Lasted(), total)
	}
}

// What does not end in a document is bounded, whatever its size.
func TestLargeDocumentsAreSoonPlayed(t *testing.T) {
	for _, verb := range []string{
		`<Say loop="1000">a</Say>`, `<Gather><Say/></Gather>`, `<Record recordingStatusCallback="/"/>`, `<Dial><Number statusCallback="/"/></Dial>`,
		`<Pause length="0"/>`, `<Enqueue waitUrl=""/>`, `<Sai/>`, `<Say><p><s>a</s></p></Say>`, `<Leave/>`, `<Play loop="1000"/>`, `<Connect/>`,
	} {
		body := "<Response>" + strings.Repeat(verb, (webhook.MaxAnswer-30)/len(verb)) + "</Response>"
		c := newPlayer(t, callRules(), `{}`).Begin(0, begin, [2]uint64{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		next := c.Answered(webhook.NewJudge(webhook.Call).Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(body)}, false), "", 0)
		runtime.ReadMemStats(&after)
		if !next.Over {
			t.Errorf("%s: not over", verb)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
			t.Errorf("%s: reading and playing 64 kB allocates %d bytes", verb, grown)
		}
	}
	nested := "<Response>" + strings.Repeat("<Say>", 5900) + strings.Repeat("</Say>", 5900) + "</Response>"
	c := newPlayer(t, callRules(), `{}`).Begin(0, begin, [2]uint64{})
	if next := c.Answered(webhook.NewJudge(webhook.Call).Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(nested)}, false), "", 0); !next.Over || c.Ending() != dialog.Finished {
		t.Errorf("a document nested 5,900 deep: %v", c.Ending())
	}
}

// 20,000 conversations that wait are to leave room for all else in 400 MiB.
func TestAConversationThatWaitsIsSmall(t *testing.T) {
	const n = 1000
	player := newPlayer(t, callRules(), `{"Then": ["1", "2", "my phone bill, please"]}`)
	judge := webhook.NewJudge(webhook.Call)
	answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(
		`<Response><Gather numDigits="1" action="https://app.example/menu/choice?lang=en&amp;x=1"><Say>Press one.</Say></Gather></Response>`)}
	conversations := make([]*dialog.Conversation, n)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range conversations {
		c := player.Begin(i, begin, [2]uint64{uint64(i), 1})
		if next := c.Answered(judge.Read(answer, false), "", 0); next.Over {
			t.Fatal("it is over")
		}
		conversations[i] = c
	}
	if each := (heap() - before) / n; each > 1500 {
		t.Errorf("a conversation that waits holds %d bytes", each)
	}
	runtime.KeepAlive(conversations)
}

// How long a conversation lasts is what it waited and what answers took.
func TestTheClockIsTheSum(t *testing.T) {
	player := newPlayer(t, callRules(), `{"Then": ["1", "", "yes, please", "2"]}`)
	reading := webhook.NewJudge(webhook.Call).Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(
		`<Response><Say>abc</Say><Gather input="dtmf speech"/><Gather numDigits="1"/></Response>`)}, false)
	rapid.Check(t, func(t *rapid.T) {
		c := player.Begin(0, begin, [2]uint64{})
		var clock time.Duration
		var next dialog.Next
		for !next.Over {
			took := time.Duration(rapid.Int64Range(0, int64(15*time.Second)).Draw(t, "took"))
			clock += next.Wait + took
			next = c.Answered(reading, "", took)
		}
		if clock += next.Wait; c.Lasted() != clock {
			t.Errorf("it lasted %v, and the sum is %v", c.Lasted(), clock)
		}
	})
}

func TestNamesOfEndingsAndRoles(t *testing.T) {
	for e := dialog.Live; e <= dialog.Interrupted; e++ {
		if e.String() == "" {
			t.Errorf("ending %d has no name", e)
		}
	}
	for r := dialog.First; r <= dialog.Callback; r++ {
		if r.String() == "" {
			t.Errorf("role %d has no name", r)
		}
	}
}

// A whole call of four requests, without the network.
func BenchmarkCall(b *testing.B) {
	player := newPlayer(b, callRules(), `{"Then": ["1", "my phone bill, please", "2"]}`)
	judge := webhook.NewJudge(webhook.Call)
	writer, err := webhook.NewWriter("token")
	if err != nil {
		b.Fatal(err)
	}
	answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(
		`<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf speech" numDigits="1" action="/menu/choice"><Say>Press one, please, or say what you want.</Say></Gather></Response>`)}
	b.ReportAllocs()
	var r dialog.Request
	for k := 0; b.Loop(); k++ {
		c := player.Begin(k, begin, [2]uint64{uint64(k), 1})
		for next := (dialog.Next{}); !next.Over; next = c.Answered(judge.Read(answer, false), "", time.Millisecond) {
			c.Request(&r)
			writer.Write(&r.Request, false)
		}
	}
}

func ExampleConversation() {
	person, err := dialog.PersonParser(webhook.Call)(`{"From": "+14155550101", "Then": ["1"]}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	player, err := dialog.New(dialog.Rules{
		Envelope:  webhook.Envelope{Kind: webhook.Call, URL: "https://app.example/menu"},
		StatusURI: "https://app.example/status",
	}, []*dialog.Person{person})
	if err != nil {
		fmt.Println(err)
		return
	}
	answers := map[string]string{
		"POST /menu": `<Response><Gather numDigits="1" action="/one"/></Response>`,
		"POST /one":  `<Response><Say>Goodbye.</Say></Response>`,
	}

	call := player.Begin(0, time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), [2]uint64{1, 2})
	judge := webhook.NewJudge(webhook.Call)
	var next dialog.Next
	for !next.Over {
		var request dialog.Request
		call.Request(&request)
		fmt.Println(next.Wait, request.Role, request.Step)

		reading := judge.Read(webhook.Answer{
			Status: 200, ContentType: []byte("text/xml"), Body: []byte(answers[request.Step]),
		}, request.TollFree)
		next = call.Answered(reading, "", 0)
	}
	fmt.Println(next.Wait, next.Status.Role, next.Status.Step)
	fmt.Println(call.Ending())
	// Output:
	// 0s first POST /menu
	// 2s follow-up POST /one
	// 571.428571ms callback POST /status
	// finished
}
