// Package callrun is what start and end share: telling what happens to calls,
// and turning what came of a run into its record.
package callrun

import (
	"fmt"
	"io"
	"sync"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

// Lines tells the events of a run: the originals' line for each call on one
// stream, what the user should know at once on standard error, and how far each
// part of the run is.
type Lines struct {
	Console *cli.Console
	PerCall io.Writer // the originals' lines; io.Discard if they are not shown
	Total   int       // calls to start or to end; may be an estimate
	CPS     int       // cap of the starts; 0 for end

	accepted, live, failed int
	began                  time.Time // of the placing
	limit                  int       // of requests at once, as told last
	shown                  *cli.Progress
	holding                func() // ends the count-down of the hold
	lookedUp, followed     bool   // told already
}

// Observe is a [calls.Observer].
func (l *Lines) Observe(event calls.Event) {
	switch e := event.(type) {
	case calls.Started:
		l.accepted, l.live = e.N, l.live+1
		fmt.Fprintf(l.PerCall, "Started call %d. SID: %s\n", e.N, e.SID)
		l.placing()
	case calls.Adopted:
		l.live++
		fmt.Fprintf(l.PerCall, "Adopted call %d. SID: %s\n", e.N, e.SID)
	case calls.Burst:
		fmt.Fprintf(l.PerCall, "Actual CPS: %.2f Target CPS: %d Sleeping %dms ...\n", e.Rate, e.Cap, e.Slept.Milliseconds())
	case calls.Holding:
		fmt.Fprintf(l.PerCall, "Waiting %v seconds before ending calls\n", e.For.Round(time.Millisecond).Seconds())
		l.hold(e.For)
	case calls.EndingCall:
		fmt.Fprintf(l.PerCall, "Ending call %d. SID: %s\n", e.N, e.SID)
		l.ending(e.N)
	case calls.EndFailed:
		l.failed++
		fmt.Fprintf(l.PerCall, "Failed to end call SID %s because %v\n", e.SID, e.Err)
		if l.PerCall == io.Discard {
			l.Console.Warn(fmt.Errorf("failed to end call SID %s: %w", e.SID, e.Err))
		}
	case calls.Following:
		l.follow(e.Live)
	default:
		l.warn(event)
	}
}

// Finish ends what is shown of the run's progress.
func (l *Lines) Finish() {
	if l.holding != nil {
		l.holding()
		l.holding = nil
	}
	if l.shown != nil {
		l.shown.Finish()
		l.shown = nil
	}
}

// warn tells what is out of the ordinary.
func (l *Lines) warn(event calls.Event) {
	switch e := event.(type) {
	case calls.Unwritten:
		l.accepted, l.live = e.N, l.live+1
		l.Console.Warn(fmt.Errorf("call %d was placed, but its SID is not in the file: %s", e.N, e.SID))
	case calls.CallRefused:
		l.failed++
		l.Console.Warn(fmt.Errorf("a call to %s was refused: %w", e.To, e.Err))
	case calls.OutcomeUnknown:
		l.failed++
		l.Console.Warn(fmt.Errorf("the outcome of a start to %s is unknown: %w", e.To, e.Err))
	case calls.Unreachable:
		l.Console.Warn(fmt.Errorf("%w; trying for up to %v", e.Err, e.For))
	case calls.Slowed:
		if e.Limit == l.limit {
			return
		}
		l.limit = e.Limit
		l.Console.Note("Twilio answered that too many requests are under way; now at most %d at once", e.Limit)
	case calls.Stopped:
		l.Console.Error(e.Err)
	case calls.LookingUp:
		if !l.lookedUp {
			l.lookedUp = true
			l.Console.Note("looking up %d starts whose outcome is unknown, for up to %v", e.Unknown, calls.LookUpFor)
		}
	}
}

// placing shows how many calls were accepted.
func (l *Lines) placing() {
	if l.shown == nil {
		l.shown, l.began = l.show("placing", l.Total), time.Now()
	}
	left := time.Duration((l.Total-l.accepted)/l.CPS) * time.Second
	l.shown.Set(l.accepted, fmt.Sprintf("%d/s of %d, live %d, failed %d, %v left", l.rate(), l.CPS, l.live, l.failed, left))
}

// rate is the calls accepted per second so far. A burst stands for the whole of
// its second.
func (l *Lines) rate() int {
	seconds := 1 + int(time.Since(l.began)/time.Second)
	return min(l.CPS, l.accepted/seconds)
}

// hold counts the hold down.
func (l *Lines) hold(d time.Duration) {
	l.Finish()
	seconds := int(d.Round(time.Second).Seconds())
	shown, live, began := l.show("holding", seconds), l.live, time.Now()
	l.shown = shown
	stop := make(chan struct{})
	var counting sync.WaitGroup
	counting.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			gone := time.Since(began)
			shown.Set(int(gone.Seconds()), fmt.Sprintf("live %d, %v left", live, (d-gone).Round(time.Second)))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	l.holding = func() {
		close(stop)
		counting.Wait()
	}
}

// ending shows how many hang-ups were asked for.
func (l *Lines) ending(n int) {
	if n == 1 {
		l.Finish()
		if l.CPS > 0 { // the calls of this run
			l.Total = l.live
		}
		l.shown = l.show("ending", l.Total)
	}
	if l.shown != nil {
		l.shown.Set(n, fmt.Sprintf("failed %d", l.failed))
	}
}

// follow shows how many calls are waited for.
func (l *Lines) follow(live int) {
	if live == 0 {
		return
	}
	if !l.followed {
		l.followed = true
		l.Console.Note("following %d calls until they are over, for up to %v", live, calls.FollowFor)
		l.Finish()
		l.Total = live
		l.shown = l.show("following", l.Total)
	}
	l.shown.Set(max(0, l.Total-live), fmt.Sprintf("live %d", live))
}

// show shows a part of the run; as plain lines only where there is no line for
// each call.
func (l *Lines) show(label string, total int) *cli.Progress {
	return l.Console.Progress(label, total, l.PerCall == io.Discard)
}
