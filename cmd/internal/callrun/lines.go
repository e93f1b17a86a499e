// Package callrun is what start and end share: telling what happens to calls,
// and turning what came of a run into its record.
package callrun

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

// Lines tells the events of a run: the originals' line for each call on one
// stream, what the user should know at once on standard error, and how far the
// run is on the progress bar.
type Lines struct {
	Console  *cli.Console
	PerCall  io.Writer // the originals' lines; io.Discard if they are not shown
	Progress *cli.Progress

	live, failed atomic.Int64
}

// Observe is a [calls.Observer].
func (l *Lines) Observe(event calls.Event) {
	switch e := event.(type) {
	case calls.Started:
		l.live.Add(1)
		fmt.Fprintf(l.PerCall, "Started call %d. SID: %s\n", e.N, e.SID)
		l.show(e.N)
	case calls.Adopted:
		l.live.Add(1)
		fmt.Fprintf(l.PerCall, "Adopted call %d. SID: %s\n", e.N, e.SID)
	case calls.Burst:
		fmt.Fprintf(l.PerCall, "Actual CPS: %.2f Target CPS: %d Sleeping %dms ...\n", e.Rate, e.Cap, e.Slept.Milliseconds())
	case calls.Holding:
		fmt.Fprintf(l.PerCall, "Waiting %v seconds before ending calls\n", e.For.Round(time.Millisecond).Seconds())
		l.Console.Note("holding the calls for %v", e.For.Round(time.Second))
	case calls.EndingCall:
		fmt.Fprintf(l.PerCall, "Ending call %d. SID: %s\n", e.N, e.SID)
		l.show(e.N)
	case calls.EndFailed:
		l.failed.Add(1)
		fmt.Fprintf(l.PerCall, "Failed to end call SID %s because %v\n", e.SID, e.Err)
		if l.PerCall == io.Discard {
			l.Console.Warn(fmt.Errorf("failed to end call SID %s: %w", e.SID, e.Err))
		}
	default:
		l.warn(event)
	}
}

// warn tells what is out of the ordinary.
func (l *Lines) warn(event calls.Event) {
	switch e := event.(type) {
	case calls.CallRefused:
		l.failed.Add(1)
		l.Console.Warn(fmt.Errorf("a call to %s was refused: %w", e.To, e.Err))
	case calls.OutcomeUnknown:
		l.failed.Add(1)
		l.Console.Warn(fmt.Errorf("the outcome of a start to %s is unknown: %w", e.To, e.Err))
	case calls.Slowed:
		l.Console.Note("Twilio answered that too many requests are under way; now at most %d at once", e.Limit)
	case calls.Stopped:
		l.Console.Error(e.Err)
	case calls.LookingUp:
		l.Console.Note("looking up %d starts whose outcome is unknown, for up to %v", e.Unknown, calls.LookUpFor)
	case calls.Following:
		if e.Live > 0 {
			l.Console.Note("following %d calls until they are over, for up to %v", e.Live, calls.FollowFor)
		}
	}
}

func (l *Lines) show(done int) {
	l.Progress.Set(done, fmt.Sprintf("(live %d, failed %d)", l.live.Load(), l.failed.Load()))
}
