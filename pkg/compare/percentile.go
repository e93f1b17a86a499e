package compare

import (
	"math"
	"sort"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// percentiles are a line's percentiles in both runs.
type percentiles struct {
	before, now *distribution
	percent     float64
	was, is     float64 // from the blocks, for thresholds; 0 if there are none
}

func newPercentiles(before, now *distribution, percent float64) percentiles {
	return percentiles{before, now, percent, before.percentile(percent), now.percentile(percent)}
}

func (p percentiles) figures() (before, now float64) {
	return p.before.figure(p.percent), p.now.figure(p.percent)
}

func (p percentiles) blocks() (before, now int) { return len(p.before.blocks), len(p.now.blocks) }
func (p percentiles) balance() float64          { return p.is / p.was }

// at compares the shares above the threshold midway between the percentiles. At
// either of the two the share of one run would be what was asked for, give or
// take its chance, however far off the other is.
func (p percentiles) at(factor float64) (before, now estimate) {
	threshold := math.Sqrt(factor * p.was * p.is)
	return p.before.above(threshold / factor).estimate(), p.now.above(threshold).estimate()
}

// A distribution holds the times of a run.
type distribution struct {
	whole  *hdrhistogram.Histogram
	blocks []cumulative // those that are not empty
	counts []float64    // how many times each has
	max    float64      // none is above it
}

func newDistribution(t Times) *distribution {
	d := &distribution{whole: t.Whole}
	for _, buckets := range t.Blocks {
		c := accumulate(buckets)
		if len(c.buckets) == 0 {
			continue
		}
		d.blocks = append(d.blocks, c)
		d.counts = append(d.counts, c.after[0]+float64(c.buckets[0].Count))
		d.max = max(d.max, c.max())
	}
	return d
}

// figure returns the percentile of the whole run, NaN if it has no times.
func (d *distribution) figure(percent float64) float64 {
	if d.whole == nil || d.whole.TotalCount() == 0 {
		return math.NaN()
	}
	return float64(d.whole.ValueAtPercentile(percent))
}

// above returns the ratio of the times above a threshold to all.
func (d *distribution) above(threshold float64) ratio {
	r := ratio{x: make([]float64, len(d.blocks)), n: d.counts}
	for i, c := range d.blocks {
		r.x[i] = c.above(threshold)
	}
	return r
}

// percentile returns the threshold which the rest of the times is above.
func (d *distribution) percentile(percent float64) float64 {
	rest := 1 - percent/100
	low, high := 0.0, d.max
	for range 40 { // to a trillionth of the longest
		middle := (low + high) / 2
		if d.above(middle).value() > rest {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// cumulative is a histogram that is ready to be asked how many times are above
// a threshold. Those in one bucket are taken to be spread evenly over it.
type cumulative struct {
	buckets Buckets   // those that are not empty
	after   []float64 // how many times are in later buckets
}

func accumulate(buckets Buckets) cumulative {
	var c cumulative
	for _, bucket := range buckets {
		if bucket.Count > 0 {
			c.buckets = append(c.buckets, bucket)
		}
	}
	c.after = make([]float64, len(c.buckets))
	for i := len(c.buckets) - 1; i > 0; i-- {
		c.after[i-1] = c.after[i] + float64(c.buckets[i].Count)
	}
	return c
}

// max returns the end of the last bucket.
func (c cumulative) max() float64 { return float64(c.buckets[len(c.buckets)-1].To) + 1 }

func (c cumulative) above(threshold float64) float64 {
	i := sort.Search(len(c.buckets), func(i int) bool { return float64(c.buckets[i].To)+1 > threshold })
	if i == len(c.buckets) {
		return 0
	}
	b := c.buckets[i]
	part := (float64(b.To) + 1 - threshold) / float64(b.To+1-b.From)
	return c.after[i] + min(part, 1)*float64(b.Count)
}
