package attack

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/timeline"
)

// A bin holds the requests that were due within its time, but counts as
// answered those whose answers came then.
type bin struct {
	answered int
	classes  [classes]int
	latency  *hdrhistogram.Histogram // two digits; nil if there is nothing in it
}

// place counts a sample in its bins.
func place(t *timeline.Timeline[bin], s *sample) {
	b := t.At(s.due)
	b.classes[s.class]++
	if s.timed {
		b.record(s.latency)
	}
	if s.class != unanswered {
		t.At(s.ended).answered++
	}
}

func (b *bin) record(latency time.Duration) {
	if b.latency == nil {
		b.latency = hdrhistogram.New(int64(shortest), int64(longestKept), 2)
	}
	record(b.latency, latency)
}

func (b *bin) merge(other *bin) {
	b.answered += other.answered
	for c := range other.classes {
		b.classes[c] += other.classes[c]
	}
	switch {
	case b.latency == nil:
		b.latency = other.latency
	case other.latency != nil:
		b.latency.Merge(other.latency)
	}
}

// intervals returns the bins' figures.
func intervals(t *timeline.Timeline[bin]) []Interval {
	intervals := make([]Interval, len(t.Bins))
	for i := range t.Bins {
		b := &t.Bins[i]
		intervals[i] = Interval{
			Start:      time.Duration(i) * t.Width,
			Width:      t.Width,
			Answered:   b.answered,
			Accepted:   b.classes[accepted],
			Failed:     b.classes[failed],
			Unanswered: b.classes[unanswered],
			Refused:    b.classes[refused],
			LetThrough: b.classes[letThrough],
		}
		if b.latency != nil {
			intervals[i].P50 = time.Duration(b.latency.ValueAtPercentile(50))
			intervals[i].P99 = time.Duration(b.latency.ValueAtPercentile(99))
			intervals[i].Max = time.Duration(b.latency.Max())
		}
	}
	return intervals
}
