// Command end hangs up calls: those whose SIDs are in a file, or those between
// two numbers. Run it with -help.
package main

import (
	"slices"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/twilioapi"
)

// mostRecords is of how many calls that were over already the final records are
// looked up, for the report alone.
const mostRecords = 1000

func main() { cli.Main("end", run) }

func run(console *cli.Console, args []string) int {
	o, problems := parse(args)
	if text, asked := cli.Asked(problems, o.Version, help); asked {
		console.Print(text)
		return cli.StatusDone
	}
	if o.ambiguous {
		return console.Refuse(problems)
	}
	account, missing := batch.Account(console, o.simulated(), o.Options)
	if problems = append(problems, missing...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, problems := o.Open(console, o.file)
	if len(problems) > 0 {
		return console.Refuse(problems)
	}
	var target *target
	if !o.byParties() {
		var err error
		if target, err = o.readFile(console); err != nil {
			return console.Refuse([]error{err})
		}
	}
	client, closeClient := o.client(account, target)
	defer closeClient()
	console.Note("account: %s", account)
	interrupts := console.Interrupts
	if _, err := client.Check(interrupts.Stop); err != nil && !twilioapi.IsTemporary(err) {
		console.Error(err)
		return cli.StatusFailed
	}

	if o.byParties() {
		var status int
		if target, status = o.choose(console, client); target == nil {
			return status
		}
	}
	if err := out.BeginFailures(o.FailuresMax); err != nil {
		console.Error(err)
		return cli.StatusFailed
	}
	lines := &batch.Lines{Console: console, PerCall: out.Lines, Live: len(target.calls), Failures: out.Failures}
	interrupts.Begin(batch.WhenInterrupted(func() string { return "the hang-ups are finished first" }, target.again))
	result := calls.End(interrupts.Leave, client, slices.Values(target.calls), mostRecords, lines.Observe)
	lines.Finish()

	if result.HangUps.Asked == 0 {
		console.Error(&cli.UsageError{Text: "no call SID in " + o.file, Help: "name the file that start wrote the call SIDs to"})
	}
	result.Failures = out.EndFailures()
	o.complete(console, account, target, result)
	return out.Deliver(callsreport.Report{Result: result}, &result.ExitStatus)
}
