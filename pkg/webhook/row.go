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
	if !utf8.ValidString(text) {
		return nil, errors.New("the row is not valid UTF-8")
	}
	dec := json.NewDecoder(strings.NewReader(text))
	start, err := dec.Token()
	var row Row
	switch {
	case err != nil:
		err = badJSON(err)
	case start == json.Delim('{'):
		row, err = parseObject(dec)
	case start == json.Delim('['):
		row, err = parseList(dec)
	default:
		err = errors.New("a row is a JSON object or a list of names and values")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return nil, fmt.Errorf("not valid JSON at character %d: %w", character(text), syntax)
	}
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("there is more text after the row")
	}
	return row, nil
}

// parseObject reads the rest of an object, whose brace is already read.
func parseObject(dec *json.Decoder) (Row, error) {
	row := Row{}
	given := map[string]bool{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, badJSON(err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, badJSON(err)
		}
		field, err := newField(name.(string), raw)
		if err != nil {
			return nil, err
		}
		if given[field.Name] {
			return nil, fmt.Errorf("%q is given twice", field.Name)
		}
		given[field.Name] = true
		row = append(row, field)
	}
	_, err := dec.Token()
	return row, badJSON(err)
}

// parseList reads the rest of a list, whose bracket is already read.
func parseList(dec *json.Decoder) (Row, error) {
	row := Row{}
	dec.DisallowUnknownFields()
	for dec.More() {
		var entry struct {
			Name  *string
			Value json.RawMessage
		}
		err := dec.Decode(&entry)
		var otherType *json.UnmarshalTypeError
		if err != nil && !errors.As(err, &otherType) {
			return nil, badJSON(err)
		}
		if otherType != nil || entry.Name == nil || entry.Value == nil {
			return nil, fmt.Errorf(`entry %d of the list needs a "name" and a "value"`, len(row)+1)
		}
		field, err := newField(*entry.Name, entry.Value)
		if err != nil {
			return nil, err
		}
		row = append(row, field)
	}
	_, err := dec.Token()
	return row, badJSON(err)
}

func newField(name string, raw json.RawMessage) (Field, error) {
	if name == "" {
		return Field{}, errors.New("a field has an empty name")
	}
	switch raw = bytes.TrimSpace(raw); raw[0] {
	case '{', '[':
		return Field{}, fmt.Errorf("the value of %q is nested; a form field holds text, a number or a boolean", name)
	case 'n':
		return Field{}, fmt.Errorf(`the value of %q is null; write "" for an empty value`, name)
	case '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return Field{}, badJSON(err)
		}
		return Field{name, text}, nil
	default:
		return Field{name, string(raw)}, nil
	}
}

// badJSON says what is wrong with a row's JSON. Syntax errors stay as they are:
// their offsets are not the row's.
func badJSON(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil, errors.As(err, &syntax):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not valid JSON: the row ends too early")
	default:
		return fmt.Errorf("not a row: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
}

// character returns where a text stops being JSON, counted in characters from 1.
func character(text string) int {
	var whole json.RawMessage
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(text), &whole), &syntax) {
		return 1
	}
	return utf8.RuneCountInString(text[:max(0, min(int(syntax.Offset), len(text))-1)]) + 1
}
