package calls

import (
	"errors"
	"reflect"
	"testing"

	"call-load-tester/pkg/twilioapi"
)

// What Twilio answers is one reason by code and status, whatever its words;
// anything else by its words.
func TestFailures(t *testing.T) {
	var got Failures
	for _, err := range []error{
		&twilioapi.APIError{Code: 21211, Status: 400, Message: "+1 is not valid"},
		&twilioapi.UnsentError{Err: errors.New("refused")},
		&twilioapi.APIError{Code: 21211, Status: 400, Message: "+2 is not valid"},
		&twilioapi.APIError{Code: 21211, Status: 403},
		&twilioapi.APIError{Code: 29999, Status: 400, Message: "new to us: a"},
		&twilioapi.APIError{Code: 29999, Status: 400, Message: "new to us: b"},
		&twilioapi.UnsentError{Err: errors.New("no route")},
		&twilioapi.UnsentError{Err: errors.New("refused")},
	} {
		got.add(err)
	}
	const hint = "check --destination"
	want := Failures{
		{Code: 21211, Status: 400, Meaning: "the destination is not a valid number", Hint: hint, Calls: 2},
		{Meaning: "not sent: refused", Calls: 2},
		{Code: 21211, Status: 403, Meaning: "the destination is not a valid number", Hint: hint, Calls: 1},
		{Code: 29999, Status: 400, Meaning: "new to us: a", Hint: "see https://www.twilio.com/docs/api/errors/29999", Calls: 2},
		{Meaning: "not sent: no route", Calls: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}
