package attack

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// maxBins bounds the length of a timeline. A longer run has wider bins.
const maxBins = 300

// A timeline says what happened when, in bins of equal width: a second, or as
// many as it takes.
type timeline struct {
	width time.Duration
	bins  []bin
}

// A bin holds the requests that were due within its time, but counts as
// answered those whose answers came then.
type bin struct {
	answered int
	classes  [classes]int
	latency  *hdrhistogram.Histogram // two digits; nil if there is nothing in it
}

func (t *timeline) add(s *sample) {
	b := t.at(s.due)
	b.classes[s.class]++
	if s.timed {
		b.record(s.latency)
	}
	if s.class != unanswered {
		t.at(s.ended).answered++
	}
}

// at returns the bin of a time since the start.
func (t *timeline) at(since time.Duration) *bin {
	since = max(since, 0)
	for since/t.width >= maxBins {
		t.halve()
	}
	i := int(since / t.width)
	for len(t.bins) <= i {
		t.bins = append(t.bins, bin{})
	}
	return &t.bins[i]
}

// halve joins each two bins to one of twice the width.
func (t *timeline) halve() {
	t.width *= 2
	for i := range t.bins {
		if i%2 == 0 {
			t.bins[i/2] = t.bins[i]
		} else {
			t.bins[i/2].merge(&t.bins[i])
		}
	}
	half := (len(t.bins) + 1) / 2
	clear(t.bins[half:])
	t.bins = t.bins[:half]
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
func (t *timeline) intervals() []Interval {
	intervals := make([]Interval, len(t.bins))
	for i := range t.bins {
		b := &t.bins[i]
		intervals[i] = Interval{
			Start:      time.Duration(i) * t.width,
			Width:      t.width,
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
