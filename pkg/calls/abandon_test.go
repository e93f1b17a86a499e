package calls_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// When hanging up is given up after the last start, the run does not wait for what
// is due later: it says why, tries each call that is left once, and is over.
func TestGivingUpAfterPlacingEndsTheRun(t *testing.T) {
	type fault = twiliosim.Fault
	const after, forGood = 1000 * time.Second, 0
	for _, tc := range []struct {
		what    string
		fault   fault
		stopped time.Duration // from the first start
		ended   int
		lasts   time.Duration // from then until the run is over
	}{
		{"the credentials are wrong for twenty seconds", fault{From: after, For: 20 * time.Second, Status: 401, Code: 20003}, 1000400 * time.Millisecond, 50, 600 * time.Millisecond},
		{"a hang-up is answered by an error that nobody knows, and the others are taken",
			fault{Op: twiliosim.OpHangUp, Nth: []int{51}, Status: 400, Code: 29999}, 1000400 * time.Millisecond, 899, 600 * time.Millisecond},
		{"Twilio takes hang-ups and answers none", fault{From: after, For: forGood, Do: twiliosim.Hang}, 0, 50, 10 * time.Second},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond, Faults: []fault{tc.fault}})
				p := lasting(900, 1, 950*time.Second)
				began, stopped, why := time.Now(), []time.Duration(nil), ""
				var told failed
				result := calls.Run(t.Context(), context.Background(), client, p, new(memory), told.beside(func(e calls.Event) {
					if e, ok := e.(calls.Stopped); ok {
						stopped, why = append(stopped, time.Since(began)), e.Err.Error()
					}
				}))
				told.check(t, result)
				checkSums(t, p, result)
				took := time.Since(began)
				if len(stopped) != 1 || tc.stopped > 0 && stopped[0] != tc.stopped || result.Stopped != why || why == "" {
					t.Errorf("told %v that it stopped, %q on record %q; want once, after %v", stopped, why, result.Stopped, tc.stopped)
				} else if lasts := took - stopped[0]; lasts != tc.lasts {
					t.Errorf("over %v after that, want %v", lasts, tc.lasts)
				}
				if h := result.HangUps; h.Ended != tc.ended || h.Live != 900-tc.ended || h.Live != len(account.Live()) {
					t.Errorf("%d ended, %d told live, %d are; want %d ended", h.Ended, h.Live, len(account.Live()), tc.ended)
				}
				for _, call := range account.Live() {
					if !slices.Contains(result.HangUps.LiveSIDs, call.SID) {
						t.Fatalf("%s is live, and not among those to be ended", call.SID)
					}
				}
			})
		})
	}
}
