package calls_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// Requests of which no byte was sent are repeated, and none of them is unknown;
// that Twilio is out of reach is told once.
func TestUnsentRequestsAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage, For: 30 * time.Second}}})
		file := new(memory)
		told := 0
		result := calls.Run(t.Context(), context.Background(), client, plan(20, 10), file, func(e calls.Event) {
			if u, ok := e.(calls.Unreachable); ok && u.For == 2*time.Minute {
				told++
			}
		})
		checkNothingIsLeft(t, account, file)
		if told != 1 {
			t.Errorf("told %d times that Twilio is out of reach, want once", told)
		}
		if p := result.Starts; p.Accepted != 20 || p.Adopted+p.NotFound != 0 {
			t.Errorf("accepted %d, unknown %d, want 20 and 0", p.Accepted, p.Adopted+p.NotFound)
		}
	})
}

// Connections that close while starts wait for their burst cost nothing, and nobody
// is told of trouble, where the next try goes; where none does, what is told is why.
func TestConnectionsCloseWhileStartsWait(t *testing.T) {
	for _, tc := range []struct {
		what string
		away time.Duration
		told string
	}{
		{"closed, and open again at the next try", 100 * time.Millisecond, ""},
		{"closed for longer", 30 * time.Second, "not sent: dial tcp api.twilio.com:443: connect: connection refused"},
	} {
		synctest.Test(t, func(t *testing.T) {
			told := ""
			cfg := twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage, From: 1300 * time.Millisecond, For: tc.away}}}
			result, _ := runIn(t, cfg, plan(30, 10), func(e calls.Event) {
				if u, ok := e.(calls.Unreachable); ok {
					told += u.Err.Error()
				}
			})
			if s := result.Starts; told != tc.told || s.Accepted != 30 || s.Retries == 0 {
				t.Errorf("%s: told %q after %d repeats, %d accepted; want %q, and all after some", tc.what, told, s.Retries, s.Accepted, tc.told)
			}
		})
	}
}

// Where an account serves few requests at once the rate suffers, and no call does,
// however long starts wait for their turn and how often they are refused.
func TestTooManyRequestsAtOnceCostNoCall(t *testing.T) {
	for _, tc := range []struct {
		what     string
		response time.Duration
		atOnce   int
		plan     calls.Plan
	}{
		{"one at a time, for a cap of 20", 2 * time.Second, 1, plan(100, 20)},
		{"one at a time, for a cap of 100", 600 * time.Millisecond, 1, plan(400, 100)},
		{"two at a time, for a cap of 100", time.Second, 2, plan(600, 100)},
		{"two at a time, for a cap of 200", 500 * time.Millisecond, 2, plan(1000, 200)},
		{"for ten minutes hang-ups take all there is", 600 * time.Millisecond, 1, lasting(1200, 100, 10*time.Minute)},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				result, account := runIn(t, twiliosim.Config{ResponseTime: tc.response, MaxConcurrent: tc.atOnce}, tc.plan, nil)
				s := result.Starts
				if result.Err != nil || s.Accepted != tc.plan.CallCount || s.Throttled == 0 {
					t.Errorf("stopped by %v; %d of %d accepted, %d refused, throttled %d times; want all accepted",
						result.Err, s.Accepted, tc.plan.CallCount, s.Refused, s.Throttled)
				}
				if n := len(account.Calls()); n != tc.plan.CallCount {
					t.Errorf("%d calls, want %d", n, tc.plan.CallCount)
				}
			})
		})
	}
}

// Placing stops two minutes after a request was not processed, if Twilio takes none
// from then on; and not if it takes some meanwhile.
func TestPlacingStopsAtAStandstill(t *testing.T) {
	type fault = twiliosim.Fault
	outage := func(from, long time.Duration) fault {
		return fault{Do: twiliosim.Outage, From: from, For: long}
	}
	throttled := func(from, long time.Duration) fault {
		return fault{Op: twiliosim.OpCreate, From: from, For: long, Status: 429}
	}
	const (
		second     = time.Second
		outOfReach = "no request was taken by Twilio for 2m0s: not sent: dial tcp api.twilio.com:443: connect: connection refused"
		tooMany    = `no request was taken by Twilio for 2m0s: Twilio error 20429 (HTTP 429): too many requests at once ("Too many requests")`
	)
	slowly := plan(400, 100)
	slowly.Hold = calls.LookUpFor // one is lost, and looked up while nothing is hung up
	slow := twiliosim.Config{ResponseTime: 600 * time.Millisecond, MaxConcurrent: 1}
	with := func(cfg twiliosim.Config, faults ...fault) twiliosim.Config {
		cfg.Faults = faults
		return cfg
	}
	for _, tc := range []struct {
		what string
		cfg  twiliosim.Config
		plan calls.Plan
		stop time.Duration // 0: it does not stop
		why  string
	}{
		{"out of reach from the beginning", with(twiliosim.Config{}, outage(0, 0)), plan(10_000, 10), 120500 * time.Millisecond, // half a second for the first connection
			outOfReach},
		{"out of reach after four bursts", with(twiliosim.Config{}, outage(3500*time.Millisecond, 200*second)), plan(10_000, 10), 123500 * time.Millisecond,
			outOfReach},
		{"too many requests at once, for good", with(twiliosim.Config{}, throttled(0, 0)), plan(10_000, 10), 120 * second,
			tooMany},
		{"a call alone, told to come again in an hour", with(twiliosim.Config{}, fault{Op: twiliosim.OpCreate, Status: 429, RetryAfter: time.Hour}), plan(1, 1), 120 * second,
			tooMany},
		{"another is told so, and the rest goes on without it for three minutes",
			with(twiliosim.Config{}, fault{Op: twiliosim.OpCreate, Nth: []int{1}, Status: 429, RetryAfter: time.Hour}), plan(180, 1), 299 * second,
			tooMany},
		{"told to come again in three minutes, while others are placed",
			with(twiliosim.Config{}, fault{Op: twiliosim.OpCreate, Nth: []int{1}, Status: 429, RetryAfter: 3 * time.Minute}), plan(180, 1), 0, ""},
		{"out of reach for 115 s", with(twiliosim.Config{}, outage(0, 105*second)), plan(100, 10), 0, ""},
		{"twice out of reach for 100 s, five seconds apart", with(twiliosim.Config{}, outage(3*second, 100*second), outage(108*second, 100*second)), plan(400, 10), 0, ""},
		{"out of reach for a moment, when many have waited for minutes", with(slow, outage(200*second, 3*second)), slowly, 0, ""},
		{"too many requests at once for 100 s, then out of reach for a moment", with(twiliosim.Config{}, throttled(0, 100*second), outage(112*second, 3*second)), plan(200, 10), 0, ""},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, stopped := time.Now(), time.Duration(0)
				result, _ := runIn(t, tc.cfg, tc.plan, func(e calls.Event) {
					if _, ok := e.(calls.Stopped); ok {
						stopped = time.Since(began)
					}
				})
				if result.Stopped != tc.why || stopped != tc.stop {
					t.Errorf("stopped after %v because %q\nwant %v, %q", stopped, result.Stopped, tc.stop, tc.why)
				}
				s := result.Starts
				if s.Refused != 0 || (s.NotStarted == 0) != (tc.stop == 0) {
					t.Errorf("%d accepted, %d refused, %d not started; want none refused, and all started unless it stopped", s.Accepted, s.Refused, s.NotStarted)
				}
				var answer *twilioapi.APIError
				var unsent *twilioapi.UnsentError
				if tc.stop > 0 && !errors.As(result.Err, &answer) && !errors.As(result.Err, &unsent) {
					t.Errorf("stopped by %v, want what was answered last", result.Err)
				}
			})
		})
	}
}
