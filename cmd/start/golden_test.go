package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/cmd/internal/batch/batchtest"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twiliosim"
)

// A scenario is a run in fake time, against a simulated account.
type scenario struct {
	name      string
	args      []string // beside the parties
	account   twiliosim.Config
	interrupt time.Duration                    // after the beginning; 0: never
	meanwhile func(account *twiliosim.Account) // runs beside it
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
			meanwhile: func(account *twiliosim.Account) {
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
			meanwhile: func(*twiliosim.Account) {
				time.Sleep(1100 * time.Millisecond)
				files, _ := filepath.Glob("*.csv")
				_ = os.Remove(files[0])
			}},
	}
}

const caller, callee = "+15005550006", "+14155550100"

func TestGolden(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			batchtest.Scenario{Name: s.name, Account: s.account, Interrupt: s.interrupt}.Check(t, "start", s.run)
		})
	}
}

func (s scenario) run(t *testing.T, stage *batchtest.Stage) *calls.Result {
	o, problems := parse(append([]string{"-c", caller, "-d", callee}, s.args...))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	file, err := sidfile.Create(".", time.Now(), o.DryRun)
	if err != nil {
		t.Fatal(err)
	}
	if s.meanwhile != nil {
		go s.meanwhile(stage.Account)
	}
	lines := &batch.Lines{Plan: o.plan}
	stage.Begin(o.Options, lines)
	interrupts := stage.Console.Interrupts
	result := calls.Run(interrupts.Leave, interrupts.Stop, stage.Client, o.plan, file, lines.Observe)
	stage.Finish(t, result)
	o.complete(stage.Console, cli.Credentials{}, result, file)
	return result
}
