package main

import (
	"testing"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

func TestStatus(t *testing.T) {
	for _, tc := range []struct {
		what        string
		starts      calls.Starts
		hangUps     *calls.HangUps
		interrupted bool
		want        int
	}{
		{"all were accepted and ended", calls.Starts{Asked: 3, Accepted: 3}, &calls.HangUps{Asked: 3, Ended: 3}, false, cli.StatusDone},
		{"calls that were over before are as good as ended", calls.Starts{Asked: 3, Accepted: 3}, &calls.HangUps{Asked: 3, Ended: 1, AlreadyOver: 2}, false, cli.StatusDone},
		{"they were to go on", calls.Starts{Asked: 3, Accepted: 3}, nil, false, cli.StatusDone},
		{"an adopted call is as good as any", calls.Starts{Asked: 3, Accepted: 2, Adopted: 1}, nil, false, cli.StatusDone},
		{"one was refused", calls.Starts{Asked: 3, Accepted: 2, Refused: 1}, nil, false, cli.StatusPartly},
		{"one was not started", calls.Starts{Asked: 3, Accepted: 2, NotStarted: 1}, nil, false, cli.StatusPartly},
		{"all were refused", calls.Starts{Asked: 3, Refused: 3}, nil, false, cli.StatusFailed},
		{"one was not found, and may be live", calls.Starts{Asked: 3, Accepted: 2, NotFound: 1}, nil, false, cli.StatusPartly},
		{"so may the only one", calls.Starts{Asked: 1, NotFound: 1}, nil, false, cli.StatusPartly},
		{"one is live", calls.Starts{Asked: 3, Accepted: 3}, &calls.HangUps{Asked: 3, Ended: 2, Live: 1}, false, cli.StatusPartly},
		{"Twilio does not know one that it accepted", calls.Starts{Asked: 3, Accepted: 3}, &calls.HangUps{Asked: 3, Ended: 2, NotFound: 1}, false, cli.StatusPartly},
		{"interrupted, and all are ended", calls.Starts{Asked: 3, Accepted: 2, NotStarted: 1}, &calls.HangUps{Asked: 2, Ended: 2}, true, cli.StatusInterrupted},
		{"interrupted before the first start", calls.Starts{Asked: 3, NotStarted: 3}, nil, true, cli.StatusInterrupted},
		{"interrupted, and one is live", calls.Starts{Asked: 3, Accepted: 3}, &calls.HangUps{Asked: 3, Ended: 2, Live: 1}, true, cli.StatusPartly},
		{"interrupted, and one was not found", calls.Starts{Asked: 3, Accepted: 2, NotFound: 1}, nil, true, cli.StatusPartly},
	} {
		if got := status(&calls.Result{Starts: &tc.starts, HangUps: tc.hangUps, Interrupted: tc.interrupted}); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.what, got, tc.want)
		}
	}
}
