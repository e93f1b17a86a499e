package relay

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"call-load-tester/pkg/dialog"
)

// What Twilio sends. CR, getting messages from Twilio.

type setup struct {
	Type             string            `json:"type"`
	SessionID        string            `json:"sessionId"`
	AccountSID       string            `json:"accountSid"`
	ParentCallSID    string            `json:"parentCallSid"`
	CallSID          string            `json:"callSid"`
	From             string            `json:"from"`
	To               string            `json:"to"`
	ForwardedFrom    string            `json:"forwardedFrom"`
	CallType         string            `json:"callType"`
	CallerName       string            `json:"callerName"`
	Direction        string            `json:"direction"`
	CallStatus       string            `json:"callStatus"`
	CustomParameters map[string]string `json:"customParameters,omitempty"`
}

type prompt struct {
	Type        string `json:"type"`
	VoicePrompt string `json:"voicePrompt"`
	Lang        string `json:"lang"`
	Last        bool   `json:"last"`
}

type dtmf struct {
	Type  string `json:"type"`
	Digit string `json:"digit"`
}

type interrupt struct {
	Type                     string `json:"type"`
	UtteranceUntilInterrupt  string `json:"utteranceUntilInterrupt"`
	DurationUntilInterruptMS int64  `json:"durationUntilInterruptMs"`
}

type failure struct {
	Type        string `json:"type"`
	Description string `json:"description"`
}

// encode returns a message as it is sent.
func encode(message any) []byte {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		panic(err) // texts, numbers and a map of texts
	}
	return []byte(strings.TrimSuffix(text.String(), "\n"))
}

// A message is one of the agent's. CR, sending messages to Twilio.
type message struct {
	Type          string          `json:"type"`
	Token         *string         `json:"token"`
	Last          bool            `json:"last"`
	Lang          *string         `json:"lang"`
	Interruptible json.RawMessage `json:"interruptible"`
	Preemptible   json.RawMessage `json:"preemptible"`
	Source        *string         `json:"source"`
	Loop          *int            `json:"loop"`
	Digits        *string         `json:"digits"`
	TTSLanguage   *string         `json:"ttsLanguage"`
	Transcription *string         `json:"transcriptionLanguage"`
	HandoffData   *string         `json:"handoffData"`

	interruptible *interruptible // nil: as the noun says
	preemptible   *bool          // likewise
}

// maxLoop is how often media is played that repeats without an end. CR: "0 …
// 1000 times".
const maxLoop = 1000

// decode reads a message. The error says why Twilio would not process it: error
// dictionary 64107, "Invalid message received".
func decode(text []byte) (m message, err error) {
	if err := dialog.ReadMessage(text, &m); err != nil {
		return m, err
	}
	switch m.Type {
	case "text":
		if m.Token == nil {
			return m, errors.New("text lacks its token")
		}
	case "play":
		if m.Source == nil || !strings.Contains(*m.Source, "://") {
			return m, errors.New("play lacks the URL of its source")
		}
		if m.Loop != nil && *m.Loop < 0 {
			return m, errors.New("loop is below 0")
		}
	case "sendDigits":
		if m.Digits == nil || *m.Digits == "" || strings.Trim(*m.Digits, dialog.Keypad+"wW") != "" {
			return m, errors.New("sendDigits lacks digits of 0-9 * # w")
		}
	case "language":
		if m.TTSLanguage == nil && m.Transcription == nil {
			return m, errors.New("language names neither ttsLanguage nor transcriptionLanguage")
		}
	case "end":
	case "":
		return m, errors.New("it lacks its type")
	default:
		return m, fmt.Errorf("there is no type %.40q", m.Type)
	}
	if m.Interruptible != nil {
		i, ok := parseInterruptible(strings.Trim(string(m.Interruptible), `"`))
		if !ok {
			return m, errors.New("interruptible is neither true, false, none, dtmf, speech nor any")
		}
		m.interruptible = &i
	}
	if m.Preemptible != nil {
		yes, ok := parseBool(strings.Trim(string(m.Preemptible), `"`))
		if !ok {
			return m, errors.New("preemptible is neither true nor false")
		}
		m.preemptible = &yes
	}
	return m, nil
}

// interruptible says what interrupts the agent. NOUN, interruptible: none, dtmf,
// speech or any; true stands for any, and false for none.
type interruptible struct{ speech, keys bool }

func parseInterruptible(text string) (i interruptible, ok bool) {
	switch strings.ToLower(text) {
	case "any", "true":
		return interruptible{true, true}, true
	case "speech":
		return interruptible{speech: true}, true
	case "dtmf":
		return interruptible{keys: true}, true
	case "none", "false":
		return interruptible{}, true
	}
	return i, false
}

// interruptibleOrAny returns any for what is not given, or not of the form.
func interruptibleOrAny(text string) interruptible {
	if i, ok := parseInterruptible(text); ok {
		return i
	}
	return interruptible{true, true}
}

func parseBool(text string) (yes, ok bool) {
	yes = strings.EqualFold(text, "true")
	return yes, yes || strings.EqualFold(text, "false")
}
