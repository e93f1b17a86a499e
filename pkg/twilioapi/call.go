package twilioapi

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
	Direction string // [Outbound] for calls placed through the API
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

// LiveStatuses are those of calls that are not over, in the order of a call's
// life; OverStatuses are the others.
var (
	LiveStatuses = []string{StatusQueued, StatusRinging, StatusInProgress}
	OverStatuses = []string{StatusCompleted, StatusCanceled, StatusBusy, StatusNoAnswer, StatusFailed}
)

// Outbound is the direction of calls placed through the API. A destination on
// Twilio shows an inbound record of the same call besides.
const Outbound = "outbound-api"

// IsOver reports whether the call has reached a terminal status.
func (c Call) IsOver() bool {
	switch c.Status {
	case StatusCompleted, StatusBusy, StatusNoAnswer, StatusFailed, StatusCanceled:
		return true
	}
	return false
}

// Over returns when a call that is over was so first: calls that never
// connected have no end time, but were changed last then.
func (c Call) Over() time.Time {
	if c.Ended.IsZero() {
		return c.Updated
	}
	return c.Ended
}

// A NewCall says what call to create.
type NewCall struct {
	From, To  string
	TwiML     string        // what the callee hears, or
	URL       string        // where to find that
	TimeLimit time.Duration // from the answer, in whole seconds; 0 for the account's own
}

func (c NewCall) params() *api.CreateCallParams {
	params := new(api.CreateCallParams).SetFrom(c.From).SetTo(c.To)
	if c.TwiML != "" {
		params.SetTwiml(c.TwiML)
	} else {
		params.SetUrl(c.URL)
	}
	if c.TimeLimit > 0 {
		params.SetTimeLimit(int(c.TimeLimit / time.Second))
	}
	return params
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
