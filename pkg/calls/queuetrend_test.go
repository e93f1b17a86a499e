package calls_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// What an account really dials is told while placing goes on, from ten seconds
// on, whatever the response time; and nothing if it keeps up.
func TestTheQueueIsToldWhileItGrows(t *testing.T) {
	for _, tc := range []struct {
		what       string
		accountCPS int
		plan       calls.Plan
		spread     time.Duration
		rate       float64 // 0: never told
		takes      time.Duration
	}{
		{"a quarter of the cap", 5, plan(300, 20), 0, 5, time.Minute},
		{"half of it, whose answers overtake each other", 10, plan(300, 20), 90 * time.Millisecond, 10, 30 * time.Second},
		{"a run that ends before it is known", 5, plan(220, 20), 0, 0, 0},
		{"an account that keeps up", 20, plan(300, 20), 90 * time.Millisecond, 0, 0},
		{"one without a limit", 0, plan(300, 20), 0, 0, 0},
		{"a wait that grows too slowly to tell", 19, plan(600, 20), 0, 0, 0},
		{"a ramp", 5, ramped(300, 20, 10), 0, 5, time.Minute},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, twiliosim.Config{CPS: tc.accountCPS, ResponseTime: 100 * time.Millisecond, ResponseSpread: tc.spread})
				var told []calls.Queueing
				var first time.Duration
				tc.plan.EndCalls = false
				calls.Run(t.Context(), context.Background(), client, tc.plan, new(memory), func(e calls.Event) {
					if e, ok := e.(calls.Queueing); ok {
						if told = append(told, e); len(told) == 1 {
							first = time.Since(account.Creates()[0].At).Truncate(time.Second)
						}
					}
				})
				if (len(told) > 0) != (tc.rate > 0) {
					t.Fatalf("told %v, want a rate of %v", told, tc.rate)
				}
				if len(told) == 0 {
					return
				}
				got := told[len(told)-1]
				if off := got.DialRate/tc.rate - 1; off < -0.03 || off > 0.03 {
					t.Errorf("a rate of %v, want %v within 3 %%", got.DialRate, tc.rate)
				}
				if off := got.Takes - tc.takes; off < -2*time.Second || off > 2*time.Second || got.Calls != 300 {
					t.Errorf("%d calls take %v, want 300 and %v", got.Calls, got.Takes, tc.takes)
				}
				if want := 11 * time.Second; first != want {
					t.Errorf("told first after %v, want %v", first, want)
				}
			})
		})
	}
}
