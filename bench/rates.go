package main

import (
	"fmt"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// rates: at any response time and cap, is the rate reached, and the cap kept?
func rates(b *bench) error {
	const bursts = 6
	head("response time", "cap", "reached, of the cap", "most starts in 0.95 s at the server")
	for _, response := range []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second} {
		for _, cps := range []int{1, 10, 50, 200, 1000} {
			var reached sample
			most := 0
			for range b.runs {
				p, err := b.place(twiliosim.Config{ResponseTime: response}, bursts*cps, cps)
				if err != nil {
					return err
				}
				reached = append(reached, p.rate/float64(cps))
				most = max(most, p.most)
			}
			row(fmt.Sprint(response), fmt.Sprint(cps), reached.text(3), fmt.Sprint(most))
		}
	}
	return nil
}

// A placement is a run of start, and what its account saw of it.
type placement struct {
	process
	rate float64
	most int
}

// place runs start and checks that all its calls were placed, once.
func (b *bench) place(cfg twiliosim.Config, calls, cps int) (placement, error) {
	a, err := b.newAccount(cfg)
	if err != nil {
		return placement{}, err
	}
	defer a.close()
	p, err := b.measure(b.start(a, calls, cps))
	if err != nil {
		return placement{}, err
	}
	if n := len(a.Creates()); n != calls {
		return placement{}, fmt.Errorf("%d creates arrived, want %d", n, calls)
	}
	return placement{p, a.rate(cps), a.most()}, nil
}

// caps: how many calls a second can this machine place, and what stops it?
func caps(b *bench) error {
	const bursts = 8
	head("cap", "reached, of the cap", "most in 0.95 s, of the cap", "CPU s a second", "memory, MiB", "holds")
	for cps, failed := 1000, 0; failed < 2 && cps <= 12_000; cps += 1000 {
		var reached, most, cpu, memory sample
		holds := "yes"
		for range b.runs {
			p, err := b.place(twiliosim.Config{}, bursts*cps, cps)
			if err != nil {
				note("cap %d: %v", cps, err)
				holds = "no"
				continue
			}
			reached = append(reached, p.rate/float64(cps))
			most = append(most, float64(p.most)/float64(cps))
			cpu = append(cpu, p.cpu.Seconds()/p.wall.Seconds())
			memory = append(memory, p.mib())
			if p.rate < 0.99*float64(cps) || p.most > cps {
				holds = "no"
			}
		}
		if err := b.ctx.Err(); err != nil {
			return err
		}
		if holds == "no" {
			failed++
		}
		row(fmt.Sprint(cps), reached.text(3), most.text(3), cpu.text(2), memory.text(0), holds)
	}
	return nil
}
