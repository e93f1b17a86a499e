// Command load load-tests a Twilio webhook with signed requests and says what
// the traffic would cost. Run it with -help.
package main

import (
	"fmt"
	"os"
	"time"

	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	interrupts := cli.CatchInterrupts()
	console := cli.NewConsole("load", os.Stdout, os.Stderr, interrupts)
	defer console.Close()

	o, problems := parse(args)
	if text, asked := cli.Asked(problems, o.version, help); asked {
		fmt.Fprint(console.Out, text)
		return cli.StatusDone
	}
	plan, unfit := o.plan(console)
	if problems = append(problems, unfit...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, err := output.Open(console, true, o.json, o.report)
	if err != nil {
		return console.Refuse([]error{err})
	}
	closeEndpoint, err := plan.connect(o.dryRun)
	if err != nil {
		console.Error(err)
		return cli.StatusFailed
	}
	defer closeEndpoint()
	test, err := attack.New(plan.attack)
	if err != nil {
		return console.Refuse([]error{err})
	}

	plan.describe(console)
	interrupts.OnLeave(cli.StatusInterrupted, func() {
		console.Note("left at once; there is no result")
		console.Close()
	})
	fmt.Fprintf(out.Lines, "Benchmarking %s (be patient).....\n", plan.endpoint())
	began := time.Now()
	stopProgress := showProgress(console, test, plan.attack.Requests)
	result := test.Run(interrupts.Stop)
	stopProgress()
	if !interrupts.Stopped() {
		fmt.Fprintln(out.Lines, "Done!")
	}

	plan.advise(console, result)
	record := plan.record(result, began, interrupts.Stopped())
	if err := out.Write(record); err != nil {
		console.Error(err)
		return max(record.ExitStatus, cli.StatusPartly)
	}
	return record.ExitStatus
}

// showProgress shows how far the attack is until the returned function is
// called.
func showProgress(console *cli.Console, test *attack.Attack, requests int) (stop func()) {
	progress := console.Progress("sending", requests, true)
	ticker := time.NewTicker(200 * time.Millisecond)
	stopped, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		for {
			select {
			case <-ticker.C:
				p := test.Progress()
				progress.Set(p.Done, fmt.Sprintf("(in flight %d, failed %d)", p.Sent-p.Done, p.Failed))
			case <-stopped:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(stopped)
		<-finished
		progress.Finish()
	}
}

// status is the exit status of a run.
func status(r *report.Load) int {
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
