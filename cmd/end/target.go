package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twilioapi"
)

// A target is the calls to end.
type target struct {
	calls []calls.Placed
	path  string // left-over calls go beside it
	again string // the command that ends what is left

	// Of a file:
	duplicates int
	badLines   int
	bad        []error // the first of them
	unread     bool    // it could not be read to its end
}

// mostBadLines is how many lines without a SID are told one by one.
const mostBadLines = 20

// readFile reads the calls to end from the file, all before the first is ended,
// and tells what is wrong with its lines. It blocks while the file is a pipe that
// somebody has yet to write to.
func (o *options) readFile(console *cli.Console) (*target, error) {
	file, err := os.Open(o.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t := &target{path: o.file, again: batch.EndCommand(o.file, o.DryRun)}
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() { // a pipe is read once
		t.path = newSIDFile()
		t.again = batch.EndCommand("FILE", o.DryRun) + " with the same SIDs"
	}
	reader := sidfile.NewReader(file, o.file)
	for sid, err := range reader.SIDs() {
		var line *sidfile.LineError
		switch {
		case err == nil:
			t.calls = append(t.calls, calls.Placed{SID: sid})
		case errors.As(err, &line):
			t.badLines++
			if t.badLines <= mostBadLines {
				t.bad = append(t.bad, line)
			}
		default:
			t.unread = true
			console.Error(err)
		}
	}
	t.tellBadLines(console, o.file)
	t.duplicates = reader.Duplicates()
	return t, nil
}

// tellBadLines tells which lines have no SID. Of a file without any, the first of
// them is enough.
func (t *target) tellBadLines(console *cli.Console, name string) {
	told, help := t.bad, "a call SID is CA and 32 hex digits; the other lines are ended"
	if len(t.calls) == 0 {
		told, help = t.bad[:min(1, len(t.bad))], "a call SID is CA and 32 hex digits"
	}
	for i, line := range told {
		if i == 0 {
			line = &cli.UsageError{Text: line.Error(), Help: help}
		}
		console.Error(line)
	}
	if more := t.badLines - len(told); more > 0 {
		console.Error(fmt.Errorf("%d more lines of %s have no call SID", more, name))
	}
}

// newSIDFile names a file of SIDs for calls that are in none.
func newSIDFile() string { return fmt.Sprintf("call_sids_%d.csv", time.Now().Unix()) }

// choose looks for the live calls between two parties and asks whether to end
// them. It returns no target if there is nothing to do, or it is not wanted, with
// the exit status.
func (o *options) choose(console *cli.Console, client *twilioapi.Client) (*target, int) {
	live, err := calls.Live(console.Interrupts.Stop, client, o.callerID, o.destination)
	if err != nil {
		console.Error(err)
		return nil, cli.StatusFailed
	}
	if len(live) == 0 {
		console.Note("no live call from %s to %s was placed through the API", o.callerID, o.destination)
		return nil, cli.StatusDone
	}
	console.Note("%d live calls from %s to %s were placed through the API, the oldest at %s", len(live),
		o.callerID, o.destination, live[0].Created.UTC().Format(time.RFC3339))
	if o.DryRun {
		for _, call := range live {
			fmt.Fprintf(console.Out, "%s %s since %s\n", call.SID, call.Status, call.Created.UTC().Format(time.RFC3339))
		}
		console.Note("dry run: none was ended")
		return nil, cli.StatusDone
	}
	if !o.yes && !console.CanAsk() {
		console.Error(&cli.UsageError{Text: "no call was ended, since there is no terminal to ask on", Help: "add --yes to end them without being asked"})
		return nil, cli.StatusUsage
	}
	if !o.yes && !console.Confirm(fmt.Sprintf("End these %d calls?", len(live))) {
		console.Note("no call was ended")
		return nil, cli.StatusFailed
	}
	t := &target{
		path:  newSIDFile(),
		again: batch.EndBetween(o.callerID, o.destination),
	}
	for _, call := range live {
		t.calls = append(t.calls, calls.Placed{SID: call.SID, From: call.From, To: call.To, Created: call.Created})
	}
	return t, 0
}
