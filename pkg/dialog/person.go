package dialog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"call-load-tester/pkg/webhook"
)

// A Person is a row of a run of calls or chats.
type Person struct {
	first webhook.Row
	turns []turn

	// Of a call, prepared: the fields of all its requests, sorted by name, so that
	// signing need not sort them. A CallSid that is new in each call is freshCallSID.
	fields webhook.Row
	// Of a chat, prepared: the rows of its messages.
	messages []webhook.Row
	hasFrom  bool
}

// Numbers returns who begins the conversation, and with whom, as far as the row
// says so; given reports whether it says who.
func (p *Person) Numbers() (from, to string, given bool) {
	from, given = p.first.Get("From")
	to, _ = p.first.Get("To")
	return from, to, given
}

// PersonParser returns what reads the line of a person, for
// [webhook.ParseLines]: a row as [webhook.ParseRow] reads it whose field "Then"
// is a list of turns.
//
// A turn is text or an object of fields. In a call, text of 0–9 * # is keyed,
// with w for half a second; "" is silence, "hangup" hangs up, and any other text
// is spoken. In a chat it is the body of the next message.
func PersonParser(kind webhook.Kind) func(line string) (*Person, error) {
	return func(line string) (*Person, error) {
		first, then, err := webhook.ParsePerson(line)
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

// A turn is what a person does next.
type turn struct {
	kind   turnKind
	text   string      // of keys and speech
	fields webhook.Row // of an object
}

type turnKind uint8

const (
	turnSilence turnKind = iota
	turnKeys
	turnSpeech
	turnHangUp
	turnFields
)

func parseTurns(list json.RawMessage, kind webhook.Kind) ([]turn, error) {
	var entries []json.RawMessage
	switch {
	case list == nil:
		return nil, nil
	case list[0] != '[':
		return nil, fmt.Errorf(`%q must be a list of turns, such as ["1", "", "hangup"]`, webhook.Then)
	}
	if err := json.Unmarshal(list, &entries); err != nil {
		return nil, err // not of valid JSON, which it is
	}
	turns := make([]turn, len(entries))
	for i, entry := range entries {
		t, err := parseTurn(entry, kind)
		if err == nil && i > 0 && turns[i-1].kind == turnHangUp {
			err = errors.New("nothing can follow a hang-up")
		}
		if err != nil {
			return nil, fmt.Errorf("turn %d: %w", i+1, err)
		}
		turns[i] = t
	}
	return turns, nil
}

func parseTurn(entry json.RawMessage, kind webhook.Kind) (turn, error) {
	text := string(entry)
	switch entry[0] {
	case '{':
		row, then, err := webhook.ParsePerson(text)
		switch {
		case err != nil:
		case then != nil:
			err = fmt.Errorf("%q is for the row", webhook.Then)
		case len(row) == 0:
			err = errors.New(`an object without fields says nothing; write "" for silence`)
		}
		return turn{kind: turnFields, fields: row}, err
	case '"':
		if err := json.Unmarshal(entry, &text); err != nil {
			return turn{}, err // not of valid JSON
		}
	case '[', 'n', 't', 'f':
		return turn{}, fmt.Errorf("%.20s is neither text nor an object of fields", text)
	}
	if kind == webhook.Chat {
		return turn{kind: turnFields, fields: webhook.Row{{Name: "Body", Value: text}}}, nil
	}
	return parseCallTurn(text)
}

func parseCallTurn(text string) (turn, error) {
	switch {
	case text == "":
		return turn{kind: turnSilence}, nil
	case text == "hangup":
		return turn{kind: turnHangUp}, nil
	case isNearlyHangUp(text):
		return turn{}, fmt.Errorf(`%q is nearly "hangup": write that, or {"SpeechResult": %q} for what is spoken`, text, text)
	case isKeyed(text):
		return turn{kind: turnKeys, text: text}, nil
	}
	return turn{kind: turnSpeech, text: text}, nil
}

// isNearlyHangUp reports whether a text is "hangup" but for spaces, signs and
// capital letters.
func isNearlyHangUp(text string) bool {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(text))
	return letters == "hangup" || letters == "hungup"
}

// isKeyed reports whether a text is of keys and pauses, with one key at least.
func isKeyed(text string) bool {
	return strings.Trim(text, keypad+"w") == "" && strings.ContainsAny(text, keypad)
}

const keypad = "0123456789*#"

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
		messages = append(messages, replaced(sender, t.fields))
	}
	return messages
}

// pair returns the numbers between which message i of a chat goes. from is the
// sender of a row that names none.
func (p *Person) pair(i int, from string) string {
	if given, ok := p.messages[i].Get("From"); ok {
		from = given
	}
	return from + " " + value(p.messages[i], "To")
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
