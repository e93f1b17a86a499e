// Command end hangs up calls: those whose SIDs are in a file, or those between
// two numbers. Run it with -help.
package main

import (
	"os"
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

// mostRecords is of how many calls that were over already the final records are
// looked up, for the report alone.
const mostRecords = 1000

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	interrupts := cli.CatchInterrupts()
	console := cli.NewConsole("end", os.Stdout, os.Stderr, interrupts)
	defer console.Close()

	o, problems := parse(args)
	if text, asked := cli.Asked(problems, o.Version, help); asked {
		console.Print(text)
		return cli.StatusDone
	}
	if o.garbled {
		return console.Refuse(problems)
	}
	account, missing := callrun.Account(console, o.simulated(), o.Options)
	if problems = append(problems, missing...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, err := output.Open(console, o.Verbose || !console.OutIsTerminal(), o.JSON, o.Report, o.file)
	if err != nil {
		return console.Refuse([]error{err})
	}
	client, closeClient, err := o.client(account)
	if err != nil {
		return console.Refuse([]error{err})
	}
	defer closeClient()
	console.Note("account: %s", account)
	if _, err := client.Check(interrupts.Stop); err != nil && !calls.MayPass(err) {
		console.Error(err)
		return cli.StatusFailed
	}

	began := time.Now()
	target, status := o.choose(console, interrupts.Stop, client)
	if target == nil {
		return status
	}
	lines := &callrun.Lines{Console: console, PerCall: out.Lines, Total: target.estimate}
	interrupts.OnStop(func() { console.Note("interrupted: the hang-ups are finished first; interrupt again to leave at once") })
	interrupts.OnLeave(cli.StatusPartly, func() { callrun.SayHowToEnd(console, target.again) })
	ending := client.End(interrupts.Leave, target.calls, mostRecords, lines.Observe)
	lines.Finish()

	record := o.record(account, began, target, ending, interrupts.Stopped())
	if ending.Asked == 0 {
		console.Error(&cli.UsageError{Text: "no call SID in " + o.file, Help: "name the file that start wrote the call SIDs to"})
	}
	callrun.LeaveOver(console, record, target.path, ending.Live)
	return callrun.Deliver(console, out, record)
}
