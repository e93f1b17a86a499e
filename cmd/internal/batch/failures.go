package batch

import (
	"errors"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/twilioapi"
)

// A failure is the line of a call that failed, as JSON has it.
type failure struct {
	Time      failures.Time `json:"time"`
	Failure   calls.Failing `json:"failure"`
	SID       string        `json:"sid,omitempty"`
	From      string        `json:"from,omitempty"`
	To        string        `json:"to,omitempty"`
	Status    int           `json:"status,omitempty"`
	Code      int           `json:"code,omitempty"`
	Name      string        `json:"name,omitempty"`
	Message   string        `json:"message,omitempty"` // Twilio's own words
	Cause     string        `json:"cause,omitempty"`   // why there is no answer
	RequestID string        `json:"request_id,omitempty"`
}

// failureOf returns the line of a failure.
func failureOf(f calls.Failed) failure {
	line := failure{Time: failures.Time(f.At.UTC()), Failure: f.How, SID: f.SID, From: f.From, To: f.To}
	var answer *twilioapi.APIError
	switch {
	case errors.As(f.Err, &answer):
		line.Status, line.Code, line.Name, line.Message, line.RequestID = answer.Status, answer.Code, answer.Meaning(), answer.Message, answer.RequestID
	case f.Err != nil:
		line.Cause = f.Err.Error()
	}
	return line
}
