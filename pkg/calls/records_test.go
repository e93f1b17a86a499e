package calls

import (
	"math"
	"slices"
	"testing"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// Figures worked out by hand from five calls.
func TestRecordsAddUp(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	r := newRecords()
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
		r.add(c)
	}
	r.summarize(10, 0)
	for _, figure := range []struct {
		what      string
		got, want int
	}{
		{"records", r.Calls, 5}, {"dialed", r.Dialed, 4}, {"never dialed", r.NeverDialed, 1}, {"answered", r.Answered, 2},
		{"busy", r.Busy, 1}, {"no answer", r.NoAnswer, 1}, {"canceled", r.Canceled, 1}, {"failed", r.Failed, 0},
		{"peak live", r.PeakLive, 4}, {"billed minutes", r.BilledMinutes, 3}, {"unpriced", r.Unpriced, 1},
		{"longest wait in the queue", int(r.Queue.Max), 2}, {"longest estimate in ms", int(1000 * r.Estimate.Max), 1500},
		{"longest time to the answer", int(r.Answer.Max), 2},
	} {
		if figure.got != figure.want {
			t.Errorf("%s: %d, want %d", figure.what, figure.got, figure.want)
		}
	}
	if cost := r.Cost["USD"]; math.Abs(cost-0.025) > 1e-9 {
		t.Errorf("cost %v, want 0.025", cost)
	}
	// Two calls in the two seconds before the last, which holds two more.
	if r.DialRate != 1 || r.BusiestSecond != 2 {
		t.Errorf("dialed %v a second, busiest %d; want 1 and 2", r.DialRate, r.BusiestSecond)
	}
	// Of the four created at noon one was dialed then; the last waited until it was hung up.
	want := []second{
		{at: at(0).Unix(), dialed: 1, live: 1, waiting: 3},
		{at: at(1).Unix(), dialed: 1, live: 2, waiting: 3},
		{at: at(2).Unix(), dialed: 2, live: 4, waiting: 1},
		{at: at(3).Unix(), live: 3, waiting: 1},
		{at: at(22).Unix(), live: 2, waiting: 1},
		{at: at(30).Unix(), live: 2},
		{at: at(61).Unix(), live: 1},
		{at: at(63).Unix()},
	}
	if got := r.seconds(); !slices.Equal(got, want) {
		t.Errorf("timeline\n%v, want\n%v", got, want)
	}
}

// A wait of hours in Twilio's queue is kept as it is.
func TestALongWait(t *testing.T) {
	created := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	r := newRecords()
	r.add(twilioapi.Call{Status: "failed", Created: created, Started: created.Add(5 * time.Hour), QueueTime: 6 * time.Hour})
	r.summarize(10, 0)
	if math.Round(r.Queue.Max/36) != 500 || math.Round(r.Estimate.Max/36) != 600 || r.Failed != 1 {
		t.Errorf("waited for %v s of %v estimated, %d failed; want five hours of six, and one", r.Queue.Max, r.Estimate.Max, r.Failed)
	}
}

func TestNoRecordsAddUpToNothing(t *testing.T) {
	r := newRecords()
	r.summarize(10, 0)
	if r.DialRate != 0 || r.BusiestSecond != 0 || r.PeakLive != 0 || r.SlowerThanCap != "" || r.Queue != (Quantiles{}) {
		t.Errorf("%+v, want nothing", r)
	}
}

// An account is slower than the cap if that shows for more than whole seconds can
// be off.
func TestSlowerThanCap(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		what   string
		cps    int
		waits  []int // seconds from creation, all at noon, to dialing
		slower bool
	}{
		{"one a second, of ten", 10, []int{0, 1, 2, 3}, true},
		{"one a second, of one", 1, []int{0, 1, 2, 3}, false},
		{"nine in ten seconds are enough", 1, []int{0, 1, 2, 3, 4, 5, 6, 7, 9, 10}, false},
		{"eight are not", 1, []int{0, 1, 2, 3, 4, 5, 6, 9, 10}, true},
		{"two seconds show nothing", 10, []int{0, 0, 2, 2}, false},
		{"three do", 10, []int{0, 1, 2, 2}, true},
		{"a second's wait shows nothing", 10, []int{0, 0, 0, 1, 1}, false},
	} {
		r := newRecords()
		for _, wait := range tc.waits {
			r.add(twilioapi.Call{Status: "completed", Created: noon, Started: noon.Add(time.Duration(wait) * time.Second)})
		}
		r.summarize(tc.cps, 0)
		if slower := r.SlowerThanCap != ""; slower != tc.slower {
			t.Errorf("%s: %q at %v a second, p95 %v s", tc.what, r.SlowerThanCap, r.DialRate, r.Queue.P95)
		}
	}
}
