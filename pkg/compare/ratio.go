package compare

import "math"

// A ratio is Σx / Σn over the blocks of a run.
type ratio struct {
	x, n []float64 // of each block that is not empty
}

func newRatio(x, n []float64) ratio {
	var r ratio
	for i := range max(len(x), len(n)) {
		if xi, ni := element(x, i), element(n, i); xi != 0 || ni != 0 {
			r.x, r.n = append(r.x, xi), append(r.n, ni)
		}
	}
	return r
}

// element returns zero beyond the end.
func element(series []float64, i int) float64 {
	if i < len(series) {
		return series[i]
	}
	return 0
}

// value returns the ratio, NaN if there is nothing to divide by.
func (r ratio) value() float64 {
	if n := sum(r.n); n > 0 {
		return sum(r.x) / n
	}
	return math.NaN()
}

func sum(series []float64) float64 {
	var s float64
	for _, v := range series {
		s += v
	}
	return s
}

// ratios are a line's ratios in both runs.
type ratios struct {
	before, now ratio
	was, is     estimate
}

func newRatios(before, now ratio) ratios {
	return ratios{before, now, before.estimate(), now.estimate()}
}

func (p ratios) figures() (before, now float64) { return p.was.value, p.is.value }
func (p ratios) blocks() (before, now int)      { return len(p.before.x), len(p.now.x) }
func (p ratios) balance() float64               { return p.is.value / p.was.value }

func (p ratios) at(factor float64) (before, now estimate) {
	return p.was.times(factor), p.is
}
