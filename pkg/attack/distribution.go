package attack

import (
	"math/bits"
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

// A Distribution holds times to two or three digits, the longest and the sum
// exactly. Those of several runs can be added up. A nil one holds none.
type Distribution struct {
	histogram *hdrhistogram.Histogram
	longest   time.Duration
	sum       time.Duration
}

// Times outside of these bounds are counted as the bound.
const (
	shortest    = time.Microsecond
	longestKept = 24 * time.Hour
)

// Digits of histograms: of a whole run, and of one of its steps or intervals.
const (
	digits    = 3
	fewDigits = 2
)

func newDistribution(digits int) *Distribution {
	return &Distribution{histogram: newDense(digits)}
}

// newDense returns a histogram of times, which takes 475 kB for three digits and
// 30 kB for two.
func newDense(digits int) *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(shortest), int64(longestKept), digits)
}

func (d *Distribution) record(t time.Duration) {
	must(d.histogram.RecordValue(bounded(t)))
	d.longest = max(d.longest, t)
	d.sum += t
}

// bounded returns what a histogram can hold.
func bounded(t time.Duration) int64 { return int64(min(max(t, 0), longestKept)) }

// must panics with the error of recording what is within bounds.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// plus returns the distribution with the times of another, which is not to be used
// any more.
func (d *Distribution) plus(other *Distribution) *Distribution {
	switch {
	case d == nil:
		return other
	case other != nil:
		d.histogram.Merge(other.histogram)
		d.sum += other.sum
		d.longest = max(d.longest, other.longest)
	}
	return d
}

// clone returns a copy.
func (d *Distribution) clone() *Distribution {
	if d == nil {
		return nil
	}
	return &Distribution{d.histogram.Clone(), d.longest, d.sum}
}

// Counts returns how many of the times there are of each, as [Rounded] has them.
func (d *Distribution) Counts() map[time.Duration]int {
	counts := make(map[time.Duration]int)
	if d.Count() == 0 {
		return counts
	}
	for _, bar := range d.histogram.Distribution() {
		if bar.Count > 0 {
			counts[time.Duration(bar.To)] = int(bar.Count)
		}
	}
	return counts
}

// Rounded returns the longest time that the histogram of a run does not tell apart
// from t.
func Rounded(t time.Duration) time.Duration {
	t = min(max(t, 0), longestKept)
	apart := max(9, bits.Len64(uint64(t))-11) // as in a histogram from 1 µs on, to three digits
	return t | (1<<apart - 1)
}

// Count returns how many times there are.
func (d *Distribution) Count() int {
	if d == nil {
		return 0
	}
	return int(d.histogram.TotalCount())
}

// Histogram returns the histogram, of nanoseconds; nil if there are no times.
func (d *Distribution) Histogram() *hdrhistogram.Histogram {
	if d.Count() == 0 {
		return nil
	}
	return d.histogram
}

// orNil returns nil in the place of a distribution without times.
func (d *Distribution) orNil() *Distribution {
	if d.Count() == 0 {
		return nil
	}
	return d
}

// Times returns the distribution's figures.
func (d *Distribution) Times() Times {
	n := d.Count()
	if n == 0 {
		return Times{}
	}
	return Times{
		Count: n, Mean: ms(d.sum / time.Duration(n)),
		P50: d.at(50), P90: d.at(90), P95: d.at(95), P99: d.at(99), P999: d.at(99.9), Max: ms(d.longest),
	}
}

// Curve returns the percentiles from 0 to 100; none of no times.
func (d *Distribution) Curve() []Percentile {
	points := []Percentile{}
	if d.Count() == 0 {
		return points
	}
	for _, percent := range []float64{0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100} {
		points = append(points, Percentile{percent, d.at(percent)})
	}
	return points
}

// at returns a percentile, 0 of no times. A histogram's may be above the longest
// time.
func (d *Distribution) at(percentile float64) float64 {
	if d.Count() == 0 {
		return 0
	}
	return ms(min(time.Duration(d.histogram.ValueAtPercentile(percentile)), d.longest))
}

// ms is a time in milliseconds.
func ms(t time.Duration) float64 { return float64(t) / float64(time.Millisecond) }

// longestTime returns the longest of the times, 0 if there are none.
func (d *Distribution) longestTime() time.Duration {
	if d == nil {
		return 0
	}
	return d.longest
}
