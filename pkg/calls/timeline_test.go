package calls

import (
	"testing"
	"time"

	"call-load-tester/pkg/twilioapi"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// concluded is the timeline of a run in which these requests were sent, in the
// order of their answers.
func summarized(sent []start, records *Records) *Timeline {
	r := &Result{Starts: &Starts{Cap: 10, plan: Plan{CPS: 10}}, Records: records}
	r.summarize(sent)
	return r.Timeline
}

// Figures worked out by hand. Twilio's clock is an hour ahead of ours.
func TestTimeline(t *testing.T) {
	records := newRecords()
	for _, c := range []twilioapi.Call{
		{Status: "completed", Created: at(3600), Started: at(3600), Ended: at(3603)},
		{Status: "completed", Created: at(3600), Started: at(3602), Ended: at(3604)},
		{Status: "canceled", Created: at(3601), Updated: at(3603)},
	} {
		records.add(c)
	}
	got := summarized([]start{
		{at: at(1.4), took: 40 * time.Millisecond, outcome: twilioapi.Refused}, // answered first
		{at: at(0.5), took: 10 * time.Millisecond, outcome: twilioapi.Accepted},
		{at: at(0.7), took: 20 * time.Millisecond, outcome: twilioapi.NotProcessed},
		{at: at(1.5), took: 30 * time.Millisecond, outcome: twilioapi.Accepted},
		{at: at(3.4), took: 50 * time.Millisecond, outcome: twilioapi.Unknown},
	}, records)
	want := []Bin{
		{Start: 0, Accepted: 1, Refused: 1, Repeated: 1, Dialed: 1, Live: 1, Waiting: 1, Responses: 3},
		{Start: 1, Accepted: 1, Live: 1, Waiting: 2, Responses: 1},
		{Start: 2, Unknown: 1, Dialed: 1, Live: 2, Waiting: 1, Responses: 1},
		{Start: 3, Live: 1},
		{Start: 4},
	}
	if got.Width != 1 || len(got.Bins) != len(want) {
		t.Fatalf("%d bins of %v s, want %d of 1 s", len(got.Bins), got.Width, len(want))
	}
	for i, bin := range got.Bins {
		if i == 0 && (int(bin.P50) != 20 || int(bin.Max) != 40) {
			t.Errorf("response p50 %v ms, max %v; want 20 and 40", bin.P50, bin.Max)
		}
		bin.P50, bin.P99, bin.Max = 0, 0, 0
		if bin != want[i] {
			t.Errorf("bin %d: %+v, want %+v", i, bin, want[i])
		}
	}
	if none := summarized(nil, newRecords()); none != nil {
		t.Errorf("a timeline of nothing: %+v", none)
	}
}

// Of a day of calls as of a minute's: 300 bins at most, and nothing lost.
func TestATimelineIsShort(t *testing.T) {
	for _, seconds := range []int{1, 299, 300, 301, 86_400} {
		records := newRecords()
		var starts []start
		for i := range seconds {
			starts = append(starts, start{at: at(float64(i)), outcome: twilioapi.Accepted})
			records.add(twilioapi.Call{Status: "completed", Created: at(float64(i)), Started: at(float64(i + 2)), Ended: at(float64(i + 9))})
		}
		s := summarized(starts, records)
		accepted, dialed, live := 0, 0, 0
		for _, bin := range s.Bins {
			accepted += bin.Accepted
			dialed += bin.Dialed
			live = max(live, bin.Live)
		}
		if len(s.Bins) > 300 || accepted != seconds || dialed != seconds || live != records.PeakLive {
			t.Errorf("%d s: %d bins, %d accepted, %d dialed, %d live; want at most 300, %d, %d, %d",
				seconds, len(s.Bins), accepted, dialed, live, seconds, seconds, records.PeakLive)
		}
	}
}

// What is live in a part of a bin is live in that bin, wherever in it that begins.
func TestBinsWiderThanASecond(t *testing.T) {
	records := newRecords()
	for _, c := range []twilioapi.Call{
		{Status: "completed", Created: at(0), Started: at(0), Ended: at(601)},
		{Status: "completed", Created: at(2), Started: at(2), Ended: at(4)},
		{Status: "completed", Created: at(2), Started: at(5), Ended: at(7)},
	} {
		records.add(c)
	}
	got := summarized(nil, records)
	if got.Width != 3 || len(got.Bins) != 201 {
		t.Fatalf("%d bins of %v s, want 201 of 3 s", len(got.Bins), got.Width)
	}
	for i, want := range []Bin{{Live: 2, Waiting: 1, Dialed: 2}, {Start: 3, Live: 2, Waiting: 1, Dialed: 1}, {Start: 6, Live: 2}, {Start: 9, Live: 1}} {
		if got.Bins[i] != want {
			t.Errorf("bin %d: %+v, want %+v", i, got.Bins[i], want)
		}
	}
}
