package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// ends: how long does hanging up take, and what if the account allows little?
func ends(b *bench) error {
	const calls, few = 1000, 200
	wide := twiliosim.Config{ResponseTime: 200 * time.Millisecond}
	narrow := wide
	narrow.MaxConcurrent = 10
	node, ok := b.findNode()

	var all, throttled, inTurn sample
	for range b.runs {
		for _, m := range []struct {
			seconds *sample
			cfg     twiliosim.Config
		}{{&all, wide}, {&throttled, narrow}} {
			took, err := b.hangUp(m.cfg, calls, func(a *account, _ []string, file string) (process, error) {
				return b.measure(a.command(filepath.Join(b.bin, "end"), "-f", file))
			})
			if err != nil {
				return err
			}
			*m.seconds = append(*m.seconds, took.wall.Seconds())
		}
		if !ok {
			continue
		}
		took, err := b.hangUp(wide, few, func(a *account, sids []string, _ string) (process, error) {
			return b.measure(a.node(node, append([]string{"end", "in-turn"}, sids...)...))
		})
		if err != nil {
			return err
		}
		inTurn = append(inTurn, took.wall.Seconds())
	}
	head("200 ms response time", "live calls", "seconds until all were seen to be over")
	row("end", "1,000", all.text(2))
	row("end, on an account that refuses more than 10 requests at once: 20 s is all it allows", "1,000", throttled.text(2))
	if ok {
		row("official Node helper, one after the other, as the original does", "200", inTurn.text(1))
	}
	return nil
}

// hangUp has somebody end live calls, whose SIDs are in a file too, and checks
// that it did.
func (b *bench) hangUp(cfg twiliosim.Config, calls int, end func(a *account, sids []string, file string) (process, error)) (process, error) {
	a, err := b.newAccount(cfg)
	if err != nil {
		return process{}, err
	}
	defer a.close()
	var sids []string
	for i := range calls {
		sids = append(sids, fmt.Sprintf("CA%032x", i))
		a.Put(sids[i], caller, destination)
	}
	file := filepath.Join(a.dir, "call_sids_1.csv")
	if err := os.WriteFile(file, []byte(strings.Join(sids, "\n")+"\n"), 0o644); err != nil {
		return process{}, err
	}
	p, err := end(a, sids, file)
	if live := len(a.Live()); err == nil && live > 0 {
		err = fmt.Errorf("%d of %d calls are still live", live, calls)
	}
	return p, err
}
