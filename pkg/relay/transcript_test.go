package relay_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/internal/transcripttest"
	"call-load-tester/pkg/relay"
	"call-load-tester/pkg/webhook"

	"github.com/cockroachdb/datadriven"
)

// The transcripts in testdata say, one promise each, what a caller does and what
// an agent sends, and what that makes Twilio send, and when. go test ./pkg/relay
// -rewrite writes what follows ---- anew.
//
// A transcript begins with session, and options:
//
//	think=2s, speech=10, play=10s, patience=5s, partial
//
// Then come the noun, the row, and what the agent sends, a message a line, after
// the time when it comes. Instead of a message there may stand
//
//	close    a WebSocket close in good order
//	break    the end of the connection
//	reject   a message that is no text
//	stop     the run is stopped
func TestTranscripts(t *testing.T) {
	transcripttest.Run(t, play)
}

// A transcript tells what it promises, and which page says so, or that none does.
func TestTranscriptsSayWhy(t *testing.T) { transcripttest.CheckSources(t, `session`, 25) }

// open returns the session that a document with that noun opens for a row.
func open(t testing.TB, noun, row string) *dialog.Session {
	t.Helper()
	person, err := dialog.PersonParser(webhook.Call)(row)
	if err != nil {
		t.Fatal(err)
	}
	player, err := dialog.New(dialog.Rules{Envelope: webhook.Envelope{Kind: webhook.Call, URL: "https://app.example/voice"}}, []*dialog.Person{person})
	if err != nil {
		t.Fatal(err)
	}
	c := player.Begin(0, time.Unix(0, 0), [2]uint64{1, 2})
	document := "<Response><Connect>" + noun + "</Connect></Response>"
	answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(document)}
	next := c.Answered(webhook.NewJudge(webhook.Call).Read(answer, false), "", 0)
	if next.Session == nil {
		t.Fatalf("%s opens no session", document)
	}
	return next.Session
}

// An event is something that the agent does.
type event struct {
	at   time.Duration
	what string
}

func play(t *testing.T, d *datadriven.TestData) string {
	rules := relay.Rules{Think: 2 * time.Second, Speech: 10, Play: 10 * time.Second, Patience: 5 * time.Second}
	for _, arg := range d.CmdArgs {
		value := strings.Join(arg.Vals, ",")
		switch arg.Key {
		case "speech":
			rules.Speech, _ = strconv.Atoi(value)
		case "think":
			rules.Think = duration(t, value)
		case "play":
			rules.Play = duration(t, value)
		case "patience":
			rules.Patience = duration(t, value)
		case "partial":
			rules.Partial = true
		default:
			t.Fatalf("%s: there is no option %s", d.Pos, arg.Key)
		}
	}
	lines := strings.Split(strings.ReplaceAll(d.Input, "\n ", " "), "\n")
	s := relay.New(rules, open(t, lines[0], lines[1]))
	var events []event
	for _, line := range lines[2:] {
		at, what, _ := strings.Cut(line, " ")
		events = append(events, event{duration(t, at), what})
	}

	var out strings.Builder
	now := time.Duration(0)
	for next := s.Open(0); ; {
		for _, message := range next.Send {
			fmt.Fprintf(&out, "%v %s\n", now, transcripttest.WithoutSIDs(string(message)))
		}
		if i := next.Interruption; i != nil {
			fmt.Fprintf(&out, "%v interrupted at %v, talked on for %v\n", now, i.At, i.TalkedOn)
		}
		if a := next.Answer; a != nil {
			fmt.Fprintf(&out, "%v answer to %v: %s\n", now, a.Asked, answerText(a))
		}
		if next.Over {
			break
		}
		if len(events) > 0 && events[0].at <= next.At {
			now = events[0].at
			next = tell(s, now, events[0].what)
			events = events[1:]
			continue
		}
		now = next.At
		next = s.Wake(now)
	}
	end := s.End()
	fmt.Fprintf(&out, "%v %v", now, end.Ending)
	if end.Code != 0 {
		fmt.Fprintf(&out, ", %d", end.Code)
	}
	if end.HandoffData != "" {
		fmt.Fprintf(&out, ", handoff %s", end.HandoffData)
	}
	fmt.Fprintf(&out, ", turns %d", end.Turns)
	if end.NoTaker > 0 {
		fmt.Fprintf(&out, ", without taker %d", end.NoTaker)
	}
	if n := s.Rejected(); n > 0 {
		fmt.Fprintf(&out, ", invalid messages %d", n)
	}
	return out.String() + "\n"
}

func tell(s *relay.Session, at time.Duration, what string) dialog.SessionNext {
	switch what {
	case "close":
		return s.Closed(at, true)
	case "break":
		return s.Closed(at, false)
	case "reject":
		return s.Reject(at, "it is no text")
	case "stop":
		return s.HangUp(at)
	}
	return s.Received(at, []byte(what))
}

func answerText(a *dialog.Answer) string {
	text := "none"
	if a.Answered {
		text = fmt.Sprintf("first %v, whole %v, tokens %d", a.First, a.Whole, a.Tokens)
		switch {
		case a.Cut:
			text += ", cut"
		case !a.Finished:
			text += ", unfinished"
		}
	}
	if a.HandedOff {
		text += ", handed off"
	}
	if a.Late {
		text += ", late"
	}
	return text
}

func duration(t testing.TB, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
