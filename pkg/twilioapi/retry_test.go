package twilioapi_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/twilioapi"
)

var (
	errLost    = &twilioapi.LostError{Err: errors.New("EOF")}
	errRefused = &twilioapi.APIError{Code: 21211, Status: 400}
)

// A request is repeated while its error may pass, and no longer than five
// minutes; more and more rarely, but every ten seconds or more often.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, last, longest, tries := time.Now(), time.Now(), time.Duration(0), 0
		err := twilioapi.Retry(t.Context(), func() error {
			tries++
			longest = max(longest, time.Since(last))
			last = time.Now()
			return errLost
		})
		if took := time.Since(began); err != error(errLost) || took > twilioapi.RetryFor || took < twilioapi.RetryFor-20*time.Second {
			t.Errorf("%v after %v, want the last error after nearly %v", err, took, twilioapi.RetryFor)
		}
		if longest > 10*time.Second || tries < 30 || tries > 70 {
			t.Errorf("%d tries, up to %v apart; want one every ten seconds or more often", tries, longest)
		}
	})
	for _, tc := range []struct {
		what    string
		answers []error
		want    error
	}{
		{"accepted at once", []error{nil}, nil},
		{"refused at once", []error{errRefused}, errRefused},
		{"accepted after errors that passed", []error{errLost, &twilioapi.APIError{Status: 429}, &twilioapi.APIError{Status: 500}, nil}, nil},
		{"refused after one", []error{errLost, errRefused}, errRefused},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := twilioapi.Retry(t.Context(), func() error {
				tries++
				return tc.answers[tries-1]
			})
			if err != tc.want || tries != len(tc.answers) {
				t.Errorf("%s: %v after %d tries, want %v after %d", tc.what, err, tries, tc.want, len(tc.answers))
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	wait := func(t *testing.T, b *twilioapi.Backoff, err error) time.Duration {
		began := time.Now()
		if !b.Wait(t.Context(), err) {
			t.Error("no repeat")
		}
		return time.Since(began)
	}
	synctest.Test(t, func(t *testing.T) {
		b := twilioapi.NewBackoff(time.Minute)
		for _, around := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond} {
			if got := wait(t, b, errLost); got < around/2 || got > around*3/2 {
				t.Errorf("waited %v, want %v and up to half of that more or less", got, around)
			}
		}
		if got := wait(t, b, &twilioapi.APIError{Status: 429, RetryAfter: 17 * time.Second}); got != 17*time.Second {
			t.Errorf("waited %v, want the 17s that Twilio asked for", got)
		}
		if b.Wait(t.Context(), &twilioapi.APIError{Status: 429, RetryAfter: time.Hour}) {
			t.Error("repeated after the time was up")
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		began := time.Now()
		if b.Wait(ctx, errLost) || time.Since(began) != time.Millisecond {
			t.Errorf("waited %v, want no repeat when the context ends", time.Since(began))
		}
	})
}
