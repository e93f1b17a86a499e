package compare_test

import (
	"flag"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"call-load-tester/pkg/compare"
)

// go test ./pkg/compare -v -run 'Chance|Slower' -args -long compares 1,000 pairs of
// runs for each promise, and -pairs 1000 as many of each shape, which gives the
// figures of the README. Usually there are few pairs: whatever moves a figure
// moves theirs.
var (
	long  = flag.Bool("long", false, "compare 1,000 pairs of runs for each promise")
	pairs = flag.Int("pairs", 0, "compare `N` pairs of runs of each shape")
)

// alike are shapes of runs between which nothing has changed.
var alike = []struct {
	what string
	shape
}{
	{"60 s, the same rate each second", shape{seconds: [2]int{60, 60}, requests: 100}},
	{"60 s, random arrivals", shape{seconds: [2]int{60, 60}, requests: 100, random: true}},
	{"60 s, seconds that vary by 10 % and last (correlation 0.5)",
		shape{seconds: [2]int{60, 60}, requests: 100, level: 0.1, memory: 0.5}},
	{"120 s, seconds that vary by 10 % and last longer (correlation 0.7)",
		shape{seconds: [2]int{120, 120}, requests: 50, level: 0.1, memory: 0.7}},
	{"60 s, a closed loop", shape{seconds: [2]int{60, 60}, requests: 100, closed: true, level: 0.1, memory: 0.5}},
	{"60 s, a second's stall in each", shape{seconds: [2]int{60, 60}, requests: 100, stalls: [2]int{1, 1}}},
	{"60 s, a second's stall in one, a closed loop",
		shape{seconds: [2]int{60, 60}, requests: 100, closed: true, stalls: [2]int{0, 1}}},
	{"60 s, a stall of three seconds in one", shape{seconds: [2]int{60, 60}, requests: 100, stalls: [2]int{3, 0}}},
	{"60 s, the first second ten times as slow", shape{seconds: [2]int{60, 60}, requests: 100, warmUp: 10}},
	{"60 s, getting slower by a third", shape{seconds: [2]int{60, 60}, requests: 100, drift: 0.3}},
	{"60 s, long tails (a spread of 1.5)", shape{seconds: [2]int{60, 60}, requests: 100, random: true, spread: 1.5}},
	{"60 s, few requests, often none in a second", shape{seconds: [2]int{60, 60}, requests: 1, random: true}},
	{"60 s, an error in 2,000", shape{seconds: [2]int{60, 60}, requests: 100, faults: 0.0005}},
	{"30 s and 120 s", shape{seconds: [2]int{30, 120}, requests: 100, level: 0.1, memory: 0.5}},
	{"12 s and 200 s, the first second ten times as slow",
		shape{seconds: [2]int{12, 200}, requests: 50, random: true, warmUp: 10}},
	{"12 s, random arrivals", shape{seconds: [2]int{12, 12}, requests: 100, random: true}},
	// At the limits of the method:
	{"60 s, seconds that vary by 10 % and hardly change (correlation 0.9)",
		shape{seconds: [2]int{60, 60}, requests: 50, level: 0.1, memory: 0.9}},
	{"60 s, spells of some 10 s that are 1.6 times as slow", shape{seconds: [2]int{60, 60}, requests: 50, spells: 0.5}},
}

func TestChanceIsMarkedInAtMost7Percent(t *testing.T) {
	var marked, all int
	for _, tc := range alike {
		n := number(1000/len(alike) + 1)
		m := count(n, func(seed uint64) bool {
			return slices.ContainsFunc(changes(tc.shape, seed), func(c compare.Change) bool {
				return c.Verdict == compare.BeyondChance
			})
		})
		t.Logf("%5.1f %% of %d: %s", 100*float64(m)/float64(n), n, tc.what)
		marked, all = marked+m, all+n
	}
	if share := float64(marked) / float64(all); share > 0.07 {
		t.Errorf("%.1f %% of %d pairs have a mark, want at most 7 %%", 100*share, all)
	}
}

// slower are shapes of runs of which one is a tenth slower.
var slower = []struct {
	what string
	shape
}{
	{"60 s × 200, the same rate each second", shape{seconds: [2]int{60, 60}, requests: 200}},
	{"60 s × 200, seconds that vary by 3 % and last (correlation 0.5)",
		shape{seconds: [2]int{60, 60}, requests: 200, level: 0.03, memory: 0.5}},
	{"60 s × 200, a second's stall in each", shape{seconds: [2]int{60, 60}, requests: 200, stalls: [2]int{1, 1}}},
	{"60 s × 200, a closed loop",
		shape{seconds: [2]int{60, 60}, requests: 200, closed: true, level: 0.03, memory: 0.5}},
	{"30 s × 200 and 120 s × 200", shape{seconds: [2]int{30, 120}, requests: 200}},
}

func TestTenPercentSlowerIsAlwaysMarked(t *testing.T) {
	for _, tc := range slower {
		n := number(1000 / len(slower))
		tc.slower = 0.1
		m := count(n, func(seed uint64) bool {
			c := changes(tc.shape, seed)[1]
			return c.Verdict == compare.BeyondChance && c.Low > 1
		})
		t.Logf("%5.1f %% of %d: %s", 100*float64(m)/float64(n), n, tc.what)
		if m < n {
			t.Errorf("%s: of %d pairs, %d have a median marked as slower, want all", tc.what, n, m)
		}
	}
}

// A run that is exactly as much slower as is allowed is held to be worse only
// by chance, one that is twice as much slower always.
func TestWorseIsBeyondTheShareAndChance(t *testing.T) {
	s := shape{seconds: [2]int{60, 60}, requests: 100, level: 0.03, memory: 0.5}
	n := number(100)
	for _, tc := range []struct {
		what     string
		slower   float64
		by       float64
		min, max float64
	}{
		{"exactly as much slower", 0.1, 0.1, 0, 0.07},
		{"less slower", 0.02, 0.1, 0, 0},
		{"much more slower", 0.3, 0.1, 1, 1},
		{"not slower, none allowed", 0, 0, 0, 0.07},
	} {
		s.slower = tc.slower
		m := count(n, func(seed uint64) bool {
			before, now := s.pair(seed)
			return compare.Worse(before, now, compare.Percentile("latency", 50), tc.by) == compare.BeyondChance
		})
		if share := float64(m) / float64(n); share < tc.min || share > tc.max {
			t.Errorf("%s: worse by more than %g in %.3f of pairs, want %g to %g", tc.what, tc.by, share, tc.min, tc.max)
		}
	}
}

func changes(s shape, seed uint64) []compare.Change {
	before, now := s.pair(seed)
	return compare.Runs(before, now, lines...)
}

// number returns how many pairs of a shape to compare, of so many that a promise
// is about.
func number(promised int) int {
	switch {
	case *pairs > 0:
		return *pairs
	case *long:
		return promised
	}
	return promised/20 + 1
}

// count returns for how many of the seeds from 1 to n something holds.
func count(n int, holds func(seed uint64) bool) int {
	var next, found atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1); seed <= int64(n); seed = next.Add(1) {
				if holds(uint64(seed)) {
					found.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return int(found.Load())
}
