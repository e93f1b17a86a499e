package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/cmd/internal/golden"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/report"
	callsreport "call-load-tester/pkg/report/calls"
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

// What end says of a run, in text and JSON and of each failure, is kept byte for byte: people and
// programs rely on it.
func TestGolden(t *testing.T) {
	os.Args[0], time.Local = "end", time.UTC
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			text, json, failed := s.run(t)
			golden.Check(t, s.name+".txt", text)
			golden.Check(t, s.name+".json", json)
			if failed != "" {
				golden.Check(t, s.name+".ndjson", failed)
			}
		})
	}
}

// run returns the text and the JSON of the run's record, and its failures.
func (s scenario) run(t *testing.T) (text, json, failed string) {
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("sids.csv", []byte(s.file), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.args == nil {
		s.args = []string{"-f", "sids.csv"}
	}
	synctest.Test(t, func(t *testing.T) {
		text, json, failed = s.inFakeTime(t)
	})
	t.Chdir(home)
	return text, json, failed
}

func (s scenario) inFakeTime(t *testing.T) (text, json, failed string) {
	o, problems := parse(s.args)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	stderr, err := os.Create("stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	stop, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	if s.interrupt > 0 {
		defer time.AfterFunc(s.interrupt, interrupt).Stop()
	}
	interrupts := &cli.Interrupts{Stop: stop, Leave: t.Context()}
	console := cli.NewConsole("end", stderr, stderr)
	console.Interrupts = interrupts
	defer console.Close()
	s.account.Seed = 1
	account := twiliosim.New(s.account)
	client, closeClient := batch.Simulated(account)
	defer closeClient()
	for i := range 10 {
		account.Put(fmt.Sprintf("CA%032x", i), caller, callee)
	}
	time.Sleep(2 * time.Second)

	var target *target
	if o.byParties() {
		target, _ = o.choose(console, client)
	} else {
		target, _ = o.readFile(console)
	}
	if target == nil {
		t.Fatal("nothing to end")
	}
	log := new(golden.Lines)
	lines := &batch.Lines{Console: console, PerCall: io.Discard, Live: len(target.calls), Failures: failures.New(log, o.FailuresMax)}
	result := calls.End(interrupts.Leave, client, slices.Values(target.calls), mostRecords, lines.Observe)
	lines.Finish()
	if counts, err := lines.Failures.Close(); err != nil || counts.All() > 0 && o.Failures != "" {
		result.Failures = &counts
	}
	o.complete(console, cli.Credentials{}, target, result)
	record := callsreport.Report{Result: result}

	var texts, jsons bytes.Buffer
	if err := record.Text(&texts); err != nil {
		t.Error(err)
	}
	if err := report.JSON(&jsons, record); err != nil {
		t.Error(err)
	}
	return texts.String(), jsons.String(), log.Sorted()
}
