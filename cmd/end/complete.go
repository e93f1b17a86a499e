package main

import (
	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

// complete puts what is still live into a file, and fills in what the record
// lacks: whose run it was, its files, and the exit status.
func (o *options) complete(console *cli.Console, account cli.Credentials, t *target, r *calls.Result) {
	r.Command, r.DryRun, r.Account, r.Interrupted = "end", o.DryRun, account.String(), console.Interrupts.Stopped()
	r.HangUps.BadLines, r.HangUps.Duplicates = t.badLines, t.duplicates
	if t.path == o.file { // else a pipe, whose name says nothing any more
		r.SIDFile = o.file
	}
	if o.DryRun { // the simulated account knows nothing of these calls but their SIDs
		r.Records, r.Timeline = nil, nil
	}
	r.ExitStatus = status(r, t.unread)
	batch.LeaveOver(console, r, t.path)
}

// status is the exit status of a run.
func status(r *calls.Result, unread bool) int {
	h := r.HangUps
	left := h.NotFound+h.BadLines > 0 || unread // calls of these lines may be live, in another account for one
	switch {
	case h.Live > 0, r.Interrupted && left:
		return cli.StatusPartly
	case r.Interrupted:
		return cli.StatusInterrupted
	case h.Ended+h.AlreadyOver == 0:
		return cli.StatusFailed
	case left:
		return cli.StatusPartly
	}
	return cli.StatusDone
}
