package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
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
	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twiliosim"
)

// A scenario is a run in fake time, against a simulated account.
type scenario struct {
	name      string
	args      []string // beside the parties
	account   twiliosim.Config
	interrupt time.Duration                                // after the beginning; 0: never
	meanwhile func(account *twiliosim.Account, dir string) // runs beside it
}

func scenarios() []scenario {
	type fault = twiliosim.Fault
	const create, hangUp = twiliosim.OpCreate, twiliosim.OpHangUp
	// A price whose sums are exact, in whatever order the calls end.
	lives := twiliosim.Config{RingTime: time.Second, ResponseTime: 80 * time.Millisecond, PricePerMinute: 1. / 64}
	with := func(cfg twiliosim.Config, faults ...fault) twiliosim.Config {
		cfg.Faults = faults
		return cfg
	}
	people, slow, stubborn := lives, lives, lives
	people.Busy, people.NoAnswer, people.Failed, people.ResponseSpread = 0.2, 0.1, 0.1, 30*time.Millisecond
	slow.CPS = 2
	stubborn.EndDelay = time.Hour
	return []scenario{
		{name: "all goes well", args: []string{"--call_count", "40", "--cps", "10", "-h", "5"}, account: people},
		{name: "one of two destinations is bad", args: []string{"-d", "+14155550100,+14155550199", "--call_count", "10", "--cps", "10", "--failures", "failed.ndjson", "--failures_max", "3"},
			account: with(lives, fault{Op: create, To: "+14155550199", Code: 21211})},
		{name: "the account is suspended midway", args: []string{"--call_count", "40", "--cps", "10"},
			account: with(lives, fault{Op: create, From: 2 * time.Second, Status: 403, Code: 20005})},
		{name: "bad credentials", args: []string{"--call_count", "40", "--cps", "10"}, account: with(lives, fault{Status: 401})},
		{name: "unknown starts adopted and not found", args: []string{"--call_count", "20", "--cps", "10", "-h", "2"},
			account: with(lives, fault{Op: create, Nth: []int{3}, Do: twiliosim.Drop, After: true}, fault{Op: create, Nth: []int{15}, Status: 500})},
		{name: "twenty unknown starts in a row", args: []string{"--call_count", "40", "--cps", "10"},
			account: with(lives, fault{Op: create, From: time.Second, Status: 500, After: true})},
		{name: "strangers are left alone", args: []string{"--call_count", "20", "--cps", "10"},
			account: with(lives, fault{Op: create, Nth: []int{3}, Do: twiliosim.Drop, After: true}),
			meanwhile: func(account *twiliosim.Account, _ string) {
				time.Sleep(500 * time.Millisecond)
				account.Put("CA0000000000000000000000000057ace1", caller, callee)
			}},
		{name: "starts that are throttled", args: []string{"--call_count", "10", "--cps", "10"},
			account: with(lives, fault{Op: create, Nth: []int{4, 5}, Status: 429, RetryAfter: 15 * time.Second})},
		{name: "a hang-up that is throttled", args: []string{"--call_count", "10", "--cps", "10"},
			account: with(lives, fault{Op: hangUp, Nth: []int{1}, Status: 429, RetryAfter: 15 * time.Second})},
		{name: "an account that dials slower than the cap", args: []string{"--call_count", "40", "--cps", "10", "-h", "2"}, account: slow},
		{name: "calls that do not end", args: []string{"--call_count", "3"}, account: stubborn},
		{name: "hang-ups that fail", args: []string{"--call_count", "12", "--cps", "10"},
			account: with(lives, fault{Op: hangUp, Status: 409})},
		{name: "interrupted while placing", args: []string{"--call_count", "40", "--cps", "10", "-h", "60"}, account: lives, interrupt: 1500 * time.Millisecond},
		{name: "interrupted with calls that do not end", args: []string{"--call_count", "3", "--cps", "10", "-h", "60"}, account: stubborn, interrupt: 30 * time.Second},
		{name: "calls that are left running", args: []string{"--call_count", "5", "--cps", "10", "-e", "false"}, account: lives},
		{name: "a dry run", args: []string{"--call_count", "5", "--cps", "10", "--dry_run"}, account: lives},
		{name: "calls that last a while each", args: []string{"--call_count", "40", "--cps", "10", "--call_duration", "3"}, account: people},
		{name: "a ramp", args: []string{"--call_count", "40", "--cps", "10", "--ramp", "5"}, account: lives},
		{name: "a run of more than 300 seconds", args: []string{"--call_count", "301"}, account: lives},
		{name: "the SID file is deleted", args: []string{"--call_count", "40", "--cps", "10"}, account: lives,
			meanwhile: func(_ *twiliosim.Account, dir string) {
				time.Sleep(1100 * time.Millisecond)
				files, _ := filepath.Glob(filepath.Join(dir, "*.csv"))
				_ = os.Remove(files[0])
			}},
	}
}

const caller, callee = "+15005550006", "+14155550100"

// What start says of a run, in text and JSON and of each failure, is kept byte for byte: people and
// programs rely on it.
func TestGolden(t *testing.T) {
	os.Args[0], time.Local = "start", time.UTC
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
	synctest.Test(t, func(t *testing.T) {
		text, json, failed = s.inFakeTime(t)
	})
	t.Chdir(home)
	return text, json, failed
}

func (s scenario) inFakeTime(t *testing.T) (text, json, failed string) {
	o, problems := parse(append([]string{"-c", caller, "-d", callee}, s.args...))
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
	console := cli.NewConsole("start", stderr, stderr)
	console.Interrupts = interrupts
	defer console.Close()
	file, err := sidfile.Create(".", time.Now(), o.DryRun)
	if err != nil {
		t.Fatal(err)
	}
	s.account.Seed = 1
	account := twiliosim.New(s.account)
	client, closeClient := batch.Simulated(account)
	defer closeClient()
	if s.meanwhile != nil {
		go s.meanwhile(account, ".")
	}
	log := new(golden.Lines)
	lines := &batch.Lines{Console: console, PerCall: io.Discard, Plan: o.plan, Failures: failures.New(log, o.FailuresMax)}
	result := calls.Run(interrupts.Leave, interrupts.Stop, client, o.plan, file, lines.Observe)
	lines.Finish()
	if counts, err := lines.Failures.Close(); err != nil || counts.All() > 0 && o.Failures != "" {
		result.Failures = &counts
	}
	o.complete(console, cli.Credentials{}, result, file)
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
