package attack

import (
	"reflect"
	"testing"
	"time"

	"call-load-tester/pkg/timeline"
)

// Two digits, rounded up, are no longer than the longest time.
func TestNoIntervalIsLongerThanTheLongest(t *testing.T) {
	bins := timeline.New(0, (*bin).merge)
	for range 100 {
		place(bins, &outcome{ended: 100100 * time.Microsecond})
	}
	got := intervals(bins)[0]
	got.figure(100100*time.Microsecond, 0)
	if got.P50 != 100.1 || got.P99 != 100.1 || got.Max != 100.1 {
		t.Errorf("%+v, want 100.1 ms for all", got)
	}
}

// A request counts where it was due, its answer where it came; halved, the
// timeline has the same counts in half of the bins.
func TestWhereARequestCounts(t *testing.T) {
	const about2s = 2004.877311 // rounded up to two digits of the histogram
	bins := timeline.New(0, (*bin).merge)
	for k := range 3 {
		place(bins, &outcome{due: time.Duration(k) * time.Second, ended: time.Duration(k+2)*time.Second + time.Duration(k), class: class(k)})
	}
	for i, want := range [][]Interval{
		{
			{Start: 0, Width: 1, Sent: 1, Accepted: 1, P50: about2s, P99: about2s, Max: about2s},
			{Start: 1, Width: 1, Sent: 1, Errored: 1, P50: about2s, P99: about2s, Max: about2s},
			{Start: 2, Width: 1, Sent: 1, Unanswered: 1, Answered: 1},
			{Start: 3, Width: 1, Answered: 1},
		},
		{
			{Start: 0, Width: 2, Sent: 2, Accepted: 1, Errored: 1, P50: about2s, P99: about2s, Max: about2s},
			{Start: 2, Width: 2, Sent: 1, Unanswered: 1, Answered: 2},
		},
	} {
		if i == 1 {
			bins.At(timeline.MaxBins * time.Second)
		}
		got := intervals(bins)[:len(want)]
		for i := range got {
			got[i].figure(time.Hour, 0)
			got[i].Latency, got[i].Codes, got[i].Steps = nil, nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("in bins of %v: %+v, want %+v", bins.Width, got, want)
		}
	}
}
