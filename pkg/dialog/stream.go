package dialog

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// A Fork begins or ends a stream of one way, besides the conversation. When that
// is over, so are all its streams.
type Fork struct {
	Begin *Session      // nil: one ends
	End   string        // SID of the one that ends
	Wait  time.Duration // how long after what was told last it does
}

// startStream executes a Start: a Stream sends the sound of the call to a
// WebSocket, one way, while the document goes on. Other nouns need nobody's
// answer. https://www.twilio.com/docs/voice/twiml/stream
func (c *Conversation) startStream(verb *webhook.Element) {
	c.pickUp()
	for _, noun := range verb.Children {
		if noun.Name != "Stream" {
			continue
		}
		switch s, ok := c.newSession(noun, "MZ"); {
		case !ok: // Twilio logs it, and the call goes on
		case s != nil:
			s.OneWay, s.Turns = true, nil
			c.forks = append(c.forks, Fork{Begin: s, Wait: c.wait})
			c.streams = append(c.streams, s)
		}
	}
}

// stopStream executes a Stop: it ends the streams of a name.
// https://www.twilio.com/docs/voice/twiml/stream
func (c *Conversation) stopStream(verb *webhook.Element) {
	for _, noun := range verb.Children {
		if name, ok := attr(noun, "name"); ok && noun.Name == "Stream" {
			c.streams = slices.DeleteFunc(c.streams, func(s *Session) bool {
				stops := attribute(s.Noun, "name") == name
				if stops {
					c.forks = append(c.forks, Fork{End: s.SID, Wait: c.wait})
				}
				return stops
			})
		}
	}
}

// streamURL returns the URL of a Stream: one that is relative is so to that of the
// document. https://www.twilio.com/docs/voice/twiml/stream
func (c *Conversation) streamURL(noun *webhook.Element) string {
	text := strings.TrimSpace(attribute(noun, "url"))
	if u, err := url.Parse(text); noun.Name != "Stream" || err != nil || u.IsAbs() || text == "" {
		return text
	}
	at := webhook.MustParseURL(c.at.url)
	at.Scheme = "ws" + strings.TrimPrefix(at.Scheme, "http")
	at.User = nil
	if to, err := at.Parse(text); err == nil {
		return to.String()
	}
	return text
}

// The events of a stream that its status callback is told.
const (
	StreamStarted = "stream-started"
	StreamStopped = "stream-stopped"
	StreamFailed  = "stream-error"
)

// Status returns what the status callback of a stream is told of an event, and of
// an error why, so long after the session was due; nil if there is no callback.
// The fields StreamName and StreamError, and that the time is in the form of ISO
// 8601, are known from public receivers only.
// https://www.twilio.com/docs/voice/twiml/stream
func (s *Session) Status(event, why string, after time.Duration) *Request {
	if s.status == nil {
		return nil
	}
	r := *s.status
	r.Fields = append(webhook.Row{
		{Name: "StreamEvent", Value: event},
		{Name: "Timestamp", Value: s.due.Add(after).UTC().Format("2006-01-02T15:04:05.000Z")},
	}, r.Fields...)
	if event == StreamFailed {
		r.Fields = append(r.Fields, webhook.Field{Name: "StreamError", Value: why})
	}
	slices.SortStableFunc(r.Fields, byName)
	return &r
}

// streamStatus returns what Status has of all events; nil if there is no callback
// that may be asked.
func (c *Conversation) streamStatus(s *Session) *Request {
	callback, ok := attr(s.Noun, "statusCallback")
	if !ok || s.Noun.Name != "Stream" {
		return nil
	}
	l := c.resolve(callback)
	if l == nil { // Twilio logs 11100 and calls nobody
		return nil
	}
	if !l.may {
		c.elsewhere++
		return nil
	}
	fields := webhook.Row{
		{Name: "AccountSid", Value: s.Call.Value("AccountSid")},
		{Name: "CallSid", Value: s.Call.Value("CallSid")},
		{Name: "StreamSid", Value: s.SID},
	}
	if name, ok := attr(s.Noun, "name"); ok {
		fields = append(fields, webhook.Field{Name: "StreamName", Value: name})
	}
	r := c.callback(l, isGet(s.Noun, "statusCallbackMethod"), 0, fields)
	r.Wait = 0
	return &r
}
