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
