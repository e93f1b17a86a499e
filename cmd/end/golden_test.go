package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/cmd/internal/batch/batchtest"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/twiliosim"
)

// A scenario is a run in fake time, against a simulated account in which ten
// calls are live.
type scenario struct {
	name      string
	args      []string // -f sids.csv if there are none
	file      string
	account   twiliosim.Config
	interrupt time.Duration // after the beginning; 0: never
}

func scenarios() []scenario {
	type fault = twiliosim.Fault
	const hangUp = twiliosim.OpHangUp
	quick := twiliosim.Config{ResponseTime: 80 * time.Millisecond, PricePerMinute: 1. / 64, TalkTime: time.Hour}
	with := func(cfg twiliosim.Config, faults ...fault) twiliosim.Config {
		cfg.Faults = faults
		return cfg
	}
	stubborn := quick
	stubborn.EndDelay = time.Hour
	return []scenario{
		{name: "all of a file", file: sids(0, 10), account: quick},
		{name: "some of a file", account: quick,
			file: "SID\n" + sids(0, 5) + sids(4, 6) + "no SID\n" + sids(100, 102)},
		{name: "a file of another account", file: sids(100, 130), account: quick},
		{name: "a file without SIDs", file: "SID\nnone\n", account: quick},
		{name: "calls that are over already", file: sids(0, 10), account: func() twiliosim.Config { c := quick; c.TalkTime = time.Second; return c }()},
		{name: "calls that do not end", file: sids(0, 3), account: stubborn},
		{name: "hang-ups that fail", file: sids(0, 10), account: with(quick, fault{Op: hangUp, Status: 409})},
		{name: "the account is suspended midway", file: sids(0, 10), account: with(quick, fault{Op: hangUp, Status: 403, Code: 20005})},
		{name: "a hang-up that is throttled", file: sids(0, 10),
			account: with(quick, fault{Op: hangUp, Nth: []int{1}, Status: 429, RetryAfter: 15 * time.Second})},
		{name: "interrupted", file: sids(0, 10), account: quick, interrupt: 2050 * time.Millisecond},
		{name: "interrupted with calls that do not end", file: sids(0, 3), account: stubborn, interrupt: 2050 * time.Millisecond},
		{name: "calls between two numbers", args: []string{"-c", caller, "-d", callee, "--yes"}, account: quick},
		{name: "a dry run", args: []string{"-f", "sids.csv", "--dry_run"}, file: sids(0, 10), account: quick},
	}
}

const caller, callee = "+15005550006", "+14155550100"

// sids are lines of a file.
func sids(first, end int) string {
	var lines strings.Builder
	for i := first; i < end; i++ {
		fmt.Fprintf(&lines, "CA%032x\n", i)
	}
	return lines.String()
}

func TestGolden(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			batchtest.Scenario{Name: s.name, Account: s.account, Interrupt: s.interrupt}.Check(t, "end", s.run)
		})
	}
}

func (s scenario) run(t *testing.T, stage *batchtest.Stage) *calls.Result {
	if err := os.WriteFile("sids.csv", []byte(s.file), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.args == nil {
		s.args = []string{"-f", "sids.csv"}
	}
	o, problems := parse(s.args)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i := range 10 {
		stage.Account.Put(fmt.Sprintf("CA%032x", i), caller, callee)
	}
	time.Sleep(2 * time.Second)

	var target *target
	if o.byParties() {
		target, _ = o.choose(stage.Console, stage.Client)
	} else {
		target, _ = o.readFile(stage.Console)
	}
	if target == nil {
		t.Fatal("nothing to end")
	}
	lines := &batch.Lines{Live: len(target.calls)}
	stage.Begin(o.Options, lines)
	result := calls.End(stage.Console.Interrupts.Leave, stage.Client, slices.Values(target.calls), mostRecords, lines.Observe)
	stage.Finish(t, result)
	o.complete(stage.Console, cli.Credentials{}, target, result)
	return result
}
