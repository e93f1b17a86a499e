package calls

import "time"

// A Placed call is one that Twilio accepted.
type Placed struct {
	SID      string
	From, To string
	Created  time.Time // by Twilio's clock; zero if it is not known
	Due      time.Time // when it is to be hung up, by our clock; zero: with the others
}

// isKnown reports whether Twilio itself has shown the call, so that "not found"
// can only mean not yet: its records are eventually consistent.
func (p Placed) isKnown() bool { return p.From != "" }
