package dialog

import (
	"slices"
	"strconv"
	"time"

	"call-load-tester/pkg/webhook"
)

// progress returns the fields of the callback that tells that the call is over.
func (c *Conversation) progress(status string, lasted time.Duration) webhook.Row {
	own := c.progressFields(status, 0, c.now(), lasted)
	slices.SortStableFunc(own, byName)
	return c.callFields(nil, status, own)
}

// progressFields returns what each callback of the progress of a call has of its
// own. at is when it came to that status; lasted is for one that was answered
// and is over.
// Twilio: Call resource, status callbacks.
func (c *Conversation) progressFields(status string, sequence int, at, lasted time.Duration) webhook.Row {
	own := webhook.Row{
		{Name: "CallStatus", Value: status},
		{Name: "CallbackSource", Value: "call-progress-events"},
		{Name: "SequenceNumber", Value: strconv.Itoa(sequence)},
		{Name: "Timestamp", Value: c.timestamp(at)},
	}
	switch status {
	case "initiated", "ringing", "in-progress":
		return own
	case "completed":
		return append(own,
			webhook.Field{Name: "CallDuration", Value: strconv.Itoa(seconds(lasted))},
			webhook.Field{Name: "Duration", Value: strconv.Itoa(minutes(lasted))})
	}
	return append(own, webhook.Field{Name: "CallDuration", Value: "0"}, webhook.Field{Name: "Duration", Value: "0"})
}

// timestamp returns a time of the conversation as Twilio writes it: RFC 2822.
func (c *Conversation) timestamp(at time.Duration) string {
	return c.start.Add(at).UTC().Format(time.RFC1123Z)
}
