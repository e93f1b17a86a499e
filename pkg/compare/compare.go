// Package compare tells one run from another: which of its figures have
// changed, and which by more than chance.
//
// A run is a row of blocks, each a second of it or more. A figure is a ratio of
// two sums over the blocks (requests to seconds, errors to requests) or a
// percentile of all times. Chance is judged by how the blocks of a run vary,
// not by single requests: requests of the same moment are slow together, and a
// million of them would mark every noise.
//
// # Method
//
// A percentile is compared as a share of requests: if the p99 of two runs is
// the same, the same share of either takes longer than that (Woodruff, Journal
// of the American Statistical Association 47, 1952). The threshold is midway
// between the two percentiles, by their ratio, so that runs without a time in
// common have none of the one above it and all of the other. So every line is a
// comparison of two ratios Σx/Σn.
//
// The variance of a ratio r is that of the mean of x − r·n over the blocks
// (Cochran, Sampling Techniques, 1977, chapter 6). Neighbouring blocks are
// alike; the equal-weighted cosine estimator allows for that (Lazarus, Lewis,
// Stock and Watson, HAR Inference: Recommendations for Practice, Journal of
// Business & Economic Statistics 36, 2018). The difference is held against
// Student's t with Welch's degrees of freedom (Biometrika 34, 1947). Holm's
// procedure allows for the number of lines (Scandinavian Journal of Statistics
// 6, 1979). Nothing is drawn at random: the same runs give the same result.
//
// The two runs may differ in length, in rate and in the width of their blocks.
//
// # Limits
//
// Chance is what varies within a run. What differs from run to run (a restart,
// a neighbour on the host, the time of day) counts as a change like any other.
// So may what goes up and down in more than a tenth of the run.
package compare

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Level is how often at most any line at all is BeyondChance although nothing
// has changed.
const Level = 0.05

// MinBlocks is how many blocks with something in them a line needs in each run.
const MinBlocks = 10

// A Run is what happened in each block of a run. A name that a run does not
// have stands for zeros, or for no times; so does what is missing at the end of
// a series.
type Run struct {
	Counts map[string][]float64 // what is counted or summed up, never negative; the seconds of a block, too
	Times  map[string]Times
}

// Times are the times of a run's requests, or of some of them.
type Times struct {
	Whole  *hdrhistogram.Histogram // of the whole run, whose percentiles are shown
	Blocks []Buckets               // of each block; may have fewer digits than Whole
}

// Buckets are those of a histogram, ascending. Empty ones may be left out.
type Buckets []hdrhistogram.Bar

// A Line is a figure to compare: see [Ratio] and [Percentile].
type Line struct {
	count, per string // of a ratio
	times      string // of a percentile
	percent    float64
}

// Ratio returns the line of the sum of a count, divided by the sum of another:
// requests per second, errors per request, money per request.
func Ratio(count, per string) Line { return Line{count: count, per: per} }

// Percentile returns the line of a percentile of times, such as 99.9. It panics
// if percent is not more than 0 and less than 100.
func Percentile(times string, percent float64) Line {
	if !(percent > 0 && percent < 100) {
		panic("compare: a percentile is more than 0 and less than 100")
	}
	return Line{times: times, percent: percent}
}

// A Verdict says whether a figure has changed.
type Verdict int

const (
	NoData       Verdict = iota // a run does not have the figure at all
	TooShort                    // a run has fewer than MinBlocks blocks with something in them
	WithinChance                // no difference beyond chance
	BeyondChance                // a difference beyond chance
)

// A Change is how a figure of one run differs from that of another.
type Change struct {
	Before, Now float64 // of the whole runs; times in the unit of their histogram; NaN if there is none
	Verdict     Verdict

	// P is how often chance alone makes any of the lines differ as much as this
	// one (Holm's adjusted p-value). At most Level is BeyondChance. NaN if there
	// is no judgement.
	P float64

	// Low and High are the bounds of Now / Before, each pair on its own with a
	// confidence of 1 − Level or more. A change WithinChance has 1 between its
	// bounds, one BeyondChance has not. Low may be 0 and High +Inf, where a run has
	// too little to say more; both are NaN if there is no judgement.
	Low, High float64
}

// Runs compares two runs and returns a Change for each line. The lines are
// judged together: the more there are, the more each must differ.
func Runs(before, now Run, lines ...Line) []Change {
	changes := make([]Change, len(lines))
	var (
		judged []*Change
		pairs  []pair
		ps     []float64
	)
	match := newMatcher(before, now)
	for i, line := range lines {
		c, p := &changes[i], match.pair(line)
		c.Before, c.Now = p.figures()
		c.Verdict, c.P, c.Low, c.High = readiness(p), math.NaN(), math.NaN(), math.NaN()
		if c.Verdict == WithinChance {
			judged, pairs, ps = append(judged, c), append(pairs, p), append(ps, differs(p))
		}
	}
	same := len(judged)
	for i, p := range holm(ps) {
		judged[i].P = p
		if p <= Level {
			judged[i].Verdict = BeyondChance
			same--
		}
	}
	// Those beyond chance were held against stricter levels than this by Holm's
	// procedure, and the first of the others against this one.
	level := Level / float64(max(same, 1))
	for i, c := range judged {
		c.Low, c.High = bounds(pairs[i], level, c.Verdict == BeyondChance)
	}
	return changes
}

// Worse judges one line by itself: BeyondChance says that now is greater than
// before by more than a share (0.1 is 10 %) and chance. A figure that is greater
// by exactly that share passes for worse with a probability of Level.
func Worse(before, now Run, line Line, by float64) Verdict {
	p := newMatcher(before, now).pair(line)
	verdict := readiness(p)
	if verdict == WithinChance && exceeds(p, 1+by) <= Level {
		return BeyondChance
	}
	return verdict
}
