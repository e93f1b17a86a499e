package calls_test

import (
	"testing"
	"time"

	"call-load-tester/pkg/calls"
)

// Minutes are billed as begun, and each call by itself; at worst a second longer
// than its time limit.
func TestMinutes(t *testing.T) {
	for _, tc := range []struct {
		what           string
		plan           calls.Plan
		minutes, worst int
	}{
		{"a call that is hung up at once", plan(1, 1), 1, 241},
		{"a minute", calls.Plan{CallCount: 2, CPS: 2, Hold: time.Minute, TimeLimit: time.Minute}, 2, 4},
		{"a little more", calls.Plan{CallCount: 2, CPS: 2, Hold: 61 * time.Second, TimeLimit: 61 * time.Second}, 4, 4},
		{"placing counts, too", calls.Plan{CallCount: 121, CPS: 1, Hold: time.Second, TimeLimit: time.Hour}, 3 * 121, 61 * 121},
	} {
		if minutes, worst := tc.plan.Minutes(), tc.plan.WorstMinutes(); minutes != tc.minutes || worst != tc.worst {
			t.Errorf("%s: %d minutes, at worst %d; want %d and %d", tc.what, minutes, worst, tc.minutes, tc.worst)
		}
	}
}

// As many calls are live at once as are placed in the seconds that one lasts.
func TestPeakLiveOfAPlan(t *testing.T) {
	for _, tc := range []struct {
		what string
		plan calls.Plan
		want int
	}{
		{"all are held", calls.Plan{CallCount: 40, CPS: 10, Hold: time.Minute}, 40},
		{"ten a second, each for three seconds", calls.Plan{CallCount: 100, CPS: 10, CallDuration: 3 * time.Second}, 30},
		{"a second that has begun counts", calls.Plan{CallCount: 100, CPS: 10, CallDuration: 2001 * time.Millisecond}, 30},
		{"fewer calls than that", calls.Plan{CallCount: 25, CPS: 10, CallDuration: 3 * time.Second}, 25},
		{"a ramp of 2, 4, 6, 8, and 10 from then on", calls.Plan{CallCount: 100, CPS: 10, Ramp: 5 * time.Second, CallDuration: 3 * time.Second}, 30},
		{"the calls are through at a cap of 6", calls.Plan{CallCount: 12, CPS: 10, Ramp: 5 * time.Second, CallDuration: 2 * time.Second}, 10},
	} {
		if got := tc.plan.PeakLive(); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.what, got, tc.want)
		}
	}
}

// Twilio is told to end calls some time after they should have been: twice what
// the plan takes and ten minutes, or with a duration of their own 55 seconds, a
// minute at the least.
func TestDefaultTimeLimit(t *testing.T) {
	for _, tc := range []struct {
		what string
		plan calls.Plan
		want time.Duration
	}{
		{"one call, hung up at once", plan(1, 1), 10 * time.Minute},
		{"a hold", calls.Plan{CallCount: 100, CPS: 10, Hold: time.Minute, EndCalls: true}, 10*time.Minute + 2*69*time.Second},
		{"a ramp of 1 to 4 takes two seconds more", calls.Plan{CallCount: 10, CPS: 4, Ramp: 4 * time.Second, EndCalls: true}, 10*time.Minute + 2*3*time.Second},
		{"the calls are left running", calls.Plan{CallCount: 100, CPS: 10}, 0},
		{"a short duration", calls.Plan{CallCount: 100, CPS: 10, CallDuration: 5 * time.Second, EndCalls: true}, time.Minute},
		{"one of 5.5 s", calls.Plan{CallCount: 100, CPS: 10, CallDuration: 5500 * time.Millisecond, EndCalls: true}, time.Minute},
		{"one of a minute, with a ramp", calls.Plan{CallCount: 100, CPS: 10, Ramp: time.Minute, CallDuration: time.Minute, EndCalls: true}, 115 * time.Second},
	} {
		if got := tc.plan.DefaultTimeLimit(); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
	}
	if got := (calls.Plan{CallCount: 100, CPS: 1, CallDuration: time.Minute, TimeLimit: 115 * time.Second}).LongestCall(); got != time.Minute {
		t.Errorf("a call lasts %v, want its duration, whatever its limit", got)
	}
}
