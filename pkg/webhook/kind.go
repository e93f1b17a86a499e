package webhook

import (
	"fmt"
	"strings"
)

// A Kind is a kind of traffic: it decides which fields Twilio sends and what
// it expects to be answered.
type Kind int

const (
	SMS    Kind = iota // an incoming message
	Voice              // the first request of an incoming call
	Status             // a message status callback
	Raw                // a row sent as it is; answered like an incoming message
	Call               // a whole call, which begins as Voice does
	Chat               // messages between two numbers, each of them as SMS
)

var kindNames = []string{SMS: "sms", Voice: "voice", Status: "status", Raw: "raw", Call: "call", Chat: "chat"}

// String returns the kind's name in lower case.
func (k Kind) String() string { return kindNames[k] }

// ParseKind returns the kind of that name, in any case.
func ParseKind(name string) (Kind, error) {
	for k, known := range kindNames {
		if strings.EqualFold(name, known) {
			return Kind(k), nil
		}
	}
	return 0, fmt.Errorf("%q is not a kind of webhook; known are %s", name, strings.Join(kindNames, ", "))
}

// IsConversation reports whether a row of this kind is a person, whose requests
// follow each other, instead of one request.
func (k Kind) IsConversation() bool { return k == Call || k == Chat }

// isVoice reports whether the requests are of Twilio's voice product: what is
// signed of their URLs and what they may be answered differ from messages'.
func (k Kind) isVoice() bool { return k == Voice || k == Call }
