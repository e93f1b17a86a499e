// Package timeline divides the time of a run into bins of equal width.
package timeline

import "time"

// MaxBins is how many bins a timeline has at most. A longer run has wider ones.
const MaxBins = 300

// A Timeline is bins from the start of a run on, of a second or as many whole
// seconds as it takes. It grows as the run does.
type Timeline[B any] struct {
	Width time.Duration
	Bins  []B

	merge func(into, from *B)
}

// New returns the timeline of a run that takes about so long, as far as that is
// known: 0 otherwise. Where the run takes longer, merge adds each second bin to
// the one before it, and the bins are twice as wide.
func New[B any](span time.Duration, merge func(into, from *B)) *Timeline[B] {
	return &Timeline[B]{Width: (span/(MaxBins*time.Second) + 1) * time.Second, merge: merge}
}

// At returns the bin of a time since the start of the run; a time before it
// counts as the start. The bin is good until the next call.
func (t *Timeline[B]) At(since time.Duration) *B {
	since = max(since, 0)
	for since/t.Width >= MaxBins {
		t.halve()
	}
	i := int(since / t.Width)
	for len(t.Bins) <= i {
		var empty B
		t.Bins = append(t.Bins, empty)
	}
	return &t.Bins[i]
}

// halve joins each two bins to one of twice the width.
func (t *Timeline[B]) halve() {
	t.Width *= 2
	for i := range t.Bins {
		if i%2 == 0 {
			t.Bins[i/2] = t.Bins[i]
		} else {
			t.merge(&t.Bins[i/2], &t.Bins[i])
		}
	}
	half := (len(t.Bins) + 1) / 2
	clear(t.Bins[half:])
	t.Bins = t.Bins[:half]
}
