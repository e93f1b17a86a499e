package calls_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

func ramped(count, cps, seconds int) calls.Plan {
	p := plan(count, cps)
	p.Ramp = time.Duration(seconds) * time.Second
	return p
}

// Figures of plans, worked out by hand.
func TestRampOfAPlan(t *testing.T) {
	for _, tc := range []struct {
		what    string
		plan    calls.Plan
		placing time.Duration
		reached int
	}{
		{"no ramp", ramped(40, 10, 0), 3 * time.Second, 10},
		{"the caps 5 and 10, then 10", ramped(15, 10, 2), time.Second, 10},
		{"one call more than they allow", ramped(16, 10, 2), 2 * time.Second, 10},
		{"the caps 1, 2, 3, 4: the calls are through first", ramped(6, 10, 10), 2 * time.Second, 3},
		{"a cap of 1 does not grow", ramped(60, 1, 30), 59 * time.Second, 1},
		{"a slow one is 1 for a long time", ramped(30, 2, 60), 29 * time.Second, 1},
		{"a minute to 20, and as long again", ramped(592+1200, 20, 60), 119 * time.Second, 20},
	} {
		if got := tc.plan.Placing(); got != tc.placing {
			t.Errorf("%s: placing takes %v, want %v", tc.what, got, tc.placing)
		}
		if got := tc.plan.CapReached(); got != tc.reached {
			t.Errorf("%s: the cap reaches %d, want %d", tc.what, got, tc.reached)
		}
	}
	p := ramped(15+20, 10, 2)
	for _, tc := range []struct {
		second, calls int
		want          time.Duration
	}{{0, 35, 4 * time.Second}, {1, 30, 3 * time.Second}, {2, 20, 2 * time.Second}, {3, 10, time.Second}, {3, 0, 0}, {500, 20, 2 * time.Second}} {
		if got := p.Left(tc.second, tc.calls); got != tc.want {
			t.Errorf("from second %d, %d calls take %v, want %v", tc.second, tc.calls, got, tc.want)
		}
	}
	if got := ramped(1, 20, 60).DefaultTimeLimit(); got != 10*time.Minute {
		t.Errorf("the time limit of one call is %v, want 10m", got)
	}
	if got := p.DefaultTimeLimit(); got != 10*time.Minute+6*time.Second {
		t.Errorf("the time limit is %v, want twice the three seconds of placing more", got)
	}
	for _, tc := range []struct {
		from, to int
		want     float64
	}{{0, 4, 35. / 4}, {0, 2, 7.5}, {1, 4, 10}, {1, 2, 10}} {
		if got := p.Summary().AverageCap(tc.from, tc.to); got != tc.want {
			t.Errorf("the average cap of seconds %d to %d is %v, want %v", tc.from, tc.to, got, tc.want)
		}
	}
}

// Every second has exactly as many starts as its cap, and the record says that
// the ramp was kept.
func TestPlacingFollowsTheRamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond})
		result := place(t, client, ramped(10+20+30+40+50+50, 50, 5), new(memory))
		creates := account.Creates()
		var perSecond []int
		for _, create := range creates {
			k := int(create.At.Sub(creates[0].At) / time.Second)
			for len(perSecond) <= k {
				perSecond = append(perSecond, 0)
			}
			perSecond[k]++
		}
		for k, want := range []int{10, 20, 30, 40, 50, 50} {
			if perSecond[k] != want {
				t.Errorf("%d starts in second %d, want %d", perSecond[k], k, want)
			}
		}
		if s := result.Starts; s.Rate != 30 || s.Allowed != 30 || s.BusiestSecond != 50 || s.Cap != 50 {
			t.Errorf("rate %v of %v allowed, busiest second %d, cap %d; want 30 of 30, 50, 50", s.Rate, s.Allowed, s.BusiestSecond, s.Cap)
		}
	})
}

// A run within one second has no rate, and none that the ramp allows.
func TestARampOfLessThanASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{})
		if s := place(t, client, ramped(3, 50, 5), new(memory)).Starts; s.Rate != 0 || s.Allowed != 0 || s.Accepted != 3 {
			t.Errorf("rate %v of %v allowed, %d accepted; want none of none, and three", s.Rate, s.Allowed, s.Accepted)
		}
	})
}

// The judgement goes by the caps that there were, not by the one at the end.
func TestSlowerThanTheRamp(t *testing.T) {
	for _, tc := range []struct {
		accountCPS int
		want       string
	}{
		{0, ""},
		{3, "The account dials slower than the cap of 10 (4.5 on average, with the ramp): about 2.7 calls a second; 14 calls never rang."},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := newClient(t, twiliosim.Config{CPS: tc.accountCPS})
			p := ramped(45, 10, 10) // 1, 2, … 9: 4.5 on average until the 9
			p.Hold = 3200 * time.Millisecond
			got := calls.Run(t.Context(), context.Background(), client, p, new(memory), nil)
			if got.Records.SlowerThanCap != tc.want {
				t.Errorf("an account of %d a second: %q, want %q", tc.accountCPS, got.Records.SlowerThanCap, tc.want)
			}
		})
	}
}

// The ramp goes on while the API is away: where it is back, the cap is that of the
// second, and nothing is caught up.
func TestTheRampRunsOnThroughAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage, From: 2500 * time.Millisecond, For: 20 * time.Second}}})
		var last calls.Burst
		p := ramped(600, 60, 30) // at the cap of 48 after as many seconds without an outage
		result := calls.Run(t.Context(), context.Background(), client, p, new(memory), func(e calls.Event) {
			if b, ok := e.(calls.Burst); ok {
				last = b
			}
		})
		perSecond := map[int]int{}
		creates := account.Creates()
		for _, create := range creates {
			perSecond[int(create.At.Sub(creates[0].At)/time.Second)]++
		}
		away := 0
		for k, n := range perSecond {
			if limit := min(60, 2*(k+1)); n > limit {
				t.Errorf("%d starts in second %d, want at most %d", n, k, limit)
			}
			if k > 2 && k < 22 {
				away += n
			}
		}
		if away > 0 || last.Cap != 60 || result.Starts.Accepted != p.CallCount {
			t.Errorf("%d starts while the API is away, the last full burst one of %d, %d accepted; want none, 60, all %d",
				away, last.Cap, result.Starts.Accepted, p.CallCount)
		}
	})
}
