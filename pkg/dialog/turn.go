package dialog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// A Turn is what a person does next.
type Turn struct {
	Kind   TurnKind
	Text   string      // of keys and speech; of audio the name of its file
	Fields webhook.Row // of an object

	CutsIn bool          // in a session: while the agent talks
	After  time.Duration // so long after it began to talk
}

// A TurnKind says how a person does it.
type TurnKind uint8

// The kinds of turns.
const (
	TurnSilence TurnKind = iota
	TurnKeys
	TurnSpeech
	TurnHangUp
	TurnFields
	TurnAudio
)

func parseTurns(list json.RawMessage, kind webhook.Kind) ([]Turn, error) {
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
	turns := make([]Turn, len(entries))
	for i, entry := range entries {
		t, err := parseTurn(entry, kind)
		if err == nil && i > 0 && turns[i-1].Kind == TurnHangUp {
			err = errors.New("nothing can follow a hang-up")
		}
		if err != nil {
			return nil, fmt.Errorf("turn %d: %w", i+1, err)
		}
		turns[i] = t
	}
	return turns, nil
}

func parseTurn(entry json.RawMessage, kind webhook.Kind) (Turn, error) {
	text := string(entry)
	switch entry[0] {
	case '{':
		row, then, err := webhook.ParsePerson(text)
		if err == nil && kind == webhook.Call {
			err = nearMiss(row, cutInAfter, cutInSay, audio)
		}
		switch {
		case err != nil:
		case then != nil:
			err = fmt.Errorf("%q is for the row", webhook.Then)
		case len(row) == 0:
			err = errors.New(`an object without fields says nothing; write "" for silence`)
		case kind == webhook.Call && isCutIn(row):
			return parseCutIn(row)
		case kind == webhook.Call && isAudio(row):
			return parseAudio(row)
		}
		return Turn{Kind: TurnFields, Fields: row}, err
	case '"':
		if err := json.Unmarshal(entry, &text); err != nil {
			return Turn{}, err // not of valid JSON
		}
	case '[', 'n', 't', 'f':
		return Turn{}, fmt.Errorf("%.20s is neither text nor an object of fields", text)
	}
	if kind == webhook.Chat {
		return Turn{Kind: TurnFields, Fields: webhook.Row{{Name: "Body", Value: text}}}, nil
	}
	return parseCallTurn(text)
}

func parseCallTurn(text string) (Turn, error) {
	switch {
	case text == "":
		return Turn{Kind: TurnSilence}, nil
	case text == "hangup":
		return Turn{Kind: TurnHangUp}, nil
	case isNearlyHangUp(text):
		return Turn{}, fmt.Errorf(`%q is nearly "hangup": write that, or {"SpeechResult": %q} for what is spoken`, text, text)
	case isKeyed(text):
		return Turn{Kind: TurnKeys, Text: text}, nil
	}
	return Turn{Kind: TurnSpeech, Text: text}, nil
}

const (
	cutInAfter = "after"
	cutInSay   = "say"
	audio      = "audio"
)

func isAudio(row webhook.Row) bool {
	_, is := row.Get(audio)
	return is
}

// parseAudio reads the turn of a person who says what is in a file.
func parseAudio(row webhook.Row) (Turn, error) {
	name := row.Value(audio)
	switch {
	case len(row) > 1:
		return Turn{}, fmt.Errorf(`%q goes alone, or with %q`, audio, cutInAfter)
	case name == "":
		return Turn{}, fmt.Errorf(`%q must name a WAV file`, audio)
	}
	return Turn{Kind: TurnAudio, Text: name}, nil
}

// nearMiss returns an error if the name of a field is one of these but for its case:
// it would be taken for a field of Twilio's.
func nearMiss(row webhook.Row, names ...string) error {
	for _, f := range row {
		for _, name := range names {
			if f.Name != name && strings.EqualFold(f.Name, name) {
				return fmt.Errorf("%q is nearly %q: write that", f.Name, name)
			}
		}
	}
	return nil
}

func isCutIn(row webhook.Row) bool {
	_, after := row.Get(cutInAfter)
	_, say := row.Get(cutInSay)
	return after || say
}

// parseCutIn reads the turn of a person who cuts in.
func parseCutIn(row webhook.Row) (Turn, error) {
	says := cutInSay
	if isAudio(row) {
		says = audio
	}
	for _, f := range row {
		if f.Name != cutInAfter && f.Name != says {
			return Turn{}, fmt.Errorf(`%q does not go with %q and %q`, f.Name, cutInAfter, says)
		}
	}
	after, err := time.ParseDuration(row.Value(cutInAfter))
	if err != nil || after < 0 {
		return Turn{}, fmt.Errorf(`%q must be a time such as "1.2s": so long after the agent began to talk`, cutInAfter)
	}
	var t Turn
	if says == audio {
		t, err = parseAudio(row[slices.IndexFunc(row, func(f webhook.Field) bool { return f.Name == audio }):][:1])
	} else if t, err = parseCallTurn(row.Value(cutInSay)); err == nil && t.Kind == TurnSilence {
		err = fmt.Errorf(`%q must be what is said, keyed, or "hangup"`, cutInSay)
	}
	t.CutsIn, t.After = true, after
	return t, err
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
	return strings.Trim(text, Keypad+"w") == "" && strings.ContainsAny(text, Keypad)
}

// Keypad is the keys of a telephone.
const Keypad = "0123456789*#"
