package compare

import "math"

// bounds returns between which factors of before chance leaves now: those that
// a test on both sides at this level does not reject.
func bounds(p pair, level float64, beyond bool) (low, high float64) {
	before, now := p.figures()
	if before == 0 || now == 0 {
		if beyond {
			return now / before, now / before
		}
		return 0, math.Inf(1)
	}
	low = search(p.balance(), 1/1.05, func(factor float64) bool { return exceeds(p, factor) <= level/2 })
	high = search(p.balance(), 1.05, func(factor float64) bool { return exceeded(p, factor) <= level/2 })

	// Blocks may be coarser than the whole run, whose figures are shown.
	low, high = min(low, now/before), max(high, now/before)
	if !beyond {
		return min(low, 1), max(high, 1)
	}
	if now > before {
		return max(low, 1), high
	}
	return low, min(high, 1)
}

// search goes away from a factor, in steps that double, until it is rejected,
// and then closer to where that begins. If it never is, it returns 0 or +Inf.
func search(factor, step float64, rejected func(float64) bool) float64 {
	for !rejected(factor * step) {
		factor *= step
		step *= step
		if step > 1e9 {
			return math.Inf(1)
		}
		if step < 1e-9 {
			return 0
		}
	}
	for math.Abs(math.Log(step)) > 1e-4 {
		step = math.Sqrt(step)
		if !rejected(factor * step) {
			factor *= step
		}
	}
	return factor
}
