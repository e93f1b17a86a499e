package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/locust"
	"call-load-tester/pkg/report"
	loadreport "call-load-tester/pkg/report/load"
)

// A worker runs the tests of a Locust master, one after the other.
type worker struct {
	console *cli.Console
	options *options
	setup   *setup
}

// work runs them all. out is where the first is told.
func (w worker) work(out *output.Output) (status int) {
	address := net.JoinHostPort(w.options.masterHost, strconv.Itoa(w.options.masterPort))
	interrupts := w.console.Interrupts
	w.setup.describe(w.console)
	w.console.Note("connecting to the Locust master at %s", address)
	connection, err := locust.Connect(interrupts.Stop, address, w.warnOnce())
	switch {
	case err != nil && interrupts.Stopped():
		return cli.StatusInterrupted
	case err != nil:
		w.console.Error(&cli.UsageError{Text: err.Error(), Help: "does locust run there, with --master, and may this computer reach its port? See --master-host"})
		return cli.StatusFailed
	}
	defer connection.Close()
	w.console.Note("connected; the Locust master says when a test begins")
	for n := 1; ; n++ {
		interrupts.Begin(cli.Run{
			Stopping:   func() string { return "no test goes on" },
			Left:       func() string { return "no test went on" },
			LeftStatus: cli.StatusInterrupted,
		})
		test, err := connection.Wait(interrupts.Stop)
		switch {
		case errors.Is(err, locust.ErrQuit):
			return status
		case err != nil && interrupts.Stopped():
			return cli.StatusInterrupted
		case err != nil:
			w.console.Error(err)
			return cli.StatusPartly
		}
		if n > 1 {
			var problems []error
			if out, problems = w.nextOutput(n); len(problems) > 0 {
				status = cli.StatusPartly
			}
			for _, problem := range problems {
				w.console.Error(problem)
			}
		}
		if !w.deliver(w.run(test, out), out) {
			status = cli.StatusPartly
		}
	}
}

// run runs a test, and tells the master what came of it.
func (w worker) run(test *locust.Test, out *output.Output) *attack.Result {
	cfg := w.setup.attack
	figures := newFigures(cfg)
	figures.dryRun = w.setup.dryRun
	cfg.Failures = out.Failures
	cfg.Wanted, cfg.First, cfg.Observe = test.Users, firstOf(test.Index, max(len(cfg.Rows), len(cfg.Persons))), figures.observe
	a, err := attack.New(cfg)
	if err != nil {
		panic(err) // it was checked before the worker has connected
	}
	test.Report(func() locust.Stats { return figures.since(a) })
	defer context.AfterFunc(test.Cutoff(), a.Cut)()
	w.console.Interrupts.Begin(cli.Run{
		Stopping:   func() string { return stopping(a.Progress(), cfg.Timeout) },
		Left:       func() string { return "there is no result" },
		LeftStatus: cli.StatusInterrupted,
	})
	defer context.AfterFunc(test.Stopping(), func() { w.tellWhy(context.Cause(test.Stopping())) })()

	fmt.Fprintf(out.Lines, "Benchmarking %s (be patient).....\n", cfg.PlanSummary().Endpoint)
	began := time.Now().Truncate(time.Second).Add(time.Second) // with the next second of the wall clock
	finish := w.console.Progress(doneLabel(cfg.Envelope.Kind), 0, true, func() (done int, detail string) {
		return workerProgress(a.Progress(), cfg, test.Users(), time.Since(began))
	})
	result := a.Run(test.Stopping())
	finish()
	fmt.Fprintln(out.Lines, "Done!")

	why := context.Cause(test.Stopping())
	result.Interrupted = !errors.Is(why, locust.ErrStop) && !errors.Is(why, locust.ErrQuit)
	w.setup.sign(result)
	record, err := json.Marshal(result)
	if err == nil {
		err = test.End(record)
	}
	if err != nil && err != why {
		w.console.Warn(fmt.Errorf("the last figures could not be sent: %w", err))
	}
	result.Failures = out.EndFailures() // not before: a slow disk must not make the master wait
	return result
}

// warnOnce returns what warns of an error, if it is not the same as the last: a
// master that is not there is tried each second.
func (w worker) warnOnce() func(error) {
	last := ""
	return func(err error) {
		if err.Error() != last {
			last = err.Error()
			w.console.Warn(err)
		}
	}
}

// tellWhy says why a test stops, if it is not for an interrupt, which was told.
func (w worker) tellWhy(why error) {
	if !w.console.Interrupts.Stopped() {
		w.console.Note("%v", why)
	}
}

// deliver writes the result of a test where it is asked for, and reports whether
// it could be.
func (w worker) deliver(result *attack.Result, out *output.Output) bool {
	advise(w.console, result)
	meant := result.ExitStatus
	return out.Deliver(loadreport.Report{Result: result}, &result.ExitStatus) == meant
}

// nextOutput opens the files of test n, whose names get its number: what the first
// has written stays. Those that cannot be written are left out: if it is the file
// of failures that one alone, else all. It returns why.
func (w worker) nextOutput(n int) (*output.Output, []error) {
	o := w.options
	files := output.Files{JSON: numbered(o.json, n), Page: numbered(o.report, n), Failures: numbered(o.failures, n)}
	out, problems := output.Open(w.console, true, files, o.config, o.data, o.compare)
	if len(problems) > 0 {
		out, _ = output.Open(w.console, true, output.Files{})
	} else if err := out.BeginFailures(o.failuresMax); err != nil {
		problems = append(problems, fmt.Errorf("--failures: %w", err))
	}
	return out, problems
}

// numbered returns the name of a file for test n. Standard output stays.
func numbered(name string, n int) string {
	if name == "" || name == "-" {
		return name
	}
	extension := filepath.Ext(name)
	return fmt.Sprintf("%s_%d%s", strings.TrimSuffix(name, extension), n, extension)
}

// firstOf returns the number of a worker's first request. Those of the workers lie
// apart by the golden ratio: in the rows, however many there are, and in the
// numbers of chats that have none of their own.
func firstOf(index, rows int) int {
	const numbers = 6_000_000
	k := float64(max(index, 0))
	far, row := math.Mod((math.Phi-1)*k, 1), int(0.618*k*float64(rows))%rows
	return int(far*numbers)/rows*rows + row
}

// workerProgress says what progress says of a run whose numbers may change.
func workerProgress(p attack.Progress, asked attack.Config, users int, gone time.Duration) (done int, detail string) {
	asked.Total = 0
	asked.Rate *= users
	done, detail = progress(p, asked, gone)
	return done, fmt.Sprintf("%s, %s", detail, report.Count(users, "user"))
}
