package attack

import "math"

// forgeries says which requests get a wrong signature: an exact share of them,
// spread over the run and over the rows, the same in each run.
type forgeries struct {
	requests, wrong, step int
}

// newForgeries returns the forgeries of that percentage of the requests,
// rounded to whole ones.
func newForgeries(requests int, percent float64) forgeries {
	return forgeries{
		requests: requests,
		wrong:    int(math.Round(float64(requests) * percent / 100)),
		step:     coprimeNear(requests, 0.618),
	}
}

// is reports whether request k is one. Multiplying by a number without a common
// divisor permutes the requests; the first ones of the permutation are forged.
func (f forgeries) is(k int) bool {
	return f.wrong > 0 && k*f.step%f.requests < f.wrong
}

// coprimeNear returns a number near share × n that has no divisor in common
// with n.
func coprimeNear(n int, share float64) int {
	step := max(1, int(float64(n)*share))
	for gcd(step, n) != 1 {
		step++
	}
	return step
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
