package dialog

import (
	"slices"
	"strings"

	"call-load-tester/pkg/webhook"
)

// A Person is a row of a run of calls or chats.
type Person struct {
	first webhook.Row
	turns []Turn

	// Of a call, prepared: the fields of all its requests, sorted by name, so that
	// signing need not sort them. A CallSid that is new in each call is freshCallSID.
	fields webhook.Row
	// Of a chat, prepared: the rows of its messages.
	messages []webhook.Row
	hasFrom  bool
}

// First returns the fields of the row, without the turns.
func (p *Person) First() webhook.Row { return p.first }

// PersonParser returns what reads the line of a person, for
// [webhook.ParseLines]: a row as [webhook.ParseRow] reads it whose field "Then"
// is a list of turns.
//
// A turn is text or an object of fields. In a call, text of 0–9 * # is keyed,
// with w for half a second; "" is silence, "hangup" hangs up, and any other text
// is spoken. {"after": "1.2s", "say": "stop"} does so when a voice agent has
// talked for so long. {"audio": "hello.wav"} says what is in a WAV file, to a
// Stream; {"after": "1.2s", "audio": "stop.wav"} cuts in with it. In a chat text
// is the body of the next message.
func PersonParser(kind webhook.Kind) func(line string) (*Person, error) {
	return func(line string) (*Person, error) {
		first, then, err := webhook.ParsePerson(line)
		if err == nil {
			err = nearMiss(first, webhook.Then)
		}
		if err != nil {
			return nil, err
		}
		turns, err := parseTurns(then, kind)
		if err != nil {
			return nil, err
		}
		return &Person{first: first, turns: turns}, nil
	}
}

// Audio returns the names of the files that the person's turns name.
func (p *Person) Audio() (names []string) {
	for _, t := range p.turns {
		if t.Kind == TurnAudio {
			names = append(names, t.Text)
		}
	}
	return names
}

// freshCallSID is what a new call's SID begins with.
const freshCallSID = "CA"

// prepared returns the person with what its conversations share.
func (p Person) prepared(e webhook.Envelope) *Person {
	if e.Kind == webhook.Chat {
		p.messages = p.allMessages()
		_, p.hasFrom = p.first.Get("From")
		return &p
	}
	p.fields = e.Request(p.first, "").Fields
	slices.SortStableFunc(p.fields, byName)
	return &p
}

func byName(a, b webhook.Field) int { return strings.Compare(a.Name, b.Name) }

// allMessages returns the rows of the messages that a chat's person sends. What
// describes the first message alone is not in those that follow.
func (p *Person) allMessages() []webhook.Row {
	var sender webhook.Row
	for _, f := range p.first {
		if !isOfOneMessage(f.Name) {
			sender = append(sender, f)
		}
	}
	messages := []webhook.Row{p.first}
	for _, t := range p.turns {
		messages = append(messages, replaced(sender, t.Fields))
	}
	return messages
}

// pair returns the numbers between which message i of a chat goes. from is the
// sender of a row that names none.
func (p *Person) pair(i int, from string) string {
	if given, ok := p.messages[i].Get("From"); ok {
		from = given
	}
	return from + " " + p.messages[i].Value("To")
}

func isOfOneMessage(field string) bool {
	switch field {
	case "Body", "MessageSid", "SmsSid", "SmsMessageSid", "SmsStatus", "NumMedia", "NumSegments":
		return true
	}
	return strings.HasPrefix(field, "MediaUrl") || strings.HasPrefix(field, "MediaContentType")
}

// replaced returns the fields of row, with those of others added, and in the
// place of those of the same name.
func replaced(row, others webhook.Row) webhook.Row {
	all := make(webhook.Row, 0, len(row)+len(others))
	for _, f := range row {
		if _, other := others.Get(f.Name); !other {
			all = append(all, f)
		}
	}
	return append(all, others...)
}
