package compare_test

import (
	"fmt"

	"call-load-tester/pkg/compare"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// aMinute returns a run of a minute with 20 requests a second, of which the
// slowest takes slowest milliseconds, and with so many time-outs each second.
func aMinute(slowest, timeouts int64) compare.Run {
	latency := compare.Times{Whole: hdrhistogram.New(1, 60_000, 3)}
	counts := make(map[string][]float64)
	for second := range int64(60) {
		block := hdrhistogram.New(1, 60_000, 2)
		for request := range int64(20) {
			block.RecordValue(slowest*(request+1)/20 + 7*second%10)
		}
		latency.Whole.Merge(block)
		latency.Blocks = append(latency.Blocks, block.Distribution())
		counts["seconds"] = append(counts["seconds"], 1)
		counts["requests"] = append(counts["requests"], 20)
		counts["timeout"] = append(counts["timeout"], float64(timeouts))
	}
	counts["timeout"][30]++ // once in each run
	return compare.Run{Counts: counts, Times: map[string]compare.Times{"latency": latency}}
}

func Example() {
	before, now := aMinute(200, 0), aMinute(240, 0)
	lines := []compare.Line{
		compare.Ratio("requests", "seconds"),
		compare.Percentile("latency", 50),
		compare.Percentile("latency", 99),
		compare.Ratio("timeout", "requests"),
	}
	for i, c := range compare.Runs(before, now, lines...) {
		name := []string{"requests/s", "p50", "p99", "time-outs"}[i]
		fmt.Printf("%-10s %10.4g %10.4g", name, c.Before, c.Now)
		switch c.Verdict {
		case compare.BeyondChance:
			fmt.Printf("  %+.0f%% (%+.0f to %+.0f)\n", 100*(c.Now/c.Before-1), 100*(c.Low-1), 100*(c.High-1))
		case compare.WithinChance:
			fmt.Println("  no difference beyond chance")
		case compare.TooShort, compare.NoData:
			fmt.Println("  too short to tell, or not seen")
		}
	}
	worse := compare.Worse(before, now, compare.Percentile("latency", 99), 0.1)
	fmt.Println("p99 worse by more than 10 % and chance:", worse == compare.BeyondChance)
	// Output:
	// requests/s         20         20  no difference beyond chance
	// p50               109        129  +18% (+18 to +18)
	// p99               207        247  +19% (+18 to +20)
	// time-outs   0.0008333  0.0008333  no difference beyond chance
	// p99 worse by more than 10 % and chance: true
}
