package compare_test

import (
	"math"
	"slices"
	"testing"

	"call-load-tester/pkg/compare"
)

// steady returns a run whose seconds are all the same: requests with times from
// 100 on, so many failing.
func steady(seconds, requests, failing int, slower float64) compare.Run {
	return runOf(steadyBlocks(seconds, requests, failing, slower)...)
}

func steadyBlocks(seconds, requests, failing int, slower float64) []*block {
	blocks := make([]*block, seconds)
	for i := range blocks {
		blocks[i] = newBlock(1)
		for r := range requests {
			luck := 2.0
			if r < failing {
				luck = 0
			}
			blocks[i].request((100+float64(r))*slower, false, luck)
		}
	}
	return blocks
}

// faults returns a steady run of 60 s with a failing request in each of some
// seconds.
func faults(seconds ...int) compare.Run {
	blocks := steadyBlocks(60, 100, 0, 1)
	for _, second := range seconds {
		blocks[second].timeouts++
	}
	return runOf(blocks...)
}

func every(seconds int) []int {
	var all []int
	for i := range seconds {
		all = append(all, i)
	}
	return all
}

func TestVerdicts(t *testing.T) {
	rate, p50, timeouts := compare.Ratio("requests", "seconds"), compare.Percentile("latency", 50), compare.Ratio("timeout", "requests")
	inf, nan := math.Inf(1), math.NaN()
	usual := steady(60, 100, 0, 1)
	for _, tc := range []struct {
		what        string
		before, now compare.Run
		line        compare.Line
		want        compare.Change // bounds to three digits
	}{
		{"nothing differs: the rate", usual, usual, rate,
			compare.Change{Before: 100, Now: 100, Verdict: compare.WithinChance, P: 1, Low: 1, High: 1}},
		{"nothing differs: the median", usual, usual, p50,
			compare.Change{Before: 149, Now: 149, Verdict: compare.WithinChance, P: 1, Low: 1, High: 1}},
		{"nothing differs, but one is longer", usual, steady(90, 100, 0, 1), rate,
			compare.Change{Before: 100, Now: 100, Verdict: compare.WithinChance, P: 1, Low: 1, High: 1}},
		{"ten more in each second: all of a difference", usual, steady(60, 110, 0, 1), rate,
			compare.Change{Before: 100, Now: 110, Verdict: compare.BeyondChance, P: 0, Low: 1.1, High: 1.1}},
		{"ten fewer", steady(60, 110, 0, 1), usual, rate,
			compare.Change{Before: 110, Now: 100, Verdict: compare.BeyondChance, P: 0, Low: 0.909, High: 0.909}},
		{"everything takes twice as long", usual, steady(60, 100, 0, 2), p50,
			compare.Change{Before: 149, Now: 298, Verdict: compare.BeyondChance, P: 0, Low: 2, High: 2}},

		{"five seconds are too short to tell", steady(5, 100, 0, 1), usual, rate,
			compare.Change{Before: 100, Now: 100, Verdict: compare.TooShort, P: nan, Low: nan, High: nan}},
		{"nine seconds are, on the other side", usual, steady(9, 100, 0, 2), p50,
			compare.Change{Before: 149, Now: 298, Verdict: compare.TooShort, P: nan, Low: nan, High: nan}},
		{"ten are not", usual, steady(10, 100, 0, 2), p50,
			compare.Change{Before: 149, Now: 298, Verdict: compare.BeyondChance, P: 0, Low: 2, High: 2}},
		{"what did not happen cannot be compared", usual, usual, compare.Percentile("/menu", 99),
			compare.Change{Before: nan, Now: nan, Verdict: compare.NoData, P: nan, Low: nan, High: nan}},
		{"nor can what happened in one alone", usual, compare.Run{}, p50,
			compare.Change{Before: 149, Now: nan, Verdict: compare.NoData, P: nan, Low: nan, High: nan}},
		{"nor a share of nothing", usual, usual, compare.Ratio("/menu errors", "/menu"),
			compare.Change{Before: nan, Now: nan, Verdict: compare.NoData, P: nan, Low: nan, High: nan}},
		{"nor something to nothing", usual, usual, compare.Ratio("requests", "/menu"),
			compare.Change{Before: nan, Now: nan, Verdict: compare.NoData, P: nan, Low: nan, High: nan}},

		{"no errors, before and now", usual, usual, timeouts,
			compare.Change{Before: 0, Now: 0, Verdict: compare.WithinChance, P: 1, Low: 0, High: inf}},
		{"no such name is none of it", usual, usual, compare.Ratio("reset", "requests"),
			compare.Change{Before: 0, Now: 0, Verdict: compare.WithinChance, P: 1, Low: 0, High: inf}},
		{"errors in all seconds, none before", usual, faults(every(60)...), timeouts,
			compare.Change{Before: 0, Now: 0.01, Verdict: compare.BeyondChance, P: 0, Low: inf, High: inf}},
		{"and none now", faults(every(60)...), usual, timeouts,
			compare.Change{Before: 0.01, Now: 0, Verdict: compare.BeyondChance, P: 0, Low: 0, High: 0}},
		{"an error in three seconds is chance", usual, faults(7, 30, 41), timeouts,
			compare.Change{Before: 0, Now: 0.0005, Verdict: compare.WithinChance, P: 0.092, Low: 0, High: inf}},
		{"forty in one second are, too", usual, faults(slices.Repeat([]int{31}, 40)...), timeouts,
			compare.Change{Before: 0, Now: 0.006667, Verdict: compare.WithinChance, P: 0.328, Low: 0, High: inf}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			got := compare.Runs(tc.before, tc.now, tc.line)[0]
			near := func(a, b float64) bool {
				return a == b || math.Abs(a-b) < 6e-4*max(1, math.Abs(b)) || math.IsNaN(a) && math.IsNaN(b)
			}
			if !near(got.Before, tc.want.Before) || !near(got.Now, tc.want.Now) || got.Verdict != tc.want.Verdict ||
				!near(got.P, tc.want.P) || !near(got.Low, tc.want.Low) || !near(got.High, tc.want.High) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestTheWidthOfBlocksDoesNotMatter(t *testing.T) {
	s := shape{seconds: [2]int{400, 400}, requests: 20, random: true, level: 0.05, memory: 0.5}
	same, _ := s.blocks(1)
	_, other := s.blocks(2)
	s.slower = 0.1
	_, slower := s.blocks(2)
	p50 := compare.Percentile("latency", 50)
	for _, widths := range [][2]int{{1, 1}, {1, 2}, {4, 1}, {16, 16}, {1, 32}} {
		before := runOf(join(same, widths[0])...)
		now, worse := runOf(join(other, widths[1])...), runOf(join(slower, widths[1])...)
		if c := compare.Runs(before, now, lines...); slices.ContainsFunc(c, func(c compare.Change) bool {
			return c.Verdict != compare.WithinChance
		}) {
			t.Errorf("blocks of %d s: %+v, want all within chance", widths, c)
		}
		if c := compare.Runs(before, worse, p50)[0]; c.Verdict != compare.BeyondChance || c.Low > 1.1 || c.High < 1.1 {
			t.Errorf("blocks of %d s: %+v, want slower by some 10 %%", widths, c)
		}
	}
}

// join makes one block of each several.
func join(blocks []*block, several int) []*block {
	var joined []*block
	for some := range slices.Chunk(blocks, several) {
		sum := newBlock(0)
		for _, b := range some {
			sum.seconds += b.seconds
			sum.requests += b.requests
			sum.cost += b.cost
			sum.timeouts += b.timeouts
			sum.badAnswers += b.badAnswers
			sum.menu += b.menu
			sum.menuErrors += b.menuErrors
			sum.latency.Merge(b.latency)
			sum.menuLatency.Merge(b.menuLatency)
		}
		joined = append(joined, sum)
	}
	return joined
}

func TestTheLastBlockMayBeShorter(t *testing.T) {
	half := newBlock(0.5)
	for range 50 {
		half.request(100, false, 2)
	}
	now := runOf(append(steadyBlocks(20, 100, 0, 1), half)...)
	c := compare.Runs(steady(20, 100, 0, 1), now, compare.Ratio("requests", "seconds"))[0]
	if c.Before != 100 || c.Now != 100 || c.P != 1 {
		t.Errorf("%+v, want 100 requests a second in both", c)
	}
}

func TestPercentilesAreThoseOfTheWholeRun(t *testing.T) {
	before, now := steady(20, 10, 0, 10), steady(20, 10, 0, 10)
	// The whole run's histogram has three digits, those of its blocks have two.
	fine := newHistogram(3)
	record(fine, 1001)
	before.Times["latency"] = compare.Times{Whole: fine, Blocks: before.Times["latency"].Blocks}
	c := compare.Runs(before, now, compare.Percentile("latency", 90))[0]
	if c.Before != 1001 {
		t.Errorf("%g, want 1001", c.Before)
	}
	if c.Low > c.Now/c.Before || c.High < c.Now/c.Before {
		t.Errorf("%g is not within its bounds: %+v", c.Now/c.Before, c)
	}
}

func TestWhatIsShownAsEqualIsEqual(t *testing.T) {
	before, now := steady(20, 10, 0, 1), steady(20, 10, 0, 1)
	slower := steady(20, 10, 0, 2).Times["latency"].Blocks
	now.Times["latency"] = compare.Times{Whole: before.Times["latency"].Whole, Blocks: slower}
	for _, runs := range [][2]compare.Run{{before, now}, {now, before}} {
		c := compare.Runs(runs[0], runs[1], compare.Percentile("latency", 90))[0]
		if c.Before != c.Now || c.P != 1 || c.Verdict != compare.WithinChance {
			t.Errorf("%+v, want no difference between equal percentiles", c)
		}
	}
}

// However the times of a run vary from second to second, twice as long is another
// thing.
func TestRunsWithoutATimeInCommonDiffer(t *testing.T) {
	waves := make([]*block, 14)
	for i := range waves {
		waves[i] = newBlock(1)
		for range 10 {
			waves[i].request(500+10*float64(i/7), false, 2)
		}
	}
	before, now := runOf(waves...), steady(28, 1, 0, 10)
	for _, runs := range [][2]compare.Run{{before, now}, {now, before}} {
		for _, percent := range []float64{10, 50, 99} {
			c := compare.Runs(runs[0], runs[1], append(lines, compare.Percentile("latency", percent))...)
			if last := c[len(lines)]; last.Verdict != compare.BeyondChance {
				t.Errorf("p%g: %+v, want a difference beyond chance", percent, last)
			}
		}
	}
}

func TestPercentileRefusesWhatIsNone(t *testing.T) {
	for _, percent := range []float64{0, 100, -1, math.NaN()} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Percentile(%g) does not panic", percent)
				}
			}()
			compare.Percentile("latency", percent)
		}()
	}
}
