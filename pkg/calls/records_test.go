package calls_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// Figures worked out by hand from five calls.
func TestRecordsAddUp(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	r := calls.NewRecords()
	for _, c := range []twilioapi.Call{
		// answered after 2 s, 61 s long: two minutes billed, two cents and a half
		{Status: "completed", Created: at(0), Started: at(0), Ended: at(63), Duration: 61 * time.Second, Price: "-0.02500", PriceUnit: "USD"},
		// answered at once, 60 s: one minute, no price yet
		{Status: "completed", Created: at(0), Started: at(1), Ended: at(61), Duration: time.Minute, QueueTime: 1500 * time.Millisecond},
		// rang for 20 s, and has no end time
		{Status: "no-answer", Created: at(0), Started: at(2), Updated: at(22)},
		// hung up in the queue
		{Status: "canceled", Created: at(0), Updated: at(30)},
		// busy within the second it was dialed in
		{Status: "busy", Created: at(1), Started: at(2), Updated: at(2)},
	} {
		r.Add(c)
	}
	for _, figure := range []struct {
		what      string
		got, want int
	}{
		{"records", r.Calls, 5}, {"dialed", r.Dialed, 4}, {"never dialed", r.NeverDialed, 1}, {"answered", r.Answered, 2},
		{"busy", r.Busy, 1}, {"no answer", r.NoAnswer, 1}, {"canceled", r.Canceled, 1}, {"failed", r.Failed, 0},
		{"peak live", r.PeakLive(), 4}, {"billed minutes", r.BilledMinutes, 3}, {"unpriced", r.Unpriced, 1},
		{"longest wait in the queue", int(r.Queue.Max()), 2}, {"longest estimate in ms", int(r.Estimate.Max()), 1500},
		{"longest time to the answer", int(r.Answer.Max()), 2},
	} {
		if figure.got != figure.want {
			t.Errorf("%s: %d, want %d", figure.what, figure.got, figure.want)
		}
	}
	if cost := r.Cost["USD"]; math.Abs(cost-0.025) > 1e-9 {
		t.Errorf("cost %v, want 0.025", cost)
	}
	// Two calls in the two seconds before the last, which holds two more.
	if rate, busiest := r.DialRate(); rate != 1 || busiest != 2 {
		t.Errorf("dialed %v a second, busiest %d; want 1 and 2", rate, busiest)
	}
	// Of the four created at noon one was dialed then; the last waited until it was hung up.
	want := []calls.Second{
		{At: at(0).Unix(), Dialed: 1, Live: 1, Waiting: 3},
		{At: at(1).Unix(), Dialed: 1, Live: 2, Waiting: 3},
		{At: at(2).Unix(), Dialed: 2, Live: 4, Waiting: 1},
		{At: at(3).Unix(), Live: 3, Waiting: 1},
		{At: at(22).Unix(), Live: 2, Waiting: 1},
		{At: at(30).Unix(), Live: 2},
		{At: at(61).Unix(), Live: 1},
		{At: at(63).Unix()},
	}
	if got := r.Timeline(); !slices.Equal(got, want) {
		t.Errorf("timeline\n%v, want\n%v", got, want)
	}
}

func TestNoRecordsAddUpToNothing(t *testing.T) {
	r := calls.NewRecords()
	if rate, busiest := r.DialRate(); rate != 0 || busiest != 0 || r.PeakLive() != 0 || r.SlowerThan(10) {
		t.Errorf("rate %v, busiest %d, peak %d, slower %v; want nothing", rate, busiest, r.PeakLive(), r.SlowerThan(10))
	}
}

// An account that dials two a second takes starts at twenty a second all the
// same; Twilio's records tell.
func TestAcceptedIsNotDialed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{CPS: 2, PricePerMinute: 0.014})
		asked := plan(100, 20)
		asked.Hold = 10 * time.Second
		result := calls.Run(t.Context(), context.Background(), client, asked, new(memory), nil)
		if rate, _ := result.Placement.Rate(20); rate != 20 {
			t.Errorf("accepted %v a second, want 20", rate)
		}
		r := result.Ending.Records
		// Starts end at 4 s, the hold at 14 s: 29 calls were dialed, one every half second from 0.
		if rate, busiest := r.DialRate(); r.Dialed != 29 || r.NeverDialed != 71 || rate != 2 || busiest != 2 {
			t.Errorf("dialed %d at %v a second, busiest %d, never %d; want 29, 2, 2, 71", r.Dialed, rate, busiest, r.NeverDialed)
		}
		if !r.SlowerThan(20) || r.SlowerThan(2) {
			t.Errorf("slower than 20: %v, than 2: %v; want true and false", r.SlowerThan(20), r.SlowerThan(2))
		}
		// The last was dialed in the second in which all were hung up.
		if r.Canceled != 71 || r.Answered != 29 || r.PeakLive() != 28 {
			t.Errorf("canceled %d, answered %d, peak %d; want 71, 29, 28", r.Canceled, r.Answered, r.PeakLive())
		}
	})
}

// The time limit goes out with every call, and ends it if nobody else does.
func TestTheTimeLimitEndsTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{})
		asked := plan(10, 10)
		asked.TimeLimit = time.Minute
		calls.Place(t.Context(), context.Background(), client, asked, new(memory), nil)
		time.Sleep(time.Minute - time.Second)
		if live := len(account.Live()); live != 10 {
			t.Errorf("%d live just before the limit, want 10", live)
		}
		time.Sleep(time.Second)
		if live := len(account.Live()); live != 0 {
			t.Errorf("%d live at the limit, want none", live)
		}
	})
}

func TestDefaultTimeLimit(t *testing.T) {
	for _, tc := range []struct {
		what string
		plan calls.Plan
		want time.Duration
	}{
		{"one call, hung up at once", plan(1, 1), 10 * time.Minute},
		{"twice the placing and the hold, and ten minutes",
			calls.Plan{CallCount: 100, CPS: 10, Hold: time.Minute, EndCalls: true}, 2*69*time.Second + 10*time.Minute},
		{"calls that go on have none", calls.Plan{CallCount: 100, CPS: 10}, 0},
	} {
		if got := tc.plan.DefaultTimeLimit(); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
	}
}
