package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Field is one form field of a webhook request. Values are not encoded.
type Field struct {
	Name, Value string
}

// A Row is the fields of one webhook request, in the order they are sent. A
// name may appear more than once, though Twilio's validators disagree about
// such requests.
type Row []Field

// Get returns the first value of name, and whether the row has one.
func (r Row) Get(name string) (value string, ok bool) {
	for _, f := range r {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// Value returns the first value of name; empty if the row has none.
func (r Row) Value(name string) string {
	value, _ := r.Get(name)
	return value
}

// isSID reports whether a field names the message or the call of its request.
func (f Field) isSID() bool { return f.Name == "MessageSid" || f.Name == "CallSid" }

// SID returns that of the message or the call; empty if the row has none.
func (r Row) SID() string {
	for _, f := range r {
		if f.isSID() {
			return f.Value
		}
	}
	return ""
}

// ParseRow reads a row written in JSON: either an object
//
//	{"Body": "4566", "From": "+15551234567"}
//
// or a list of names and values
//
//	[{"name": "Body", "value": "4566"}, {"name": "From", "value": "+15551234567"}]
//
// Numbers and booleans become their text, as written. Nested values, null, and
// names that are empty or, in an object, given twice are errors.
func ParseRow(text string) (Row, error) {
	row, _, err := parseRow(text, "")
	return row, err
}

// Then is the name of a person's turns in a row; see [ParsePerson].
const Then = "Then"

// ParsePerson reads the row of a person: one whose field [Then] holds any JSON
// that is not null. It is returned as written, and nil if there is none.
func ParsePerson(text string) (first Row, then json.RawMessage, err error) {
	return parseRow(text, Then)
}

// parseRow reads a row. The value of the field of that name is returned apart.
func parseRow(text, apart string) (Row, json.RawMessage, error) {
	if !utf8.ValidString(text) {
		return nil, nil, errors.New("the row is not valid UTF-8")
	}
	p := rowParser{dec: json.NewDecoder(strings.NewReader(text)), apart: apart, row: Row{}}
	err := p.parse()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		err = fmt.Errorf("not valid JSON at character %d: %w", character(text), syntax)
	}
	if err != nil {
		return nil, nil, err
	}
	return p.row, p.value, nil
}

// A rowParser reads one row.
type rowParser struct {
	dec   *json.Decoder
	row   Row
	apart string          // the name of a field that is not the row's, if any
	value json.RawMessage // what it holds
}

func (p *rowParser) parse() error {
	start, err := p.dec.Token()
	switch {
	case err != nil:
		err = badJSON(err)
	case start == json.Delim('{'):
		err = p.parseObject()
	case start == json.Delim('['):
		err = p.parseList()
	default:
		err = errors.New("a row is a JSON object or a list of names and values")
	}
	if err != nil {
		return err
	}
	if _, err := p.dec.Token(); err != io.EOF {
		return errors.New("there is more text after the row")
	}
	return nil
}

// parseObject reads the rest of an object, whose brace is already read.
func (p *rowParser) parseObject() error {
	given := map[string]bool{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return badJSON(err)
		}
		var raw json.RawMessage
		if err := p.dec.Decode(&raw); err != nil {
			return badJSON(err)
		}
		name := token.(string)
		if err := p.add(name, raw); err != nil {
			return err
		}
		if given[name] {
			return fmt.Errorf("%q is given twice", name)
		}
		given[name] = true
	}
	_, err := p.dec.Token()
	return badJSON(err)
}

// parseList reads the rest of a list, whose bracket is already read.
func (p *rowParser) parseList() error {
	p.dec.DisallowUnknownFields()
	for n := 1; p.dec.More(); n++ {
		var entry struct {
			Name  *string
			Value json.RawMessage
		}
		err := p.dec.Decode(&entry)
		if isBadJSON(err) {
			return badJSON(err)
		}
		if err != nil || entry.Name == nil || entry.Value == nil {
			return fmt.Errorf(`entry %d of the list needs a "name" and a "value", and no more; a list is one row`, n)
		}
		if p.value != nil && *entry.Name == p.apart {
			return fmt.Errorf("%q is given twice", p.apart)
		}
		if err := p.add(*entry.Name, entry.Value); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return badJSON(err)
}

func (p *rowParser) add(name string, raw json.RawMessage) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case name == "":
		return errors.New("a field has an empty name")
	case raw[0] == 'n':
		return fmt.Errorf(`the value of %q is null; write "" for an empty value`, name)
	case name == p.apart:
		p.value = raw
		return nil
	case name == Then && raw[0] == '[':
		return fmt.Errorf("%q is a list of turns: they need [Load] Kind = %v or %v", name, Call, Chat)
	case p.apart != "" && raw[0] == '[':
		return fmt.Errorf("the value of %q is a list; the list of turns is %q", name, p.apart)
	case raw[0] == '{', raw[0] == '[':
		return fmt.Errorf("the value of %q is nested; a form field holds text, a number or a boolean", name)
	}
	text := string(raw)
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return badJSON(err)
		}
	}
	p.row = append(p.row, Field{name, text})
	return nil
}

// badJSON says what is wrong with a row's JSON. Syntax errors stay as they are:
// their offsets are not the row's.
func badJSON(err error) error {
	if isCutOff(err) {
		return errors.New("not valid JSON: the row ends too early")
	}
	return err
}

// isBadJSON reports whether an error is of JSON itself, not of what it holds.
func isBadJSON(err error) bool {
	var syntax *json.SyntaxError
	return isCutOff(err) || errors.As(err, &syntax)
}

func isCutOff(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// character returns where a text stops being JSON, counted in characters from 1.
func character(text string) int {
	var whole json.RawMessage
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(text), &whole), &syntax) {
		return 1
	}
	return utf8.RuneCountInString(text[:max(0, min(int(syntax.Offset), len(text))-1)]) + 1
}
