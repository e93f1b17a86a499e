package relay_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/relay"
)

// rows are callers of all sorts.
var rows = []string{
	`{"Then": ["hello", "bye"]}`,
	`{"Then": ["12w#", "", "thanks", "hangup"]}`,
	`{"Then": [{"after": "300ms", "say": "stop"}, {"after": "2s", "say": "1"}, "bye"]}`,
	`{"Then": [{"after": "0s", "say": "hangup"}]}`,
	`{"Then": [{"SpeechResult": "yes"}, {"Digits": "1"}, {"DialCallStatus": "busy"}]}`,
	`{}`,
}

// nouns are TwiML of all sorts.
var nouns = []string{
	`<ConversationRelay url="wss://app.example/agent"/>`,
	`<ConversationRelay url="wss://app.example/agent" welcomeGreeting="Welcome to the shop." interruptible="none" dtmfDetection="true"/>`,
	`<ConversationRelay url="wss://app.example/agent" welcomeGreeting="Hi" welcomeGreetingInterruptible="false" reportInputDuringAgentSpeech="any" partialPrompts="true" preemptible="true"/>`,
	`<ConversationRelay url="wss://app.example/agent" interruptible="maybe" dtmfDetection="yes" language=""/>`,
}

// messages are what agents send, good and bad.
var messages = []string{
	`{"type": "text", "token": "Hello, "}`, `{"type": "text", "token": "you.", "last": true}`, `{"type": "text", "token": "", "last": true}`,
	`{"type": "text", "token": "no", "interruptible": false, "preemptible": true, "last": true}`,
	`{"type": "text", "token": "ñandú 😀 ", "interruptible": "dtmf"}`,
	`{"type": "play", "source": "https://a.example/a.mp3"}`, `{"type": "play", "source": "https://a.example/a.mp3", "loop": 3, "preemptible": true}`,
	`{"type": "sendDigits", "digits": "1w2"}`, `{"type": "language", "ttsLanguage": "de-DE", "transcriptionLanguage": "de-DE"}`,
	`{"type": "text"}`, `{"type": "what"}`, `[]`, `null`, `{"type": "text", "token": 1}`, `{"type": "play", "source": "a"}`,
}

// Whatever an agent sends, and whenever: time does not stand still, each message
// that is sent can be read, each turn is answered or not once, and the session comes
// to an end that it has counted.
func TestWhateverAnAgentSends(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 1))
		pick := func(from []string) string { return from[random.IntN(len(from))] }
		noun, row := pick(nouns), pick(rows)
		in := open(t, noun, row)
		s := relay.New(relay.Rules{
			Think: time.Duration(random.IntN(3)) * time.Second, Speech: 1 + random.IntN(30), Play: 10 * time.Second,
			Patience: time.Second, Partial: random.IntN(2) == 0,
		}, in)
		now, answers, asked, events := time.Duration(0), 0, 0, 0
		for next := s.Open(0); ; events++ {
			for _, message := range next.Send {
				if !json.Valid(message) {
					t.Fatalf("%s, %s: %s is no JSON", noun, row, message)
				}
			}
			if next.Asked {
				asked++
			}
			if a := next.Answer; a != nil {
				answers++
				if a.Asked > now || a.First < 0 || a.Whole < a.First || a.Answered && a.Asked+a.Whole > now {
					t.Fatalf("%s, %s: at %v there is %+v", noun, row, now, a)
				}
			}
			if next.Over {
				break
			}
			if next.At <= now {
				t.Fatalf("%s, %s: at %v it waits for %v", noun, row, now, next.At)
			}
			if events > 10_000 {
				t.Fatalf("%s, %s: no end", noun, row)
			}
			at := now + time.Duration(random.IntN(4000))*time.Millisecond
			switch n := random.IntN(100); {
			case n < 60 && at < next.At:
				now = at
				next = s.Received(now, []byte(pick(messages)))
			case n == 60 && at < next.At:
				now = at
				next = s.Closed(now, random.IntN(2) == 0)
			case n == 61 && at < next.At:
				now = at
				next = s.Received(now, []byte(`{"type": "end"}`))
			case n == 62 && at < next.At:
				now = at
				next = s.HangUp(now)
			default:
				now = next.At
				next = s.Wake(now)
			}
		}
		end := s.End()
		if end.Ending == dialog.SessionLive || answers != asked || end.Turns > len(in.Turns) || end.NoTaker > end.Turns ||
			asked > end.Turns || end.Ending == dialog.SessionFinished && end.Turns != len(in.Turns) || end.Lasted != now {
			t.Fatalf("%s, %s: %+v, %d turns asked, %d answers, at %v", noun, row, end, asked, answers, now)
		}
	}
}

// No message makes the session stumble, and what is not of the form is told of.
func FuzzReceived(f *testing.F) {
	for _, message := range messages {
		f.Add(message)
	}
	f.Add(`{"type": "end", "handoffData": "x"}`)
	f.Fuzz(func(t *testing.T, message string) {
		s := relay.New(relay.Rules{Think: time.Second, Speech: 10, Play: time.Second, Patience: time.Second}, open(t, nouns[0], rows[0]))
		s.Open(0)
		next := s.Received(time.Millisecond, []byte(message))
		told := len(next.Send) > 0 && strings.Contains(string(next.Send[0]), `"type":"error"`)
		if told != (s.Rejected() == 1) {
			t.Errorf("%q: told %v, counted %d", message, told, s.Rejected())
		}
		var m struct{ Type string }
		if s.Rejected() == 0 && json.Unmarshal([]byte(message), &m) != nil {
			t.Errorf("%q is taken", message)
		}
		if len(next.Send) > 0 && !json.Valid(next.Send[0]) {
			t.Errorf("%q: %s is no JSON", message, next.Send[0])
		}
	})
}

// An agent that talks on is not kept: neither its words nor their parts.
func TestWordsWithoutEndAreNotKept(t *testing.T) {
	s := relay.New(relay.Rules{Think: time.Second, Speech: 10, Play: time.Second, Patience: time.Second},
		open(t, nouns[0], `{"Then": ["hello", {"after": "1h", "say": "stop"}]}`))
	now := s.Open(0).At
	now = s.Wake(now).At
	s.Wake(now)
	for i := range 200_000 {
		next := s.Received(now+time.Duration(i)*time.Millisecond, fmt.Appendf(nil, `{"type": "text", "token": "word %d ", "interruptible": %v}`, i, i%2 == 0))
		if next.Over {
			t.Fatalf("after %d messages it is over: %+v", i, s.End())
		}
	}
	if next := s.Wake(now + 2*time.Hour); len(next.Send) != 1 || len(next.Send[0]) > 20_000 {
		t.Errorf("the interrupt has %d bytes", len(next.Send[0]))
	}
}
