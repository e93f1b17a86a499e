package attack

import "testing"

// What is reached is what was asked for of every request, not of those that an
// answer came to.
func TestWhatPasses(t *testing.T) {
	limit, half := 500.0, 50.0
	fast, slow := Times{Count: 100, P99: limit}, Times{Count: 100, P99: limit + 0.001}
	for _, tc := range []struct {
		what   string
		pass   Pass
		result Result
		want   bool
	}{
		{"as fast as asked", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 100}, Latency: fast}, true},
		{"too slow", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 100}, Latency: slow}, false},
		{"one in 101 was reset", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 101, Untimed: 1}, Latency: fast}, true},
		{"two in 102 were reset", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 102, Untimed: 2}, Latency: fast}, false},
		{"one in a hundred was reset", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 100, Untimed: 1}, Latency: fast}, true},
		{"nine in ten were reset", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 1000, Untimed: 900}, Latency: fast}, false},
		{"no connection at all", Pass{MaxP99: &limit}, Result{Requests: Requests{Sent: 100, Untimed: 100}}, false},
		{"interrupted before the first request", Pass{MaxP99: &limit}, Result{}, false},
		{"the same, with another limit", Pass{MaxFailedPercent: &half}, Result{}, false},
		{"half are incomplete, as asked", Pass{MaxFailedPercent: &half, MaxP99: &limit}, Result{Requests: Requests{Sent: 100, Incomplete: 50}, Latency: fast}, true},
		{"more than half are incomplete", Pass{MaxFailedPercent: &half}, Result{Requests: Requests{Sent: 100, Incomplete: 51}, Latency: fast}, false},
		{"half of the conversations ended as meant, as asked", Pass{MinAsMeant: &half}, Result{Conversations: &Conversations{Begun: 100, AsMeant: 50}}, true},
		{"fewer did", Pass{MinAsMeant: &half}, Result{Conversations: &Conversations{Begun: 100, AsMeant: 49}}, false},
		{"those that were interrupted do not count", Pass{MinAsMeant: &half}, Result{Conversations: &Conversations{Begun: 100, AsMeant: 5, Interrupted: 90}}, true},
		{"all were interrupted", Pass{MinAsMeant: &half}, Result{Conversations: &Conversations{Begun: 100, Interrupted: 100}}, false},
		{"there was none", Pass{MinAsMeant: &half}, Result{}, false},
		{"one limit is missed of two", Pass{MaxFailedPercent: &half, MaxP99: &limit}, Result{Requests: Requests{Sent: 100, Incomplete: 50}, Latency: slow}, false},
	} {
		if got := tc.pass.judge(&tc.result).Passed; got != tc.want {
			t.Errorf("%s: passed is %v, want %v", tc.what, got, tc.want)
		}
	}
	if (Pass{}).judge(&Result{}) != nil {
		t.Error("a verdict where nothing was asked for")
	}
}

func TestRefusesAll(t *testing.T) {
	refusals := []Status{{400, 1}, {401, 2}, {403, 3}}
	for _, tc := range []struct {
		what   string
		result Result
		want   bool
	}{
		{"all are refused", Result{Requests: Requests{Sent: 6, Errored: 6}, Statuses: refusals}, true},
		{"all that were answered", Result{Requests: Requests{Sent: 7, Errored: 6, Unanswered: 1}, Statuses: refusals}, true},
		{"with bad signatures among them", Result{Requests: Requests{Sent: 6, Errored: 5, BadSignatures: 1, Refused: 1}, Statuses: refusals}, true},
		{"every signature is bad", Result{Requests: Requests{Sent: 6, BadSignatures: 6, Refused: 6}, Statuses: refusals}, false},
		{"another error", Result{Requests: Requests{Sent: 7, Errored: 7}, Statuses: append(refusals, Status{404, 1})}, false},
		{"one is accepted in the end", Result{Requests: Requests{Sent: 6, Accepted: 1, Errored: 5}, Statuses: refusals}, false},
		{"nothing was answered", Result{Requests: Requests{Sent: 6, Unanswered: 6}}, false},
	} {
		if got := tc.result.RefusesAll(); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
	}
}
