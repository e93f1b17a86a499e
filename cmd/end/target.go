package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
)

// A target is the calls to end.
type target struct {
	calls    iter.Seq[calls.Placed]
	estimate int    // of their number, for the progress
	path     string // left-over calls go beside it
	again    string // the command that ends what is left

	file     *sidfile.Reader // nil if they are chosen by their parties
	badLines int
	unread   bool // the file could not be read to its end
}

// choose returns the calls to end; nil if there is nothing to do, or it is not
// wanted, with the exit status.
func (o *options) choose(console *cli.Console, ctx context.Context, client *calls.Client) (*target, int) {
	if o.byParties() {
		return o.chooseByParties(console, ctx, client)
	}
	file, err := os.Open(o.file)
	if err != nil {
		console.Error(err)
		return nil, cli.StatusUsage
	}
	t := &target{path: o.file, again: callrun.EndCommand(o.file, o.DryRun), file: sidfile.NewReader(file, o.file)}
	if info, err := file.Stat(); err == nil {
		t.estimate = int((info.Size() + sidfile.Len) / (sidfile.Len + 1))
	}
	t.calls = func(yield func(calls.Placed) bool) {
		defer file.Close()
		t.read(console, yield)
	}
	return t, 0
}

// mostBadLines is how many lines without a SID are told one by one.
const mostBadLines = 20

// read yields the calls of the file and tells what is wrong with it.
func (t *target) read(console *cli.Console, yield func(calls.Placed) bool) {
	for sid, err := range t.file.SIDs() {
		var line *sidfile.LineError
		switch {
		case err == nil:
			if !yield(calls.Placed{SID: sid}) {
				return
			}
		case errors.As(err, &line):
			t.tellBadLine(console, line)
		default:
			t.unread = true
			console.Error(err)
		}
	}
	if more := t.badLines - mostBadLines; more > 0 {
		console.Error(fmt.Errorf("%d more lines of %s have no call SID", more, t.path))
	}
}

func (t *target) tellBadLine(console *cli.Console, line *sidfile.LineError) {
	t.badLines++
	switch {
	case t.badLines == 1:
		console.Error(&cli.UsageError{Text: line.Error(), Help: "a call SID is CA and 32 hex digits; the other lines are ended"})
	case t.badLines <= mostBadLines:
		console.Error(line)
	}
}

// chooseByParties looks for the live calls between two parties and asks
// whether to end them.
func (o *options) chooseByParties(console *cli.Console, ctx context.Context, client *calls.Client) (*target, int) {
	live, err := client.Live(ctx, o.callerID, o.destination)
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
	if !o.yes && !console.Confirm(ctx, fmt.Sprintf("End these %d calls?", len(live))) {
		console.Note("no call was ended")
		if ctx.Err() != nil {
			return nil, cli.StatusInterrupted
		}
		return nil, cli.StatusFailed
	}
	t := &target{
		estimate: len(live),
		path:     fmt.Sprintf("call_sids_%d.csv", time.Now().Unix()),
		again:    callrun.EndBetween(o.callerID, o.destination),
	}
	t.calls = func(yield func(calls.Placed) bool) {
		for _, call := range live {
			if !yield(calls.Placed{SID: call.SID, From: call.From, To: call.To, At: call.Created}) {
				return
			}
		}
	}
	return t, 0
}
