package attack

import "math"

// forgeries says which requests get a wrong signature: an exact share of them,
// spread evenly over the run and over the rows, the same in each run.
//
// The run is divided into as many blocks as there are forgeries, of equal
// length, and each has one. Where in its block it is follows the golden ratio:
// a fixed place would hit the same rows again and again.
type forgeries struct {
	requests, wrong int
}

// golden is the golden ratio's fraction, in units of 1 / 2^64.
const golden = 0x9e3779b97f4a7c15

// newForgeries returns the forgeries of that percentage of the requests,
// rounded to whole ones.
func newForgeries(requests int, percent float64) forgeries {
	return forgeries{requests, int(math.Round(float64(requests) * percent / 100))}
}

// Forgeries returns how many requests get a signature that is wrong on purpose.
func (c Config) Forgeries() int { return newForgeries(c.Total, c.BadSignature).wrong }

// is reports whether request k is one.
func (f forgeries) is(k int) bool {
	if f.wrong == 0 {
		return false
	}
	k %= f.requests
	first, _, place := f.block(k)
	return k == first+place
}

// isOther reports whether conversation k, whose first request is signed well, gets
// a wrong signature later: as many as there are forgeries, none of them among
// these.
func (f forgeries) isOther(k int) bool {
	if f.wrong == 0 {
		return false
	}
	k %= f.requests
	first, size, place := f.block(k)
	return size > 1 && k == first+(place+size/2)%size
}

// block returns the first request of the block that k is in, how many there are
// in it, and which of them is forged.
func (f forgeries) block(k int) (first, size, place int) {
	block := k * f.wrong / f.requests
	first = f.begin(block)
	size = f.begin(block+1) - first
	return first, size, int((uint64(block) * golden >> 32) * uint64(size) >> 32)
}

// begin returns the first request of a block.
func (f forgeries) begin(block int) int {
	return (block*f.requests + f.wrong - 1) / f.wrong
}
