package attack

import (
	"fmt"
	"time"

	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/redact"
	"call-load-tester/pkg/webhook"
)

// A failure is what is known of a request that is incomplete.
type failure struct {
	began time.Time // the run
	outcome
	row  string // file:line
	sid  string // of the message or the call
	url  string // with what may be secret in it
	body string // the beginning of the answer's
	id   string // X-Request-Id of the answer
	span string // traceparent of the answer
}

// Line returns the line of the failure, as JSON has it.
func (f failure) Line() any {
	at := func(t time.Duration) failures.Time { return failures.Time(f.began.Add(t)) }
	step := ""
	if f.step != nil {
		step = f.step.Name
	}
	return struct {
		Time        failures.Time `json:"time"` // when it was sent
		Due         failures.Time `json:"due"`
		Failure     string        `json:"failure"`
		Row         string        `json:"row,omitempty"`
		Step        string        `json:"step,omitempty"`
		SID         string        `json:"sid,omitempty"`
		URL         string        `json:"url"`
		Status      int           `json:"status,omitempty"`
		Code        webhook.Code  `json:"code"`
		Name        string        `json:"name"`
		Cause       string        `json:"cause,omitempty"`
		Latency     float64       `json:"latency_ms"`
		Service     float64       `json:"service_ms"`
		Body        string        `json:"body,omitempty"`
		RequestID   string        `json:"request_id,omitempty"`
		TraceParent string        `json:"traceparent,omitempty"`
	}{
		at(f.sent), at(f.due), failureNames[f.class], f.row, step, f.sid, redact.URL(f.url), f.status, f.code, f.code.Name(), f.cause,
		ms(f.ended - f.due), ms(f.ended - f.sent), excerpt(f.body), excerpt(f.id), excerpt(f.span),
	}
}

var failureNames = [classes]string{errored: "error", unanswered: "unanswered", letThrough: "let through"}

// excerpt returns the beginning of a text from the endpoint, which may repeat
// the URL that it was asked by.
func excerpt(text string) string { return failures.Printable([]byte(redact.Text(text))) }

// maxBody is how much of an answer's body is kept for its excerpt: what cannot
// be printed of it, or is taken out, makes that shorter.
const maxBody = 1 << 10

// tell tells the log of failures of an outcome that is one. answer is the last
// one, if there was any.
func (s *sender) tell(o outcome, url, sid string, answer webhook.Answer) {
	s.attack.cfg.Failures.Add(func() any {
		f := failure{began: s.attack.recorder.start, outcome: o, row: s.attack.cfg.RowAt(o.k), sid: sid, url: url}
		if o.class != unanswered {
			header := &s.conn.response.Header
			body := answer.Body
			if len(body) > webhook.MaxAnswer {
				body = s.conn.beginning
			}
			f.body = string(body[:min(len(body), maxBody)])
			f.id, f.span = string(header.Peek("X-Request-Id")), string(header.Peek("Traceparent"))
		}
		return f
	})
}

// RowAt says where the row of request or conversation k is.
func (c *Config) RowAt(k int) string {
	if len(c.Lines) == 0 {
		return c.DataFile
	}
	return fmt.Sprintf("%s:%d", c.DataFile, c.Lines[(c.First+k)%len(c.Lines)])
}
