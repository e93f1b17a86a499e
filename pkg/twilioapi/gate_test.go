package twilioapi_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// A request is written when its gate says so. What it waits is not counted as
// waiting for the answer.
func TestThePaceLetsARequestGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: time.Second})
		began := time.Now()
		_, attempt, err := client.Create(t.Context(), t.Context(), aCall, func(ctx context.Context, write func()) error {
			time.Sleep(time.Hour)
			if n := len(account.Creates()); n != 0 {
				t.Errorf("%d creates before the gate let one go", n)
			}
			write()
			return nil
		})
		// Half a second until a connection is opened, and a read that warms it.
		if want := began.Add(500*time.Millisecond + time.Second + time.Hour); err != nil || !attempt.SentAt.Equal(want) || attempt.Took != time.Second {
			t.Errorf("%v, %+v; want sent at %v", err, attempt, want)
		}
	})
}

// The time for the answer runs from when the request went.
func TestTheTimeOutRunsFromTheSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpCreate, Do: twiliosim.Hang}}})
		_, attempt, err := client.Create(t.Context(), t.Context(), aCall, func(_ context.Context, write func()) error {
			time.Sleep(20 * time.Second)
			write()
			return nil
		})
		if twilioapi.OutcomeOf(err) != twilioapi.Unknown || attempt.Took != 30*time.Second {
			t.Errorf("%v after %v, want no answer within 30s", err, attempt.Took)
		}
	})
}

// A request whose gate says no is not sent, in whatever way it is stopped.
func TestThePaceHoldsARequestBack(t *testing.T) {
	errNo := errors.New("no")
	for _, tc := range []struct {
		what string
		gate func(stop context.CancelFunc) twilioapi.Gate
		want error
	}{
		{"the gate says no", func(context.CancelFunc) twilioapi.Gate {
			return func(context.Context, func()) error { return errNo }
		}, errNo},
		{"stop ends", func(stop context.CancelFunc) twilioapi.Gate {
			return func(ctx context.Context, _ func()) error {
				time.AfterFunc(time.Minute, stop)
				<-ctx.Done()
				return ctx.Err()
			}
		}, context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, account := newClient(t, twiliosim.Config{})
			client.Warm(t.Context(), 1, 1)
			stop, end := context.WithCancel(t.Context())
			defer end()
			_, attempt, err := client.Create(t.Context(), stop, aCall, tc.gate(end))
			if !errors.Is(err, tc.want) || twilioapi.OutcomeOf(err) != twilioapi.NotProcessed || !attempt.SentAt.IsZero() {
				t.Errorf("%s: %v, %+v; want it unsent because of %v", tc.what, err, attempt, tc.want)
			}
			if n := len(account.Creates()); n != 0 {
				t.Errorf("%s: %d creates, want none", tc.what, n)
			}
			if _, _, err := create(t, client); err != nil { // over another connection
				t.Errorf("%s: the next create: %v", tc.what, err)
			}
		})
	}
}

// A connection that closes while a request waits for its gate ends the wait.
func TestAConnectionClosesBeforeTheGateOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage, From: time.Second, For: time.Second}}})
		client.Warm(t.Context(), 1, 1)
		began := time.Now()
		_, attempt, err := client.Create(t.Context(), t.Context(), aCall, func(ctx context.Context, _ func()) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if twilioapi.OutcomeOf(err) != twilioapi.NotProcessed || time.Since(began) != time.Second || len(account.Creates()) != 0 {
			t.Errorf("%v after %v, %d creates; want it unsent after 1s", err, time.Since(began), len(account.Creates()))
		}
		const why = "not sent: the connection was closed while the request waited for its burst"
		if err.Error() != why || !attempt.Stale {
			t.Errorf("%v, stale %t; want %q, and that it may go again at once", err, attempt.Stale, why)
		}
	})
}

// The end of stop ends the wait for a connection, but no request under way.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 10 * time.Second})
		stop, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		_, _, err := client.Create(t.Context(), stop, aCall, atOnce)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 2*time.Second || len(account.Creates()) != 0 {
			t.Errorf("%v after %v, want it unsent after 2s", err, time.Since(began))
		}
		client.Warm(t.Context(), 1, 1)
		stop, cancel = context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if _, _, err := client.Create(t.Context(), stop, aCall, atOnce); err != nil {
			t.Errorf("a create under way: %v, want its answer", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, attempt, err := client.Create(ctx, t.Context(), aCall, atOnce)
		if twilioapi.OutcomeOf(err) != twilioapi.Unknown || attempt.Took != 2*time.Second {
			t.Errorf("cut off: %v after %v, want it unknown after 2s", err, attempt.Took)
		}
	})
}
