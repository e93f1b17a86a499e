// Package calls places, hangs up and follows batches of calls on the Twilio
// API, through the twilio-go library.
//
// A [Client] holds an account and its connections. [Place] starts the calls of
// a [Plan] in per-second bursts; [End] hangs up calls by their SIDs and follows
// each until it is over. Both go on in the face of errors that pass and stop at
// once at those that do not.
//
// Nothing is dialed twice: a create request is repeated only when Twilio
// certainly did not process it. One whose outcome was not seen is counted as
// unknown and left to be looked up.
package calls

import (
	"strings"
	"time"
	"unicode"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// A Call is what Twilio's record of a call says.
type Call struct {
	SID       string
	From, To  string // as Twilio shows them: a SIP address without its "sip:"
	Status    string // one of the Status constants
	Direction string // "outbound-api" for calls placed through the API
	Created   time.Time
	Updated   time.Time
	Started   time.Time     // when it was dialed; zero if it was not
	Ended     time.Time     // zero while it is live, and for some that never connected
	Duration  time.Duration // whole seconds; zero for calls that were not answered
	QueueTime time.Duration // Twilio's own estimate of the wait before dialing
	Price     string        // negative when charged; empty until Twilio has set it
	PriceUnit string        // ISO 4217
}

// Statuses of a call in the REST API (Twilio: Call resource, call status values).
const (
	StatusQueued     = "queued"
	StatusRinging    = "ringing"
	StatusInProgress = "in-progress"
	StatusCompleted  = "completed"
	StatusBusy       = "busy"
	StatusNoAnswer   = "no-answer"
	StatusFailed     = "failed"
	StatusCanceled   = "canceled"
)

// Over reports whether the call has reached a terminal status.
func (c Call) Over() bool {
	switch c.Status {
	case StatusCompleted, StatusBusy, StatusNoAnswer, StatusFailed, StatusCanceled:
		return true
	}
	return false
}

// fromAPI turns a record of the library, in which everything may be missing,
// into a Call.
func fromAPI(r *api.ApiV2010Call) Call {
	return Call{
		SID:       text(r.Sid),
		From:      text(r.From),
		To:        text(r.To),
		Status:    text(r.Status),
		Direction: text(r.Direction),
		Created:   instant(r.DateCreated),
		Updated:   instant(r.DateUpdated),
		Started:   instant(r.StartTime),
		Ended:     instant(r.EndTime),
		Duration:  span(r.Duration, time.Second),
		QueueTime: span(r.QueueTime, time.Millisecond),
		Price:     text(r.Price),
		PriceUnit: text(r.PriceUnit),
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return printable(*s)
}

// printable returns what somebody else wrote as one line that does nothing to a
// terminal: white space of any kind becomes a space, and what cannot be seen is
// left out.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}

// instant reads a date as Twilio writes it (RFC 2822); the zero time if there
// is none.
func instant(s *string) time.Time {
	t, err := time.Parse(time.RFC1123Z, text(s))
	if err != nil {
		return time.Time{}
	}
	return t
}

// span reads a whole number of units; 0 if there is none.
func span(s *string, unit time.Duration) time.Duration {
	d, err := time.ParseDuration(text(s) + "ns")
	if err != nil {
		return 0
	}
	return d * unit
}

// sameParty reports whether two addresses are the same party: Twilio shows
// sip:user@host without its scheme.
func sameParty(a, b string) bool {
	return strings.EqualFold(strings.TrimPrefix(a, "sip:"), strings.TrimPrefix(b, "sip:"))
}
