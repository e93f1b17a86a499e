package main

import (
	"errors"
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/sidfile"
)

// record turns what came of the run into its record.
func (o *options) record(result *calls.Result, interrupted bool) *report.Calls {
	p := o.plan
	record := &report.Calls{
		Command: "start",
		DryRun:  o.dryRun,
		Began:   result.Began,
		Seconds: time.Since(result.Began).Seconds(),
		Plan: &report.CallPlan{
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
	if err := result.Placement.Stopped; err != nil && !errors.Is(err, calls.ErrInterrupted) {
		record.Stopped = err.Error()
	}
	if result.Ending != nil {
		record.Endings = callrun.Endings(result.Ending)
		record.Twilio = callrun.Records(result.Ending.Records, p.CPS)
	}
	record.ExitStatus = status(record)
	return record
}

// status is the exit status of a run.
func status(r *report.Calls) int {
	s, e := r.Starts, r.Endings
	switch {
	case e != nil && e.Live+e.Failed > 0:
		return cli.StatusPartly
	case r.Interrupted:
		return cli.StatusInterrupted
	case s.Accepted+s.Adopted == 0:
		return cli.StatusFailed
	case s.Accepted+s.Adopted < s.Asked, e != nil && e.NotFound > 0:
		return cli.StatusPartly
	}
	return cli.StatusDone
}

// finish closes the SID file, puts what is still live into one of its own, and
// says what is left to do.
func finish(console *cli.Console, record *report.Calls, result *calls.Result, file *sidfile.Writer) {
	if err := file.Close(); err != nil {
		console.Error(&calls.FileError{Err: err})
		record.ExitStatus = max(record.ExitStatus, cli.StatusPartly)
	}
	if record.Starts.Accepted+record.Starts.Adopted > 0 {
		record.SIDFile = file.Path()
	}
	switch {
	case result.Ending == nil && record.SIDFile != "":
		record.Next = callrun.EndCommand(file.Path(), record.DryRun)
	case result.Ending != nil && len(result.Ending.Live) > 0:
		if record.LiveFile = callrun.LeaveOver(console, file.Path(), result.Ending.Live); record.LiveFile != "" {
			record.Next = callrun.EndCommand(record.LiveFile, record.DryRun)
		}
	}
}
