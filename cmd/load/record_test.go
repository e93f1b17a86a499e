package main

import (
	"testing"
	"time"

	"call-load-tester/pkg/attack"
)

// What is reached is what was asked for of every request, not of those that an
// answer came to.
func TestWhatPasses(t *testing.T) {
	limit := 500 * time.Millisecond
	half, fast, slow := 50.0, attack.Latency{Count: 100, P99: limit}, attack.Latency{Count: 100, P99: limit + 1}
	for _, tc := range []struct {
		what   string
		pass   pass
		result attack.Result
		want   bool
	}{
		{"as fast as asked", pass{p99: &limit}, attack.Result{Sent: 100, Accepted: 100, Latency: fast}, true},
		{"too slow", pass{p99: &limit}, attack.Result{Sent: 100, Accepted: 100, Latency: slow}, false},
		{"one in 101 was reset", pass{p99: &limit}, attack.Result{Sent: 101, Accepted: 100, Unanswered: 1, Latency: fast}, true},
		{"two in 102 were reset", pass{p99: &limit}, attack.Result{Sent: 102, Accepted: 100, Unanswered: 2, Latency: fast}, false},
		{"nine in ten were reset", pass{p99: &limit}, attack.Result{Sent: 1000, Accepted: 100, Unanswered: 900, Latency: fast}, false},
		{"no connection at all", pass{p99: &limit}, attack.Result{Sent: 100, Unanswered: 100}, false},
		{"interrupted before the first request", pass{p99: &limit}, attack.Result{}, false},
		{"the same, with another limit", pass{failed: &half}, attack.Result{}, false},
		{"half have failed, as asked", pass{failed: &half, p99: &limit}, attack.Result{Sent: 100, Accepted: 50, Failed: 50, Latency: fast}, true},
		{"more than half have failed", pass{failed: &half}, attack.Result{Sent: 100, Accepted: 49, Failed: 51, Latency: fast}, false},
	} {
		p := newPlan()
		p.pass = tc.pass
		if got := p.record(&tc.result, time.Time{}, false).Pass.Passed; got != tc.want {
			t.Errorf("%s: passed is %v, want %v", tc.what, got, tc.want)
		}
	}
	if newPlan().record(&attack.Result{}, time.Time{}, false).Pass != nil {
		t.Error("a verdict where nothing was asked for")
	}
}

// Two digits, rounded up, are no longer than the longest time.
func TestNoIntervalIsLongerThanTheLongest(t *testing.T) {
	got := intervals([]attack.Interval{{P50: 10 * time.Millisecond, P99: 101 * time.Millisecond, Max: 101 * time.Millisecond}}, 100*time.Millisecond)
	if got[0].P50 != 10 || got[0].P99 != 100 || got[0].Max != 100 {
		t.Errorf("%+v, want 10, 100 and 100 ms", got[0])
	}
}
