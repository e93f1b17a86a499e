// Package batchtest plays runs of start and end in fake time, against a simulated
// account, and compares what they say with golden files: people and programs rely
// on it.
package batchtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
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
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// A Scenario is what a run meets.
type Scenario struct {
	Name      string // of the golden files
	Account   twiliosim.Config
	Interrupt time.Duration // after the beginning; 0: never
}

var requestID = regexp.MustCompile(`(RQ)[0-9a-f]{32}`)

// A Stage is what a run is played with. It lies in an empty folder, where time is
// not real.
type Stage struct {
	Console *cli.Console
	Account *twiliosim.Account
	Client  *twilioapi.Client

	options batch.Options
	lines   *batch.Lines
	failed  golden.Lines
}

// Check plays a run of a command, and fails the test unless its text, its JSON and
// its failures are those of the golden files.
func (s Scenario) Check(t *testing.T, command string, run func(*testing.T, *Stage) *calls.Result) {
	t.Helper()
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	os.Args[0], time.Local = command, time.UTC
	var text, json bytes.Buffer
	var failed string
	t.Chdir(t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		stage := s.stage(t, command)
		record := callsreport.Report{Result: run(t, stage)}
		if err := errors.Join(record.Text(&text), report.JSON(&json, record)); err != nil {
			t.Error(err)
		}
		failed = stage.failed.Sorted(requestID)
	})
	t.Chdir(home)
	golden.Check(t, s.Name+".txt", text.String())
	golden.Check(t, s.Name+".json", json.String())
	if failed != "" {
		golden.Check(t, s.Name+".ndjson", failed)
	}
}

func (s Scenario) stage(t *testing.T, command string) *Stage {
	stderr, err := os.Create("stderr")
	if err != nil {
		t.Fatal(err)
	}
	stop, interrupt := context.WithCancel(t.Context())
	if s.Interrupt > 0 {
		timer := time.AfterFunc(s.Interrupt, interrupt)
		t.Cleanup(func() { timer.Stop() })
	}
	console := cli.NewConsole(command, stderr, stderr)
	console.Interrupts = &cli.Interrupts{Stop: stop, Leave: t.Context()}
	s.Account.Seed = 1
	account := twiliosim.New(s.Account)
	client, closeClient := batch.Simulated(account)
	t.Cleanup(func() {
		closeClient()
		console.Close()
		interrupt()
		_ = stderr.Close()
	})
	return &Stage{Console: console, Account: account, Client: client}
}

// Begin begins a run with those options, and completes its lines.
func (s *Stage) Begin(o batch.Options, lines *batch.Lines) {
	lines.Console, lines.PerCall, lines.Failures = s.Console, io.Discard, failures.New(&s.failed, o.FailuresMax)
	s.options, s.lines = o, lines
}

// Finish tells a run that is over of its failures, if it wants a file of them.
func (s *Stage) Finish(t *testing.T, result *calls.Result) {
	t.Helper()
	s.lines.Finish()
	counts, err := s.lines.Failures.Close()
	if err != nil {
		t.Error(err)
	}
	if counts.All() > 0 && s.options.Failures != "" {
		result.Failures = &counts
	}
}
