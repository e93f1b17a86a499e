// Command load load-tests a Twilio webhook with signed requests and says what
// the traffic would cost. Run it with -help.
package main

import (
	"fmt"
	"math"
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
	plan, unfit := o.plan(console)
	if problems = append(problems, unfit...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, problems := output.Open(console, true, o.json, o.report, o.config, o.data)
	if len(problems) > 0 {
		return console.Refuse(problems)
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
	interrupts := console.Interrupts
	interrupts.Begin(cli.Run{
		Stopping:   func() string { return "no more is sent; waiting for the answers in flight" },
		Left:       func() string { return "there is no result" },
		LeftStatus: cli.StatusInterrupted,
	})
	fmt.Fprintf(out.Lines, "Benchmarking %s (be patient).....\n", plan.attack.Plan().Endpoint)
	stopProgress := showProgress(console, test, plan.attack)
	result := test.Run(interrupts.Stop)
	stopProgress()
	if !interrupts.Stopped() {
		fmt.Fprintln(out.Lines, "Done!")
	}

	result.Command, result.DryRun, result.ExitStatus = "load", o.dryRun, status(result)
	advise(console, result)
	return out.Deliver(loadreport.Report{Result: result}, &result.ExitStatus)
}

// showProgress shows how far the attack is until the returned function is
// called.
func showProgress(console *cli.Console, test *attack.Attack, asked attack.Config) (stop func()) {
	progress, began := console.Progress("sending", asked.Requests, true), time.Now()
	ticker := time.NewTicker(200 * time.Millisecond)
	stopped, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		for {
			select {
			case <-ticker.C:
				p := test.Progress()
				progress.Set(p.Done, progressText(p, asked, time.Since(began)))
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

// progressText says how fast requests are sent, against the rate if one is
// asked for, what became of them, and how long the rest takes at that speed.
func progressText(p attack.Progress, asked attack.Config, gone time.Duration) string {
	seconds := max(gone.Seconds(), 0.1)
	against := ""
	if asked.Rate > 0 { // a burst stands for the whole of its second
		seconds = math.Floor(seconds) + 1
		against = fmt.Sprintf(" of %d", asked.Rate)
	}
	speed := float64(p.Sent) / seconds
	left := time.Duration(float64(asked.Requests-p.Sent) / max(speed, 1) * float64(time.Second))
	return fmt.Sprintf("%.0f/s%s, in flight %d, failed %d, %v left", speed, against, p.Sent-p.Done, p.Incomplete, left.Round(time.Second))
}
