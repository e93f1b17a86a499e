package dialog_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/internal/transcripttest"
	"call-load-tester/pkg/webhook"

	"pgregory.net/rapid"
)

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
