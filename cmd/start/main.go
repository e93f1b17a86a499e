// Command start places calls through Twilio at a maximum of calls per second,
// in per-second bursts, holds them, and hangs them up. Run it with -help.
package main

import (
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/sidfile"
)

func main() { cli.Main("start", run) }

func run(console *cli.Console, args []string) int {
	o, problems := parse(args)
	if text, asked := cli.Asked(problems, o.Version, help); asked {
		console.Print(text)
		return cli.StatusDone
	}
	if o.ambiguous {
		return console.Refuse(problems)
	}
	account, missing := batch.Account(console, o.DryRun, o.Options)
	if problems = append(problems, missing...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	client, closeClient := o.client(account)
	defer closeClient()
	if status := o.askCost(console, client); status != cli.StatusDone {
		return status
	}
	out, problems := o.Open(console)
	if len(problems) > 0 {
		return console.Refuse(problems)
	}
	if err := out.BeginFailures(o.FailuresMax); err != nil {
		console.Error(err)
		return cli.StatusFailed
	}
	file, err := sidfile.Create(".", time.Now(), o.DryRun)
	if err != nil {
		console.Error(&calls.FileError{Err: err})
		return cli.StatusFailed
	}
	o.describe(console, account, file.Path())
	o.announce(out.Lines, file.Path())

	lines := &batch.Lines{Console: console, PerCall: out.Lines, Plan: o.plan, Failures: out.Failures}
	interrupts := console.Interrupts
	interrupts.Begin(batch.WhenInterrupted(o.afterwards, batch.EndCommand(file.Path(), o.DryRun)))
	result := calls.Run(interrupts.Leave, interrupts.Stop, client, o.plan, file, lines.Observe)
	lines.Finish()

	result.Failures = out.EndFailures()
	o.complete(console, account, result, file)
	return out.Deliver(callsreport.Report{Result: result}, &result.ExitStatus)
}
