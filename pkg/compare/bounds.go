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
	low = search(p.balance(), 1/1.05, 0, func(factor float64) bool { return exceeds(p, factor) <= level/2 })
	high = search(p.balance(), 1.05, math.Inf(1), func(factor float64) bool { return exceeded(p, factor) <= level/2 })

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

// search goes away from a factor, in steps that double, until one is rejected,
// and from there closer to where that begins, to a ten-thousandth. If none is
// rejected it returns the limit.
func search(factor, step, limit float64, rejected func(float64) bool) float64 {
	for doubled := range 10 { // 1.05 to the power of 1, 2, 4 … is then 7·10¹⁰
		if !rejected(factor * step) {
			factor *= step
			step *= step
			continue
		}
		for range doubled + 9 {
			step = math.Sqrt(step)
			if !rejected(factor * step) {
				factor *= step
			}
		}
		return factor
	}
	return limit
}
