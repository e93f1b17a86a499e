package attack

import (
	"errors"
	"io"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/redact"
	"call-load-tester/pkg/webhook"
)

// A sessionFailure is what is known of a session that failed, or of a handshake
// whose wrong signature was let through.
type sessionFailure struct {
	began time.Time // the run
	handshakeOutcome
	in   *dialog.Session
	row  string // file:line
	code webhook.Code
	over time.Duration // since the start of the run

	broke error // what ended the socket of a session that was opened; nil if that did not end it
}

// Line returns the line of the failure, as JSON has it.
func (f sessionFailure) Line() any {
	what, cause := "session failed", ""
	if f.forged {
		what = "handshake let through"
	}
	switch {
	case f.err != nil:
		cause = causeOf(f.err)
	case f.broke != nil:
		cause = brokenBy(f.broke)
	}
	var status statusError
	errors.As(f.err, &status)
	callSID, _ := f.in.Call.Get("CallSid")
	return struct {
		Time    failures.Time `json:"time"` // when the handshake was sent
		Failure string        `json:"failure"`
		Row     string        `json:"row,omitempty"`
		SID     string        `json:"sid,omitempty"`
		Session string        `json:"session"`
		URL     string        `json:"url"`
		Status  int           `json:"status,omitempty"` // of the handshake, where it failed
		Code    webhook.Code  `json:"code"`
		Name    string        `json:"name"`
		Cause   string        `json:"cause,omitempty"`
		Lasted  float64       `json:"lasted_ms"` // in fact, handshake included
	}{
		failures.Time(f.began.Add(f.at)), what, f.row, callSID, f.in.SID, redact.URL(f.in.Send),
		int(status), f.code, f.code.Name(), excerpt(cause), ms(f.over - f.at),
	}
}

// brokenBy returns what ended a socket.
func brokenBy(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed within a frame"
	case errors.Is(err, io.EOF):
		return "connection closed without a WebSocket close"
	}
	return causeOf(err)
}

// tellOfSession tells the log of failures of a session that is one, and of what ended
// its socket.
func (c *conversation) tellOfSession(h *handshakeOutcome, in *dialog.Session, end *dialog.SessionEnd, broke error) {
	if end.Ending != dialog.SessionFailed && !(h.forged && h.err == nil) {
		return
	}
	a := c.attack
	over := time.Since(a.recorder.start)
	a.cfg.Failures.Add(func() any {
		return sessionFailure{a.recorder.start, *h, in, a.cfg.RowAt(c.k), end.Code, over, broke}
	})
}
