package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// steady: while calls come and go, is the cap reached, and are hang-ups on time?
func steady(b *bench) error {
	head("answers after 200 ms", "calls live", "reached, of the cap", "most starts in 0.95 s", "hang-ups late by p50, ms", "p99, ms", "longest, ms", "CPU s per 1,000 calls", "most resident, MiB")
	for _, m := range []struct{ calls, cps, seconds int }{
		{6_000, 50, 60},
		{20_000, 200, 50},
		{100_000, 500, 10},
	} {
		var live, reached, p50, p99, longest, cpu, memory sample
		most := 0
		for range b.runs {
			got, err := b.hold(m.calls, m.cps, m.seconds)
			if err != nil {
				return err
			}
			late := got.result.Held.Times
			ms := func(held float64) float64 { return (held - float64(m.seconds)) * 1000 }
			live = append(live, float64(got.result.Records.PeakLive))
			reached = append(reached, got.rate/float64(m.cps))
			p50, p99, longest = append(p50, ms(late.P50)), append(p99, ms(late.P99)), append(longest, ms(late.Max))
			cpu = append(cpu, got.cpu.Seconds()*1000/float64(m.calls))
			memory = append(memory, got.mib())
			most = max(most, got.most)
		}
		row(fmt.Sprintf("%d calls, cap %d, each for %d s", m.calls, m.cps, m.seconds), live.text(0), reached.text(3), fmt.Sprint(most),
			p50.text(1), p99.text(1), longest.text(1), cpu.text(3), memory.text(0))
	}
	return nil
}

// A holding is a run of start whose calls come and go.
type holding struct {
	placement
	result calls.Result
}

// hold runs start, each of whose calls is hung up after so many seconds, and checks
// that all were placed once and none is left.
func (b *bench) hold(count, cps, seconds int) (holding, error) {
	a, err := b.newAccount(twiliosim.Config{ResponseTime: 200 * time.Millisecond})
	if err != nil {
		return holding{}, err
	}
	defer a.close()
	var result calls.Result
	p, err := b.record(a.command(filepath.Join(b.bin, "start"), "-c", caller, "-d", destination,
		"--call_count", strconv.Itoa(count), "--cps", strconv.Itoa(cps), "--call_duration", strconv.Itoa(seconds)), &result)
	if err != nil {
		return holding{}, err
	}
	if created, live := len(a.Creates()), len(a.Live()); created != count || live > 0 {
		return holding{}, fmt.Errorf("%d calls were placed and %d are live, want %d and none", created, live, count)
	}
	return holding{placement{p, a.rate(cps), a.most()}, result}, nil
}
