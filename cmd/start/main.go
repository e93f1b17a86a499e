// Command start places calls through Twilio at a maximum of calls per second,
// in per-second bursts, holds them, and hangs them up. Run it with -help.
package main

import (
	"fmt"
	"os"
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	interrupts := cli.CatchInterrupts()
	console := cli.NewConsole("start", os.Stdout, os.Stderr, interrupts.Wish)

	o, problems := parse(args)
	if text, asked := cli.Asked(problems, o.version, help); asked {
		fmt.Fprint(console.Out, text)
		return cli.StatusDone
	}
	account, missing := callrun.Account(console, o.dryRun, o.sid, o.token)
	if problems = append(problems, missing...); len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, err := output.Open(console, o.verbose || !console.OutIsTerminal(), o.json)
	if err != nil {
		return console.Refuse([]error{err})
	}
	file, err := sidfile.Create(".", time.Now(), o.dryRun)
	if err != nil {
		return console.Refuse([]error{&calls.FileError{Err: err}})
	}
	o.describe(console, account)
	o.announce(out.Lines, file.Path())

	client, closeClient := o.client(account)
	defer closeClient()
	lines := &callrun.Lines{
		Console:  console,
		PerCall:  out.Lines,
		Progress: console.Progress("placing", o.plan.CallCount, !out.ShowsLines()),
	}
	interrupts.OnLeave(cli.StatusPartly, func() {
		console.Note("left; to hang up what was placed: %s", callrun.EndCommand(file.Path(), o.dryRun))
	})
	result := client.Run(interrupts.Leave, interrupts.Stop, o.plan, file, lines.Observe)
	lines.Progress.Finish()

	record := o.record(result, interrupts.Stopped())
	finish(console, record, result, file)
	if err := out.Write(record); err != nil {
		console.Error(err)
	}
	return record.ExitStatus
}
