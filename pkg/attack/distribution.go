package attack

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Times describe a distribution, in milliseconds. Percentiles are right to
// three digits, Mean and Max exactly. The zero value is that of none.
type Times struct {
	Count int     `json:"count"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99_9"`
	Max   float64 `json:"max"`
}

// A Percentile says that so many percent take no longer than so many
// milliseconds.
type Percentile struct {
	Percent float64 `json:"percent"`
	Time    float64 `json:"ms"`
}

// A distribution holds times to three digits, the longest and the mean exactly.
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

// newHistogram returns one of times, which takes 475 kB for three digits.
func newHistogram(digits int) *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(shortest), int64(longestKept), digits)
}

func newDistribution() distribution { return distribution{histogram: newHistogram(3)} }

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

// times returns the distribution's figures.
func (d *distribution) times() Times {
	n := d.histogram.TotalCount()
	if n == 0 {
		return Times{}
	}
	return Times{
		Count: int(n), Mean: ms(d.sum / time.Duration(n)),
		P50: d.at(50), P90: d.at(90), P95: d.at(95), P99: d.at(99), P999: d.at(99.9), Max: ms(d.longest),
	}
}

// curve returns the percentiles from 0 to 100; none of no times.
func (d *distribution) curve() []Percentile {
	points := []Percentile{}
	if d.histogram.TotalCount() == 0 {
		return points
	}
	for _, percent := range []float64{0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100} {
		points = append(points, Percentile{percent, d.at(percent)})
	}
	return points
}

// at returns a percentile. A histogram's may be above the longest time.
func (d *distribution) at(percentile float64) float64 {
	return ms(min(time.Duration(d.histogram.ValueAtPercentile(percentile)), d.longest))
}

// ms is a time in milliseconds.
func ms(t time.Duration) float64 { return float64(t) / float64(time.Millisecond) }
