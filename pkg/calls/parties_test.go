package calls_test

import (
	"testing"

	"call-load-tester/pkg/calls"
)

// A party is a phone number, a SIP address, or a client name; and a phone number
// is called from a phone number.
func TestCheckParties(t *testing.T) {
	for _, tc := range []struct{ from, to, want string }{
		{from, to, ""},
		{"sip:bob@example.com", "sips:alice@example.com", ""},
		{"client:bob", "client:alice:7@home", ""},
		{from, "sip:alice@example.com", ""},
		{"", "", "caller_id is missing; destination is missing"},
		{from, "14155550100", `destination "14155550100" is not a phone number, SIP address or client name`},
		{from, "+04155550100", `destination "+04155550100" is not a phone number, SIP address or client name`},
		{from, "+1415555010012345", `destination "+1415555010012345" is not a phone number, SIP address or client name`},
		{from, "client:", `destination "client:" is not a phone number, SIP address or client name`},
		{from, "sip:alice", `destination "sip:alice" is not a phone number, SIP address or client name`},
		{from, "SIP:alice:hunter2@example.com", "destination has a SIP address with a password, which would be shown and logged"},
		{from, "alice:hunter2@example.com", "destination has a SIP address with a password, which would be shown and logged"},
	} {
		if got := said(t, calls.CheckParties(tc.from, tc.to)); got != tc.want {
			t.Errorf("from %s to %s: %q, want %q", tc.from, tc.to, got, tc.want)
		}
	}
	p := plan(10, 10)
	p.CallerIDs = []string{from, "client:bob"}
	p.Destinations = []string{"sip:alice@example.com", to}
	if got := said(t, p.Check()); got != `caller_id "client:bob" cannot call a phone number (+14155550100)` {
		t.Errorf("%q", got)
	}
	p.Destinations = p.Destinations[:1]
	if got := said(t, p.Check()); got != "" {
		t.Errorf("a client calls a SIP address: %q", got)
	}
}
