package mediastream

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"call-load-tester/pkg/dialog"
)

// What Twilio sends. MS, messages from Twilio. The sequence number counts all
// messages but the first, as text.

type start struct {
	Event     string       `json:"event"`
	Sequence  string       `json:"sequenceNumber"`
	Start     startDetails `json:"start"`
	StreamSID string       `json:"streamSid"`
}

type startDetails struct {
	AccountSID       string            `json:"accountSid"`
	StreamSID        string            `json:"streamSid"`
	CallSID          string            `json:"callSid"`
	Tracks           []string          `json:"tracks"`
	MediaFormat      mediaFormat       `json:"mediaFormat"`
	CustomParameters map[string]string `json:"customParameters"`
}

type mediaFormat struct {
	Encoding   string `json:"encoding"`
	SampleRate int    `json:"sampleRate"`
	Channels   int    `json:"channels"`
}

type keyPressed struct {
	Event     string     `json:"event"`
	StreamSID string     `json:"streamSid"`
	Sequence  string     `json:"sequenceNumber"`
	DTMF      keyDetails `json:"dtmf"`
}

type keyDetails struct {
	Track string `json:"track"`
	Digit string `json:"digit"`
}

type marked struct {
	Event     string      `json:"event"`
	Sequence  string      `json:"sequenceNumber"`
	StreamSID string      `json:"streamSid"`
	Mark      markDetails `json:"mark"`
}

type markDetails struct {
	Name string `json:"name"`
}

type stop struct {
	Event     string      `json:"event"`
	Sequence  string      `json:"sequenceNumber"`
	Stop      stopDetails `json:"stop"`
	StreamSID string      `json:"streamSid"`
}

type stopDetails struct {
	AccountSID string `json:"accountSid"`
	CallSID    string `json:"callSid"`
}

const connected = `{"event":"connected","protocol":"Call","version":"1.0.0"}`

// encode returns a message as it is sent.
func encode(message any) []byte {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err) // texts, numbers and a map of texts
	}
	return text
}

// media returns a media message. These are nearly all that is sent, which is why
// they are not encoded like the others.
func media(sequence int, track string, chunk int, at time.Duration, payload, streamSID string) []byte {
	m := make([]byte, 0, len(payload)+200)
	m = append(m, `{"event":"media","sequenceNumber":"`...)
	m = strconv.AppendInt(m, int64(sequence), 10)
	m = append(m, `","media":{"track":"`...)
	m = append(m, track...)
	m = append(m, `","chunk":"`...)
	m = strconv.AppendInt(m, int64(chunk), 10)
	m = append(m, `","timestamp":"`...)
	m = strconv.AppendInt(m, at.Milliseconds(), 10)
	m = append(m, `","payload":"`...)
	m = append(m, payload...)
	m = append(m, `"},"streamSid":"`...)
	m = append(m, streamSID...)
	return append(m, `"}`...)
}

// A message is one of the agent's. MS, messages to Twilio.
type message struct {
	Event     string `json:"event"`
	StreamSID string `json:"streamSid"`
	Media     struct {
		Payload *string `json:"payload"`
	} `json:"media"`
	Mark struct {
		Name *string `json:"name"`
	} `json:"mark"`

	audio []byte // of media
}

// decode reads a message to the stream of that SID. The error says why Twilio
// would not process it: error dictionary 31951, "Stream - Protocol - Invalid
// Message".
func decode(text []byte, streamSID string) (m message, err error) {
	if err := dialog.ReadMessage(text, &m); err != nil {
		return m, err
	}
	switch m.Event {
	case "media":
		if m.Media.Payload == nil {
			return m, errors.New("media lacks its payload")
		}
		if m.audio, err = base64.StdEncoding.DecodeString(*m.Media.Payload); err != nil {
			return m, errors.New("the payload is not base64")
		}
	case "mark":
		if m.Mark.Name == nil {
			return m, errors.New("mark lacks its name")
		}
	case "clear":
	case "":
		return m, errors.New("it lacks its event")
	default:
		return m, fmt.Errorf("there is no event %.40q", m.Event)
	}
	if m.StreamSID != streamSID {
		return m, fmt.Errorf("streamSid %.40q is not that of this stream", m.StreamSID)
	}
	return m, nil
}
