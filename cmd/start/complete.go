package main

import (
	"errors"
	"os"
	"slices"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
)

// complete closes the SID file, puts what is still live into one of its own, and
// fills in what the record lacks: whose run it was, its files, what is left to
// do, and the exit status.
func (o *options) complete(console *cli.Console, account cli.Credentials, r *calls.Result, file *sidfile.Writer) {
	r.Command, r.DryRun, r.Account, r.Interrupted = "start", o.DryRun, account.String(), console.Interrupts.Stopped()
	r.ExitStatus = status(r)
	if o.cost != nil {
		r.Plan.Cost = o.cost.Summary()
	}
	var told *calls.FileError
	if err := file.Close(); err != nil && !errors.As(r.Err, &told) {
		console.Error(&calls.FileError{Err: err})
	}
	if file.Err() != nil && r.ExitStatus != cli.StatusFailed {
		r.ExitStatus = cli.StatusPartly
	}
	if _, err := os.Stat(file.Path()); err == nil {
		r.SIDFile = file.Path()
	}
	if !o.plan.EndCalls && r.SIDFile != "" {
		r.Next = append(r.Next, batch.EndCommand(r.SIDFile, o.DryRun))
	}
	batch.LeaveOver(console, r, file.Path())
	for _, start := range r.Starts.Lost {
		if command := batch.EndBetween(start.From, start.To); !slices.Contains(r.Next, command) {
			r.Next = append(r.Next, command)
		}
	}
}

// status is the exit status of a run.
func status(r *calls.Result) int {
	s, h := r.Starts, r.HangUps
	switch {
	case s.NotFound > 0, h != nil && h.Live+h.NotFound > 0:
		return cli.StatusPartly // something may still be live
	case r.Interrupted:
		return cli.StatusInterrupted
	case s.Accepted+s.Adopted == 0:
		return cli.StatusFailed
	case s.Accepted+s.Adopted < s.Asked:
		return cli.StatusPartly
	}
	return cli.StatusDone
}
