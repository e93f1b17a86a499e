package attack

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestForgeriesAreExactAndSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		requests := rapid.IntRange(1, 20_000).Draw(t, "requests")
		percent := rapid.Float64Range(0, 100).Draw(t, "percent")
		f := newForgeries(requests, percent)
		forged := 0
		for k := range requests {
			if f.is(k) {
				forged++
			}
			// At any time the share is right, but for the block under way.
			if want := float64(k+1) * float64(f.wrong) / float64(requests); math.Abs(float64(forged)-want) > 1 {
				t.Fatalf("%d of the first %d are forged, want about %.1f", forged, k+1, want)
			}
		}
		if want := int(math.Round(float64(requests) * percent / 100)); forged != want {
			t.Errorf("%d forged, want %d", forged, want)
		}
	})
}

// Where each conversation begins with a wrong signature, none has one later.
func TestAllForgedAtOnce(t *testing.T) {
	for k := range 10 {
		if f := newForgeries(10, 100); !f.is(k) || f.isOther(k) {
			t.Errorf("conversation %d: forged %v, and later %v; want at first alone", k, f.is(k), f.isOther(k))
		}
	}
}

func TestForgeriesOfTheLargestRun(t *testing.T) {
	f := newForgeries(MaxTotal, 50)
	forged := 0
	for k := MaxTotal - 1000; k < MaxTotal; k++ {
		if f.is(k) {
			forged++
		}
	}
	if forged < 490 || forged > 510 {
		t.Errorf("%d of the last 1000 are forged, want about half", forged)
	}
}
