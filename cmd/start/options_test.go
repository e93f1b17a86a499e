package main

import (
	"testing"
	"time"

	"call-load-tester/pkg/calls"
)

// The plan says how high the cap gets.
func TestRampOfThePlan(t *testing.T) {
	for _, tc := range []struct {
		what string
		plan calls.Plan
		want string
	}{
		{"it gets there", calls.Plan{CallCount: 2000, CPS: 20, Ramp: time.Minute}, "the cap grows from 1 to 20 over 1m0s"},
		{"a fast one begins above 1", calls.Plan{CallCount: 2000, CPS: 100, Ramp: 4 * time.Second}, "the cap grows from 25 to 100 over 4s"},
		{"the calls are through first", calls.Plan{CallCount: 10, CPS: 20, Ramp: time.Minute},
			"the cap grows from 1 to 20 over 1m0s; the calls are through before that, at a cap of 2"},
		{"a cap of one", calls.Plan{CallCount: 10, CPS: 1, Ramp: time.Minute}, "the ramp changes nothing: the cap is 1 from the first second on"},
	} {
		if got := ramp(tc.plan); got != tc.want {
			t.Errorf("%s:\n%s, want\n%s", tc.what, got, tc.want)
		}
	}
}
