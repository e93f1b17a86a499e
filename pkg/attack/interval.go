package attack

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/timeline"
)

// An Interval is a part of the run: the requests due in it, and the answers
// that came in it.
type Interval struct {
	Start float64 `json:"start_seconds"`
	Width float64 `json:"width_seconds"`

	Sent       int `json:"sent"` // of each class
	Answered   int `json:"answered"`
	Accepted   int `json:"accepted"`
	Errored    int `json:"errors"`
	Unanswered int `json:"unanswered"`
	Refused    int `json:"refused"`
	LetThrough int `json:"let_through"`

	Begun int `json:"begun,omitempty"` // conversations
	Live  int `json:"live,omitempty"`  // conversations at once, at most

	P50 float64 `json:"latency_p50_ms"` // to two digits, as the others
	P99 float64 `json:"latency_p99_ms"`
	Max float64 `json:"latency_max_ms"`
}

// of returns the count of a class.
func (i *Interval) of(c class) *int {
	return [...]*int{&i.Accepted, &i.Errored, &i.Unanswered, &i.Refused, &i.LetThrough}[c]
}

// A bin is an Interval that is being filled.
type bin struct {
	Interval
	latency *hdrhistogram.Histogram // nil if there is nothing in it
	over    int                     // conversations
}

// place counts an outcome in its bins.
func place(t *timeline.Timeline[bin], o *outcome) {
	b := t.At(o.due)
	b.Sent++
	*b.of(o.class)++
	if o.timed() {
		if b.latency == nil {
			b.latency = newHistogram(2)
		}
		record(b.latency, o.ended-o.due)
	}
	if o.class != unanswered {
		t.At(o.ended).Answered++
	}
}

func (b *bin) merge(other *bin) {
	b.Sent += other.Sent
	b.Answered += other.Answered
	b.Live = max(b.Live, other.Live)
	b.Begun += other.Begun
	b.over += other.over
	for c := range classes {
		*b.of(c) += *other.of(c)
	}
	switch {
	case b.latency == nil:
		b.latency = other.latency
	case other.latency != nil:
		b.latency.Merge(other.latency)
	}
}

// intervals concludes the bins. No time is longer than the longest, as it might
// be when it is rounded up to two digits.
func intervals(t *timeline.Timeline[bin], longest time.Duration) []Interval {
	list := make([]Interval, len(t.Bins))
	live := 0
	for i, b := range t.Bins {
		b.Live = max(b.Live, live)
		live += b.Begun - b.over
		b.Start = (time.Duration(i) * t.Width).Seconds()
		b.Width = t.Width.Seconds()
		if h := b.latency; h != nil {
			upTo := func(value int64) float64 { return ms(min(time.Duration(value), longest)) }
			b.P50, b.P99, b.Max = upTo(h.ValueAtPercentile(50)), upTo(h.ValueAtPercentile(99)), upTo(h.Max())
		}
		list[i] = b.Interval
	}
	return list
}
