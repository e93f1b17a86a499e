package compare

import "math"

// An estimate is a ratio, and how far chance may have moved it.
type estimate struct {
	value    float64
	variance float64
	freedom  float64 // degrees of freedom of the variance
	size     float64 // Σn
}

// times returns the estimate of factor times the ratio.
func (e estimate) times(factor float64) estimate {
	e.value *= factor
	e.variance *= factor * factor
	return e
}

// estimate returns the ratio and the larger of two estimates of its variance.
//
// One is right if no block depends on another: the variance of the blocks, with
// a degree of freedom less than there are blocks.
//
// The other allows for neighbours being alike, which makes slow waves. What the
// blocks are off the ratio is projected on the cosines of the lowest
// frequencies: half a wave in the run, two halves, three and so on. Their mean
// power is what the mean of all blocks varies by, with as many degrees of
// freedom as there are cosines. Where it is the smaller of the two that is
// chance, or a regular pattern: nothing to rely on. So k rare events are never
// more than √k standard errors from none.
func (r ratio) estimate() estimate {
	e := estimate{value: r.value(), size: sum(r.n)}
	if math.IsNaN(e.value) {
		return e
	}
	blocks := float64(len(r.x))
	projections := make([]float64, cosines(len(r.x)))
	var squares float64
	for i := range r.x {
		off := r.x[i] - e.value*r.n[i]
		squares += off * off
		angle := math.Pi * (float64(i) + 0.5) / blocks
		last, cos := 1.0, math.Cos(angle)
		double := 2 * cos
		for j := range projections { // cos is that of (j+1)·angle
			projections[j] += off * cos
			last, cos = cos, double*cos-last
		}
	}
	var power float64
	for _, p := range projections {
		power += p * p
	}
	e.freedom = float64(len(projections))
	e.variance = 2 * power / e.freedom / (e.size * e.size)
	if independent := squares * blocks / (blocks - 1) / (e.size * e.size); independent > e.variance {
		e.variance, e.freedom = independent, blocks-1
	}
	return e
}

// cosines returns how many cosines to use for a number of blocks: as many as
// the authors recommend. More would find more differences and more that are
// none.
func cosines(blocks int) int {
	return max(1, int(math.Round(0.4*math.Pow(float64(blocks), 2.0/3))))
}
