package compare_test

import (
	"math"
	"math/rand/v2"

	"call-load-tester/pkg/compare"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// lines are what a report would compare of two synthetic runs.
var lines = []compare.Line{
	compare.Ratio("requests", "seconds"),
	compare.Percentile("latency", 50),
	compare.Percentile("latency", 90),
	compare.Percentile("latency", 99),
	compare.Percentile("latency", 99.9),
	compare.Ratio("timeout", "requests"),
	compare.Ratio("bad answer", "requests"),
	compare.Ratio("cost", "requests"),
	compare.Ratio("/menu", "requests"),
	compare.Percentile("/menu", 50),
	compare.Percentile("/menu", 99),
	compare.Ratio("/menu errors", "/menu"),
}

// usual is the median of the times, which are lognormal.
const usual = 100

// A shape describes synthetic runs.
type shape struct {
	seconds  [2]int  // how long before and now are
	requests float64 // a second
	random   bool    // their number is random (Poisson), not the same each second
	closed   bool    // the slower they are, the fewer: the loop is closed
	spread   float64 // standard deviation of a time's logarithm; 0 stands for 0.5
	level    float64 // that of a whole second's
	memory   float64 // how much of its level a second passes on to the next
	spells   float64 // by how much the logarithm is greater in some spells of 10 s or so
	drift    float64 // by how much it is greater at the end
	warmUp   float64 // how many times as slow the first second is; 0 stands for 1
	stalls   [2]int  // for how many seconds, from a random one on, requests take up to 20 times longer
	faults   float64 // the share of errors; 0 stands for 0.02
	slower   float64 // by how much now is slower
}

// pair returns two runs of the shape. The same seed gives the same.
func (s shape) pair(seed uint64) (before, now compare.Run) {
	b, n := s.blocks(seed)
	return runOf(b...), runOf(n...)
}

func (s shape) blocks(seed uint64) (before, now []*block) {
	r := rand.New(rand.NewPCG(seed, 14))
	return s.run(r, 0), s.run(r, 1)
}

func (s shape) run(r *rand.Rand, which int) []*block {
	blocks := make([]*block, s.seconds[which])
	stall := r.IntN(len(blocks))
	level, spell := s.level*r.NormFloat64(), 0.0
	for second := range blocks {
		if second > 0 {
			level = s.memory*level + math.Sqrt(1-s.memory*s.memory)*s.level*r.NormFloat64()
		}
		if r.Float64() < 0.1 {
			spell = float64(r.IntN(2)) * s.spells
		}
		center := math.Log(usual) + level + spell + s.drift*float64(second)/float64(len(blocks))
		if second == 0 {
			center += math.Log(or(s.warmUp, 1))
		}
		if which == 1 {
			center += math.Log(1 + s.slower)
		}
		stalled := second >= stall && second < stall+s.stalls[which]
		b := newBlock(1)
		for range s.number(r, center, stalled) {
			time := math.Exp(center + or(s.spread, 0.5)*r.NormFloat64())
			if stalled {
				time += 20 * usual * r.Float64()
			}
			b.request(time, r.Float64() < 0.3, r.Float64()/or(s.faults, 0.02))
		}
		blocks[second] = b
	}
	return blocks
}

// number returns how many requests there are in a second.
func (s shape) number(r *rand.Rand, center float64, stalled bool) int {
	n := s.requests
	if s.closed {
		n *= usual / math.Exp(center)
		if stalled {
			n /= 10
		}
	}
	if !s.random {
		return int(n)
	}
	number := 0
	for at := r.ExpFloat64(); at < n; at += r.ExpFloat64() {
		number++
	}
	return number
}

func or(x, instead float64) float64 {
	if x == 0 {
		return instead
	}
	return x
}

// A block is what happened in a part of a synthetic run.
type block struct {
	seconds, requests, cost, timeouts, badAnswers float64
	menu, menuErrors                              float64 // of a step
	latency, menuLatency                          *hdrhistogram.Histogram
}

func newBlock(seconds float64) *block {
	return &block{seconds: seconds, latency: newHistogram(2), menuLatency: newHistogram(2)}
}

// newHistogram returns one for times to 100,000.
func newHistogram(digits int) *hdrhistogram.Histogram { return hdrhistogram.New(1, 100_000, digits) }

// request adds a request. It fails if its luck is less than 1.
func (b *block) request(time float64, menu bool, luck float64) {
	b.requests++
	b.cost += 0.01
	record(b.latency, time)
	if menu {
		b.menu++
		b.cost += 0.005
		record(b.menuLatency, time)
	}
	if luck >= 1 {
		return
	}
	if luck < 0.8 {
		b.timeouts++
	} else {
		b.badAnswers++
	}
	if menu {
		b.menuErrors++
	}
}

func record(h *hdrhistogram.Histogram, time float64) {
	if err := h.RecordValue(min(int64(time), 100_000)); err != nil {
		panic(err)
	}
}

func runOf(blocks ...*block) compare.Run {
	run := compare.Run{Counts: make(map[string][]float64), Times: make(map[string]compare.Times)}
	for _, b := range blocks {
		for name, n := range map[string]float64{
			"seconds":      b.seconds,
			"requests":     b.requests,
			"cost":         b.cost,
			"timeout":      b.timeouts,
			"bad answer":   b.badAnswers,
			"/menu":        b.menu,
			"/menu errors": b.menuErrors,
		} {
			run.Counts[name] = append(run.Counts[name], n)
		}
		for name, h := range map[string]*hdrhistogram.Histogram{"latency": b.latency, "/menu": b.menuLatency} {
			t := run.Times[name]
			if t.Whole == nil {
				t.Whole = newHistogram(3)
			}
			t.Whole.Merge(h)
			t.Blocks = append(t.Blocks, h.Distribution())
			run.Times[name] = t
		}
	}
	return run
}
