package main

import (
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	callsreport "call-load-tester/pkg/report/calls"
)

// record turns what came of the hang-ups into the record of the run.
func (o *options) record(account cli.Credentials, began time.Time, t *target, ending *calls.Ending, interrupted bool) *callsreport.Record {
	record := &callsreport.Record{
		Command:     "end",
		DryRun:      o.DryRun,
		Account:     account.String(),
		Began:       began,
		Seconds:     time.Since(began).Seconds(),
		Endings:     callrun.Endings(ending),
		Interrupted: interrupted,
		SIDFile:     o.file,
	}
	if !o.DryRun { // the simulated account knows nothing of these calls but their SIDs
		record.Twilio = callrun.Records(ending.Records, 0)
		record.Series = callrun.Series(nil, ending.Records)
	}
	record.Endings.BadLines = t.badLines
	record.Endings.Duplicates = t.duplicates
	record.ExitStatus = status(record, t.unread)
	return record
}

// status is the exit status of a run.
func status(r *callsreport.Record, unread bool) int {
	e := r.Endings
	switch {
	case e.Live+e.Failed > 0:
		return cli.StatusPartly
	case r.Interrupted:
		return cli.StatusInterrupted
	case e.Ended+e.AlreadyOver == 0:
		return cli.StatusFailed
	case e.NotFound+e.BadLines > 0, unread:
		return cli.StatusPartly
	}
	return cli.StatusDone
}
