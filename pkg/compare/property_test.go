package compare_test

import (
	"math"
	"slices"
	"testing"

	"call-load-tester/pkg/compare"

	"pgregory.net/rapid"
)

// blocksOf draws a run of up to 30 s, which may be slower and luckier than
// others.
func blocksOf(t *rapid.T, label string) []*block {
	blocks := make([]*block, rapid.IntRange(0, 30).Draw(t, label))
	slower := rapid.SampledFrom([]float64{1, 1, 1.5, 10}).Draw(t, "slower")
	luckier := rapid.SampledFrom([]float64{0.5, 1, 1, 10}).Draw(t, "luckier")
	requests := rapid.IntRange(0, 5)
	if rapid.Bool().Draw(t, "busy") {
		requests = rapid.IntRange(5, 8)
	}
	time, luck := rapid.Float64Range(0, 2000), rapid.Float64Range(0, 2)
	for i := range blocks {
		blocks[i] = newBlock(1)
		for range requests.Draw(t, "requests") {
			blocks[i].request(slower*time.Draw(t, "time"), rapid.Bool().Draw(t, "menu"), luckier*luck.Draw(t, "luck"))
		}
	}
	return blocks
}

func property(t *testing.T, holds func(t *rapid.T, before, now []*block)) {
	rapid.Check(t, func(t *rapid.T) { holds(t, blocksOf(t, "before"), blocksOf(t, "now")) })
}

func TestARunDoesNotDifferFromItself(t *testing.T) {
	property(t, func(t *rapid.T, blocks, _ []*block) {
		run := runOf(blocks...)
		for i, c := range compare.Runs(run, run, lines...) {
			if c.Verdict == compare.BeyondChance || c.Verdict == compare.WithinChance && c.P != 1 {
				t.Errorf("line %d: %+v", i, c)
			}
			if compare.Worse(run, run, lines[i], 0.01) == compare.BeyondChance {
				t.Errorf("line %d is worse than itself", i)
			}
		}
	})
}

func TestBoundsEncloseWhatIsShown(t *testing.T) {
	property(t, func(t *rapid.T, before, now []*block) {
		for i, c := range compare.Runs(runOf(before...), runOf(now...), lines...) {
			factor := c.Now / c.Before
			switch c.Verdict {
			case compare.NoData, compare.TooShort:
				if !math.IsNaN(c.P) || !math.IsNaN(c.Low) || !math.IsNaN(c.High) {
					t.Errorf("line %d is not judged: %+v", i, c)
				}
			case compare.WithinChance:
				if !(c.P > compare.Level && c.P <= 1 && c.Low <= 1 && c.High >= 1) {
					t.Errorf("line %d: 1 is within chance: %+v", i, c)
				}
				if c.Low > factor || c.High < factor {
					t.Errorf("line %d: %g is not within its bounds: %+v", i, factor, c)
				}
			case compare.BeyondChance:
				if !(c.P >= 0 && c.P <= compare.Level) || c.Low < 1 && c.High > 1 {
					t.Errorf("line %d: 1 is not within chance: %+v", i, c)
				}
				if c.Low > factor || c.High < factor {
					t.Errorf("line %d: %g is not within its bounds: %+v", i, factor, c)
				}
			}
		}
	})
}

func TestTheOtherWayRoundIsTheReverse(t *testing.T) {
	property(t, func(t *rapid.T, before, now []*block) {
		there := compare.Runs(runOf(before...), runOf(now...), lines...)
		back := compare.Runs(runOf(now...), runOf(before...), lines...)
		near := func(a, b float64) bool {
			return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-3*math.Abs(a)
		}
		for i := range there {
			a, b := there[i], back[i]
			if a.Verdict != b.Verdict || !near(a.P, b.P) || !near(a.Low, 1/b.High) || !near(a.High, 1/b.Low) {
				t.Errorf("line %d: there %+v, back %+v", i, a, b)
			}
		}
	})
}

func TestAnEmptyBlockChangesNoShare(t *testing.T) {
	shares := slices.DeleteFunc(slices.Clone(lines), func(l compare.Line) bool { return l == lines[0] })
	property(t, func(t *rapid.T, before, now []*block) {
		want := compare.Runs(runOf(before...), runOf(now...), shares...)
		at := rapid.IntRange(0, len(now)).Draw(t, "at")
		got := compare.Runs(runOf(before...), runOf(slices.Insert(slices.Clone(now), at, newBlock(1))...), shares...)
		if !slices.EqualFunc(got, want, equal) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestMoreLinesNeverMarkMore(t *testing.T) {
	property(t, func(t *rapid.T, before, now []*block) {
		b, n := runOf(before...), runOf(now...)
		for i, together := range compare.Runs(b, n, lines...) {
			alone := compare.Runs(b, n, lines[i])[0]
			if together.P < alone.P || together.Before != alone.Before && !math.IsNaN(alone.Before) {
				t.Errorf("line %d: alone %+v, with others %+v", i, alone, together)
			}
		}
	})
}

func TestTheOrderOfLinesDoesNotMatter(t *testing.T) {
	property(t, func(t *rapid.T, before, now []*block) {
		b, n := runOf(before...), runOf(now...)
		order := rapid.Permutation(every(len(lines))).Draw(t, "order")
		want := compare.Runs(b, n, lines...)
		var shuffled []compare.Line
		for _, i := range order {
			shuffled = append(shuffled, lines[i])
		}
		for i, got := range compare.Runs(b, n, shuffled...) {
			if !equal(got, want[order[i]]) {
				t.Errorf("line %d: got %+v, want %+v", order[i], got, want[order[i]])
			}
		}
	})
}

// equal is == but for NaN, which is equal to itself.
func equal(a, b compare.Change) bool {
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	return a.Verdict == b.Verdict && same(a.Before, b.Before) && same(a.Now, b.Now) && same(a.P, b.P) &&
		same(a.Low, b.Low) && same(a.High, b.High)
}
