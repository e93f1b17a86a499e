package main

import (
	"fmt"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// A placer is a way to place calls.
type placer struct {
	name  string
	calls int
	place func(calls int) (placement, error)

	rate, cpu, memory sample
	most              int
}

// callCost: what does a call cost, beside other ways to place one?
func callCost(b *bench) error {
	const cps, calls, few = 200, 4000, 40
	const atOnce = 2000 // with more, the helper's own time-out of 30 s ends those that wait for a connection
	slow := twiliosim.Config{ResponseTime: 200 * time.Millisecond}
	all := []*placer{{name: "start, cap 200", calls: calls, place: func(calls int) (placement, error) { return b.place(slow, calls, cps) }}}
	if node, ok := b.findNode(); ok {
		helper := func(how string) func(int) (placement, error) {
			return func(calls int) (placement, error) { return b.placeWithNode(node, slow, calls, how) }
		}
		all = append(all,
			&placer{name: "official Node helper, 2,000 calls at once", calls: atOnce, place: helper("at-once")},
			&placer{name: "the same, 40 calls one after the other, as the original does", calls: few, place: helper("in-turn")})
	}
	if sipp, ok := b.find("sipp"); ok {
		all = append(all, &placer{name: "SIPp, 200 SIP calls a second over UDP, no API", calls: calls, place: func(calls int) (placement, error) { return b.placeWithSIPp(sipp, calls, cps) }})
	}
	for range b.runs {
		for _, p := range all {
			got, err := p.place(p.calls)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			p.rate = append(p.rate, got.rate)
			if p.calls > few { // of a few, starting the process would be most of it
				p.cpu = append(p.cpu, got.cpu.Seconds()*1000/float64(p.calls))
			}
			p.memory = append(p.memory, got.mib())
			p.most = max(p.most, got.most)
		}
	}
	head("4,000 calls at 200 ms response time", "starts a second", "most in 0.95 s", "CPU s per 1,000 calls", "start's rate over its", "start's CPU over its", "memory, MiB")
	ours := all[0]
	for _, p := range all {
		most := fmt.Sprint(p.most)
		if p.most == 0 {
			most = "–"
		}
		row(p.name, p.rate.text(1), most, p.cpu.text(3), ours.rate.over(p.rate).text(1), ours.cpu.over(p.cpu).text(2), p.memory.text(0))
	}
	return nil
}
