package burst

import (
	"slices"
	"time"
)

// recent holds the instants of the latest starts, in a ring.
type recent struct {
	at   []time.Duration
	next int // index of the oldest, which the next start replaces
}

// longAgo stands for starts that never were: they are no reason to wait.
const longAgo = -Window

// keep makes room for the latest n starts. It never forgets any.
func (r *recent) keep(n int) {
	if missing := n - len(r.at); missing > 0 {
		r.at = slices.Concat(slices.Repeat([]time.Duration{longAgo}, missing), r.at[r.next:], r.at[:r.next])
		r.next = 0
	}
}

// add notes a start.
func (r *recent) add(at time.Duration) {
	r.at[r.next] = at
	if r.next++; r.next == len(r.at) {
		r.next = 0
	}
}

// last returns the n-th of the latest starts, counted backwards from 1. There
// must be room for n.
func (r *recent) last(n int) time.Duration {
	i := r.next - n
	if i < 0 {
		i += len(r.at)
	}
	return r.at[i]
}
