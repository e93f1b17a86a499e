package main

import (
	"errors"
	"os"
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/sidfile"
)

// record turns what came of the run into its record.
func (o *options) record(account cli.Credentials, result *calls.Result, interrupted bool) *callsreport.Record {
	p := o.plan
	record := &callsreport.Record{
		Command: "start",
		DryRun:  o.DryRun,
		Account: account.String(),
		Began:   result.Began,
		Seconds: time.Since(result.Began).Seconds(),
		Plan: &callsreport.Plan{
			CallCount:        p.CallCount,
			CallerIDs:        p.CallerIDs,
			Destinations:     p.Destinations,
			CPS:              p.CPS,
			Treatment:        p.Treatment(),
			HoldSeconds:      p.Hold.Seconds(),
			EndCalls:         p.EndCalls,
			TimeLimitSeconds: int(p.TimeLimit.Seconds()),
		},
		Starts:      callrun.Starts(p, result),
		Interrupted: interrupted,
	}
	if err := result.Placement.Stopped; err != nil {
		record.Stopped = err.Error()
	}
	if result.Ending != nil && result.Ending.Asked > 0 {
		record.Endings = callrun.Endings(result.Ending)
		record.Twilio = callrun.Records(result.Ending.Records, p.CPS)
		record.Series = callrun.Series(result.Placement.Starts, result.Ending.Records)
	} else {
		record.Series = callrun.Series(result.Placement.Starts, nil)
	}
	record.ExitStatus = status(record)
	return record
}

// status is the exit status of a run.
func status(r *callsreport.Record) int {
	s, e := r.Starts, r.Endings
	switch {
	case s.NotFound > 0, e != nil && e.Live+e.Failed+e.NotFound > 0:
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

// finish closes the SID file, puts what is still live into one of its own, and
// says what is left to do.
func finish(console *cli.Console, record *callsreport.Record, result *calls.Result, file *sidfile.Writer) {
	var told *calls.FileError
	if err := file.Close(); err != nil && !errors.As(result.Placement.Stopped, &told) {
		console.Error(&calls.FileError{Err: err})
	}
	if file.Err() != nil && record.ExitStatus != cli.StatusFailed {
		record.ExitStatus = cli.StatusPartly
	}
	if _, err := os.Stat(file.Path()); err == nil {
		record.SIDFile = file.Path()
	}
	if result.Ending == nil && record.SIDFile != "" {
		record.Next = append(record.Next, callrun.EndCommand(file.Path(), record.DryRun))
	}
	if result.Ending != nil {
		callrun.LeaveOver(console, record, file.Path(), result.Ending.Live)
	}
	between := map[string]bool{} // commands told already
	for _, start := range result.LookUp.NotFound {
		if command := callrun.EndBetween(start.From, start.To); !between[command] {
			between[command] = true
			record.Next = append(record.Next, command)
		}
	}
}
