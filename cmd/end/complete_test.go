package main

import (
	"testing"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

func TestStatus(t *testing.T) {
	for _, tc := range []struct {
		what        string
		hangUps     calls.HangUps
		unread      bool
		interrupted bool
		want        int
	}{
		{"all were ended", calls.HangUps{Asked: 3, Ended: 3}, false, false, cli.StatusDone},
		{"all were over before", calls.HangUps{Asked: 3, AlreadyOver: 3}, false, false, cli.StatusDone},
		{"one is unknown to Twilio", calls.HangUps{Asked: 3, Ended: 2, NotFound: 1}, false, false, cli.StatusPartly},
		{"all are", calls.HangUps{Asked: 3, NotFound: 3}, false, false, cli.StatusFailed},
		{"a line had no SID", calls.HangUps{Asked: 3, Ended: 3, BadLines: 1}, false, false, cli.StatusPartly},
		{"duplicates do no harm", calls.HangUps{Asked: 3, Ended: 3, Duplicates: 1}, false, false, cli.StatusDone},
		{"the file could not be read to its end", calls.HangUps{Asked: 3, Ended: 3}, true, false, cli.StatusPartly},
		{"there was nothing to end", calls.HangUps{}, false, false, cli.StatusFailed},
		{"one is live", calls.HangUps{Asked: 3, Ended: 2, Live: 1}, false, false, cli.StatusPartly},
		{"interrupted, and all are ended", calls.HangUps{Asked: 3, Ended: 3}, false, true, cli.StatusInterrupted},
		{"interrupted, and one is unknown to Twilio, so it may be live elsewhere", calls.HangUps{Asked: 3, Ended: 2, NotFound: 1}, false, true, cli.StatusPartly},
		{"interrupted, and a line had no SID", calls.HangUps{Asked: 2, Ended: 2, BadLines: 1}, false, true, cli.StatusPartly},
		{"interrupted, and the file could not be read to its end", calls.HangUps{Asked: 3, Ended: 3}, true, true, cli.StatusPartly},
		{"interrupted before the first was ended", calls.HangUps{}, false, true, cli.StatusInterrupted},
		{"interrupted, and one is live", calls.HangUps{Asked: 3, Ended: 2, Live: 1}, false, true, cli.StatusPartly},
	} {
		if got := status(&calls.Result{HangUps: &tc.hangUps, Interrupted: tc.interrupted}, tc.unread); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.what, got, tc.want)
		}
	}
}
