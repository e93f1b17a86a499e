// Command load load-tests a Twilio webhook with signed requests and says what
// the traffic would cost. Run it with -help.
package main

import (
	"crypto/rand"
	"fmt"
	"time"

	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	loadreport "call-load-tester/pkg/report/load"
)

func main() { cli.Main("load", run) }

func run(console *cli.Console, args []string) int {
	o, problems := parse(args)
	if text, asked := cli.Asked(problems, o.version, help); asked {
		console.Print(text)
		return cli.StatusDone
	}
	switch {
	case (o.sendsNothing() || o.ambiguous) && len(problems) > 0:
		return console.Refuse(problems)
	case o.locustfile:
		console.Print(locustfile)
		return cli.StatusDone
	case o.merging:
		return o.mergeRecords(console)
	}
	setup, unfit := o.setup(console)
	if problems = append(problems, unfit...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, problems := output.Open(console, true, output.Files{JSON: o.json, Page: o.report, Failures: o.failures}, o.config, o.data, o.compare)
	if len(problems) > 0 {
		return console.Refuse(problems)
	}
	disconnect, err := setup.connect()
	if err != nil {
		console.Error(err)
		return cli.StatusFailed
	}
	defer disconnect()
	if err := out.BeginFailures(o.failuresMax); err != nil {
		console.Error(err)
		return cli.StatusFailed
	}
	setup.attack.Failures = out.Failures
	test, err := attack.New(setup.attack)
	if err != nil {
		return console.Refuse([]error{err})
	}
	if o.worker {
		return worker{console, o, setup}.work(out)
	}

	setup.describe(console)
	interrupts := console.Interrupts
	interrupts.Begin(cli.Run{
		Stopping:   func() string { return stopping(test.Progress(), setup.attack.Timeout) },
		Left:       func() string { return "there is no result" },
		LeftStatus: cli.StatusInterrupted,
	})
	fmt.Fprintf(out.Lines, "Benchmarking %s (be patient).....\n", setup.attack.PlanSummary().Endpoint)
	began := time.Now()
	finish := console.Progress(doneLabel(setup.attack.Envelope.Kind), setup.attack.Total, true, func() (done int, detail string) {
		return progress(test.Progress(), setup.attack, time.Since(began))
	})
	result := test.Run(interrupts.Stop)
	finish()
	if !interrupts.Stopped() {
		fmt.Fprintln(out.Lines, "Done!")
	}

	result.Failures = out.EndFailures()
	setup.sign(result)
	advise(console, result)
	adviseComparison(console, setup.attack.Before, result)
	return out.Deliver(loadreport.Report{Result: result}, &result.ExitStatus)
}

// sign says in a result whose it is, and how it ended.
func (s *setup) sign(r *attack.Result) {
	r.Command, r.Runs, r.DryRun, r.ExitStatus = "load", []string{rand.Text()}, s.dryRun, status(r)
}

// status is the exit status of a run.
func status(r *attack.Result) int {
	switch {
	case r.Interrupted:
		return cli.StatusInterrupted
	case r.Requests.Sent == r.Requests.Unanswered:
		return cli.StatusFailed
	case r.Pass != nil && !r.Pass.Passed:
		return cli.StatusPartly
	}
	return cli.StatusDone
}
