package attack_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// Two calls begin each second, each of three and a half.
func TestLiveConversations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(map[string]string{"/first": `<Say loop="1"/><Pause length="3"/><Redirect>/last</Redirect>`})
		app.paths["/last"] = after(500*time.Millisecond, response(""))
		cfg := conversations(t, webhook.Call, app, 10, `{}`)
		cfg.Pace, cfg.Rate = attack.Real, 2
		r := run(t, cfg)
		var live []int
		for _, i := range r.Timeline {
			live = append(live, i.Live)
		}
		// Those of second k end at k + 3.5 s.
		if want := []int{2, 4, 6, 8, 8, 6, 4, 2}; !slices.Equal(live, want) || r.Conversations.PeakLive != 8 {
			t.Errorf("live are %v, %d at most; want %v and 8", live, r.Conversations.PeakLive, want)
		}
		if r.Seconds != 7.5 || r.Rate != 20/7.5 {
			t.Errorf("%v requests a second in %v s, want 20 in 7.5 s", r.Rate, r.Seconds)
		}
	})
}

// An open loop begins max(1, floor(Rate·(k+1)/Ramp)) in second k until it is
// Rate; what is sent once is no other in that.
func TestARampOfTheOpenLoop(t *testing.T) {
	for _, tc := range []struct {
		rate     int
		ramp     time.Duration
		requests int
		want     []int
	}{
		{10, 4 * time.Second, 40, []int{2, 5, 7, 10, 10, 6}},
		{3, 6 * time.Second, 15, []int{1, 1, 1, 2, 2, 3, 3, 2}},
		{5, time.Second, 12, []int{5, 5, 2}},
		{5, 0, 12, []int{5, 5, 2}},
	} {
		for _, kind := range []webhook.Kind{webhook.SMS, webhook.Status, webhook.Call, webhook.Chat} {
			synctest.Test(t, func(t *testing.T) {
				app := documents(nil)
				cfg := conversations(t, kind, app, tc.requests, rowOf(kind)...)
				cfg.Rate, cfg.Ramp, cfg.Pace = tc.rate, tc.ramp, attack.Real
				r := run(t, cfg)
				var want []time.Duration
				for second, n := range tc.want {
					want = append(want, slices.Repeat([]time.Duration{time.Duration(second) * time.Second}, n)...)
				}
				if got := app.times("/first"); !slices.Equal(got, want) || r.Requests.Late != 0 || r.Requests.Sent != tc.requests {
					t.Errorf("%v, rate %d, ramp %v: %d begin at %v, want %v by second", kind, tc.rate, tc.ramp, len(got), got, tc.want)
				}
			})
		}
	}
}

// A connection, or conversation at once, j begins at j·Ramp/Concurrency.
func TestARampOfTheClosedLoop(t *testing.T) {
	for _, kind := range []webhook.Kind{webhook.Voice, webhook.Call, webhook.Chat} {
		synctest.Test(t, func(t *testing.T) {
			app := documents(nil)
			app.paths["/first"] = after(3*time.Second, response(""))
			cfg := conversations(t, kind, app, 9, rowOf(kind)...)
			cfg.Concurrency, cfg.Ramp, cfg.Pace = 4, 10*time.Second, attack.Real
			r := run(t, cfg)
			want := []time.Duration{0, 2500, 3000, 5000, 5500, 6000, 7500, 8000, 8500} // ms
			for i := range want {
				want[i] *= time.Millisecond
			}
			if got := app.times("/first"); !slices.Equal(got, want) || r.Seconds != 11.5 || r.Rate != 9/11.5 {
				t.Errorf("%v: begun at %v, want %v; %v s at %v a second", kind, got, want, r.Seconds, r.Rate)
			}
		})
	}
}

// rowOf is the row of a person of a kind of conversations.
func rowOf(kind webhook.Kind) []string {
	if kind.IsConversation() {
		return []string{`{}`}
	}
	return nil
}

// Ten calls a second are due, each of five seconds, and three may be up.
func TestConversationsAtOnceAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(map[string]string{"/first": `<Say/><Pause length="5"/>`})
		cfg := conversations(t, webhook.Call, app, 10, `{}`)
		cfg.Pace, cfg.Rate, cfg.MaxInFlight = attack.Real, 10, 3
		cfg.Rules.StatusURI = "http://app.example/over"
		r := run(t, cfg)
		var want []time.Duration
		for _, second := range []time.Duration{0, 0, 0, 5, 5, 5, 10, 10, 10, 15} {
			want = append(want, second*time.Second)
		}
		if got := app.times("/first"); !slices.Equal(got, want) || r.Conversations.PeakLive != 3 {
			t.Errorf("begun at %v, %d live; want %v and 3", got, r.Conversations.PeakLive, want)
		}
		if r.Requests.Late != 7 || r.Requests.MostLate != 15_000 || r.Latency.Max != 15_000 || r.Service.Max != 0 {
			t.Errorf("%+v, latency %v, service %v; want 7 late, at most 15 s", r.Requests, r.Latency.Max, r.Service.Max)
		}
		// Having waited for its turn makes no call longer.
		if r.Conversations.Lasted.Max != 5000 || r.Conversations.Lasted.Mean != 5000 {
			t.Errorf("calls lasted %+v, want 5 s", r.Conversations.Lasted)
		}
		for i, a := range app.to("/over") {
			if got, want := a.fields.Get("Timestamp"), app.began.Add(want[i]+5*time.Second).UTC().Format(time.RFC1123Z); got != want || a.fields.Get("CallDuration") != "5" {
				t.Errorf("call %d of %s s is over at %s, want %s", i, a.fields.Get("CallDuration"), got, want)
			}
		}
	})
}
