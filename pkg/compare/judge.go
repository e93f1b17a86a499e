package compare

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// readiness returns why a pair cannot be judged, or WithinChance if it can.
func readiness(p pair) Verdict {
	if before, now := p.figures(); math.IsNaN(before) || math.IsNaN(now) {
		return NoData
	}
	if before, now := p.blocks(); min(before, now) < MinBlocks {
		return TooShort
	}
	return WithinChance
}

// differs returns how often chance alone makes the figures differ so much, in
// either direction.
func differs(p pair) float64 {
	before, now := p.figures()
	if now > before {
		return min(1, 2*exceeds(p, 1))
	}
	if now < before {
		return min(1, 2*exceeded(p, 1))
	}
	return 1 // whatever the blocks say, which may be coarser
}

// exceeds returns how often chance alone puts now above factor times before, as
// far as it is or farther. exceeded is its opposite.
func exceeds(p pair, factor float64) float64 {
	before, now := p.at(factor)
	return greater(now, before)
}
func exceeded(p pair, factor float64) float64 {
	before, now := p.at(factor)
	return greater(before, now)
}

// greater returns the one-sided p-value of Welch's t test for a > b.
func greater(a, b estimate) float64 {
	difference := a.value - b.value
	if math.Abs(difference) <= 1e-9*max(a.value, b.value) { // but for rounding, equal
		return 0.5
	}
	variance := a.variance + b.variance
	if variance == 0 {
		if difference > 0 {
			return 0
		}
		return 1
	}
	// A variance that is small by chance must not pass for a sure one: there are
	// no more degrees of freedom than if both runs varied alike.
	freedom := min(
		welch(a.variance, a.freedom, b.variance, b.freedom),
		welch(1/a.size, a.freedom, 1/b.size, b.freedom))
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.Survival(difference / math.Sqrt(variance))
}

// welch returns the degrees of freedom of the sum of two variances.
func welch(a, freedomA, b, freedomB float64) float64 {
	return (a + b) * (a + b) / (a*a/freedomA + b*b/freedomB)
}

// holm returns p-values that are adjusted for their number: the least by all
// of them, the next by one fewer, and none less than one before it.
func holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	adjusted := make([]float64, len(ps))
	var last float64
	for rank, i := range order {
		last = max(last, min(1, ps[i]*float64(len(ps)-rank)))
		adjusted[i] = last
	}
	return adjusted
}
