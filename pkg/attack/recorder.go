package attack

import (
	"maps"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/timeline"
)

// A recorder collects what the tallies of all senders hold. Its memory does
// not grow with the number of requests. It is safe for concurrent use.
//
// The histograms are shared, and not one for each sender: a pair of three digits
// takes 475 kB, and there may be 50,000 senders; the timeline has 300 more. So a
// sender keeps its samples and takes the lock once for 64 of them. That costs
// some 70 ns a request, counting included, where the request takes 15,000.
type recorder struct {
	start time.Time // set before the first use

	mu       sync.Mutex
	latency  distribution
	service  distribution
	timeline *timeline.Timeline[bin]
	total    tally
}

func newRecorder() *recorder {
	r := &recorder{latency: newDistribution(), service: newDistribution(), timeline: timeline.New(0, (*bin).merge)}
	r.total = *newTally(r)
	return r
}

// add records a batch of samples.
func (r *recorder) add(batch []sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range batch {
		s := &batch[i]
		if s.timed {
			r.latency.record(s.latency)
			r.service.record(s.service)
		}
		place(r.timeline, s)
	}
}

// merge adds a tally's counts.
func (r *recorder) merge(t *tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := &r.total
	for c := range t.classes {
		sum.classes[c] += t.classes[c]
	}
	addCounts(sum.codes, t.codes)
	addCounts(sum.statuses, t.statuses)
	addCounts(sum.causes, t.causes)
	sum.late += t.late
	sum.latest = max(sum.latest, t.latest)
	sum.forged += t.forged
	sum.received += t.received
	sum.messages += t.messages
	sum.replies.Count += t.replies.Count
	sum.replies.Segments += t.replies.Segments
	sum.replies.Media += t.replies.Media
	sum.bytesSent += t.bytesSent
	sum.bytesReceived += t.bytesReceived
}

func addCounts[K comparable](sum, counts map[K]int) {
	for key, n := range maps.All(counts) {
		sum[key] += n
	}
}

// A distribution holds times to three significant digits, the longest and the
// mean exactly.
type distribution struct {
	histogram *hdrhistogram.Histogram
	longest   time.Duration
	sum       time.Duration
}

// Times outside of these bounds are counted as the bound.
const (
	shortest    = time.Microsecond
	longestKept = 24 * time.Hour
)

func newDistribution() distribution {
	return distribution{histogram: hdrhistogram.New(int64(shortest), int64(longestKept), 3)}
}

func (d *distribution) record(t time.Duration) {
	record(d.histogram, t)
	d.longest = max(d.longest, t)
	d.sum += t
}

func record(h *hdrhistogram.Histogram, t time.Duration) {
	t = min(max(t, 0), time.Duration(h.HighestTrackableValue()))
	if err := h.RecordValue(int64(t)); err != nil {
		panic(err) // the value is within bounds
	}
}

// latency returns the distribution's figures.
func (d *distribution) latency() Latency {
	l := Latency{Count: int(d.histogram.TotalCount()), Max: d.longest}
	if l.Count == 0 {
		return l
	}
	l.Mean = d.sum / time.Duration(l.Count)
	for _, p := range curve {
		l.Curve = append(l.Curve, Percentile{p, d.at(p)})
	}
	l.P50, l.P90, l.P95 = d.at(50), d.at(90), d.at(95)
	l.P99, l.P999 = d.at(99), d.at(99.9)
	return l
}

// curve is where the percentile curve has its points.
var curve = []float64{0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100}

func (d *distribution) at(percentile float64) time.Duration {
	return min(time.Duration(d.histogram.ValueAtPercentile(percentile)), d.longest)
}
