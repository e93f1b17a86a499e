// Package batch is what start and end share, the commands for batches of calls:
// options, the account, lines about calls as things happen to them, and commands
// that end what is left.
package batch

import (
	"fmt"
	"io"
	"sync"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/report"
)

const manyConnections = 100 // take a moment to open

// Lines tells the events of a run: the originals' line for each call on one
// stream, what the user should know at once on standard error, and how far each
// part of the run is. Nothing of it waits for who reads.
type Lines struct {
	Console *cli.Console
	PerCall io.Writer  // the originals' lines; io.Discard if they are not shown
	Plan    calls.Plan // of start
	Live    int        // calls that were live before: those that end is to hang up

	Failures *failures.Log // takes the calls that fail; nil for nowhere

	mu                  sync.Mutex // guards what follows
	accepted, failed    int        // starts; failed ones were refused or their outcome is unknown
	first, latest       time.Time  // when starts were accepted
	live                int        // calls of this run
	dialRate            float64    // as it seemed when Twilio's queue grew; 0 if it never did
	queued              time.Time  // when it was last told to grow
	hangUps, badHangUps int
	limit               int    // of requests at once, as told last
	unknown             string // what was told last of a start without an outcome
	lookedUp            bool   // told already
	part                string // of the run that is shown
	endPart             func() // ends its showing; nil if there is none
}

// Observe is a [calls.Observer].
func (l *Lines) Observe(event calls.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := event.(type) {
	case calls.Warming:
		if e.Connections >= manyConnections {
			l.Console.Note("opening %d connections", e.Connections)
		}
		l.show("placing", l.Plan.CallCount, l.placing)
	case calls.Started:
		l.accept(e.N)
		fmt.Fprintf(l.PerCall, "Started call %d. SID: %s\n", e.N, e.SID)
	case calls.Adopted:
		l.accepted, l.live, l.failed = e.N, l.live+1, l.failed-1
		fmt.Fprintf(l.PerCall, "Adopted call %d. SID: %s\n", e.N, e.SID)
	case calls.Burst:
		fmt.Fprintf(l.PerCall, "Actual CPS: %.2f Target CPS: %d Sleeping %dms ...\n", e.Rate, e.Cap, e.Slept.Milliseconds())
	case calls.Holding:
		if l.lasting() {
			l.hold(e.For)
			return
		}
		fmt.Fprintf(l.PerCall, "Waiting %v seconds before ending calls\n", e.For.Round(time.Millisecond).Seconds())
		l.hold(e.For)
	case calls.EndingCall:
		fmt.Fprintf(l.PerCall, "Ending call %d. SID: %s\n", e.N, e.SID)
		l.hangUps = e.N
		if !l.lasting() {
			l.ending()
		}
	case calls.EndFailed:
		l.badHangUps++
		fmt.Fprintf(l.PerCall, "Failed to end call SID %s because %v\n", e.SID, e.Err)
		if l.PerCall == io.Discard {
			l.Console.Warn(fmt.Errorf("failed to end call SID %s: %w", e.SID, e.Err))
		}
	case calls.Over:
		if l.lasting() {
			l.live--
		}
	case calls.Following:
		l.live = e.Live
		l.follow()
	case calls.Failed:
		l.Failures.Add(func() any { return failureOf(e) })
	default:
		l.warn(event)
	}
}

// lasting reports whether calls are hung up while others are started.
func (l *Lines) lasting() bool { return l.Plan.CallDuration > 0 }

// Finish ends what is shown of the run's progress.
func (l *Lines) Finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finishPart()
}

// warn tells what is out of the ordinary.
func (l *Lines) warn(event calls.Event) {
	switch e := event.(type) {
	case calls.Unwritten:
		l.accept(e.N)
		l.Console.Warn(fmt.Errorf("call %d was placed, but its SID is not in the file: %s", e.N, e.SID))
	case calls.CallRefused:
		l.failed++
		l.Console.Warn(fmt.Errorf("a call to %s was refused: %w", e.To, e.Err))
	case calls.OutcomeUnknown:
		l.failed++
		// The next ones are like this as a rule; how many there are the look-up says.
		if err := fmt.Errorf("the outcome of a start to %s is unknown: %w", e.To, e.Err); err.Error() != l.unknown {
			l.unknown = err.Error()
			l.Console.Warn(err)
		}
	case calls.Unreachable:
		l.Console.Warn(fmt.Errorf("%w; trying for up to %v", e.Err, e.For))
	case calls.Slowed:
		if e.Limit == l.limit {
			return
		}
		l.limit = e.Limit
		l.Console.Note("Twilio answered that too many requests are under way; now at most %d at once", e.Limit)
	case calls.Queueing:
		if l.dialRate == 0 {
			l.Console.Warn(&cli.UsageError{Text: fmt.Sprintf("Twilio queues: the account seems to dial %s a second; %s will take about %.0f s",
				report.Number(e.DialRate), report.Count(e.Calls, "call"), e.Takes.Seconds())})
		}
		l.dialRate, l.queued = e.DialRate, time.Now()
	case calls.QueuedTooLong:
		l.Console.Warn(&cli.UsageError{Text: fmt.Sprintf("Twilio expects a call to wait in its queue for %v, and each is hung up %v after it was accepted: calls are hung up before they are dialed",
			e.Estimate, e.CallDuration)})
	case calls.Stopped:
		l.Console.Error(e.Err)
	case calls.LookingUp:
		if l.part == "placing" && !l.lasting() {
			l.finishPart()
		}
		if !l.lookedUp {
			l.lookedUp = true
			l.Console.Note("looking up %s whose outcome is unknown, for up to %v", report.Count(e.Unknown, "start"), calls.LookUpFor)
		}
	}
}

// accept counts the n-th accepted call.
func (l *Lines) accept(n int) {
	l.latest = time.Now()
	if l.accepted == 0 {
		l.first = l.latest
	}
	l.accepted, l.live = n, l.live+1
}

// placing says how many calls were accepted, and when the others are likely to
// be through.
func (l *Lines) placing() (done int, detail string) {
	k := l.second()
	left := l.Plan.Left(k, max(0, l.Plan.CallCount-l.accepted-l.failed))
	queues := ""
	if l.dialRate > 0 && time.Since(l.queued) < 2*time.Second { // it is told each second
		queues = fmt.Sprintf("; Twilio dials about %s/s", report.Number(l.dialRate))
	}
	return l.accepted, fmt.Sprintf("%.1f/s of %d, live %d, failed %d, %v left%s", l.rate(), l.Plan.Cap(k), l.live, l.failed, left, queues)
}

// rate is the calls accepted per second so far. The latest burst stands for the
// whole of its second.
func (l *Lines) rate() float64 {
	seconds := max(l.latest.Sub(l.first)/time.Second+1, time.Since(l.first)/time.Second)
	return min(float64(l.Plan.CPS), float64(l.accepted)/float64(seconds))
}

// second returns the current second since the first start was accepted, from 0.
func (l *Lines) second() int {
	if l.accepted == 0 {
		return 0
	}
	return int(time.Since(l.first) / time.Second)
}

// hold counts the hold down.
func (l *Lines) hold(d time.Duration) {
	began := time.Now()
	l.show("holding", int(d.Round(time.Second).Seconds()), func() (done int, detail string) {
		gone := time.Since(began)
		return int(gone.Seconds()), fmt.Sprintf("live %d, %v left", l.live, (d - gone).Round(time.Second))
	})
}

// ending shows how many hang-ups were asked for.
func (l *Lines) ending() {
	if l.part == "ending" {
		return
	}
	l.show("ending", l.Live+l.live, func() (done int, detail string) {
		return l.hangUps, fmt.Sprintf("failed %d", l.badHangUps)
	})
}

// follow shows how many calls are waited for.
func (l *Lines) follow() {
	if l.live == 0 || l.part == "following" {
		return
	}
	theyAre := "they are"
	if l.live == 1 {
		theyAre = "it is"
	}
	l.Console.Note("following %s until %s over, for up to %v", report.Count(l.live, "call"), theyAre, calls.FollowFor)
	total := l.live
	l.show("following", total, func() (done int, detail string) {
		return max(0, total-l.live), fmt.Sprintf("live %d", l.live)
	})
}

// show shows a part of the run until it is finished or the next one begins; as
// plain lines only where there is no line for each call. state requires that l.mu
// is held.
func (l *Lines) show(part string, total int, state func() (done int, detail string)) {
	l.finishPart()
	l.part = part
	l.endPart = l.Console.Progress(part, total, l.PerCall == io.Discard, func() (done int, detail string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		return state()
	})
}

// finishPart ends the showing of a part, if there is one.
func (l *Lines) finishPart() {
	if l.endPart != nil {
		l.endPart()
	}
	l.part, l.endPart = "", nil
}
