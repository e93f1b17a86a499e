package calls

import (
	"sync"
	"time"

	"call-load-tester/pkg/burst"
)

// An Observer is told what happens, as it happens, one event at a time. It
// should return quickly. A nil Observer is told nothing.
type Observer func(Event)

// An Event is one of the types below.
type Event any

type (
	// Warming: connections are opened before the first start.
	Warming struct{ Connections int }
	// Burst: the cap of a second was reached, and the second is over.
	Burst struct{ burst.Burst }
	// Started: the n-th call was accepted, and its SID is in the file.
	Started struct {
		N   int
		SID string
	}
	// Unwritten: the n-th call was accepted, but its SID could not be written.
	Unwritten struct {
		N   int
		SID string
	}
	// CallRefused: Twilio refused a call. A bad destination is told once and
	// taken out.
	CallRefused struct {
		To  string
		Err error
	}
	// OutcomeUnknown: the outcome of a start was not seen.
	OutcomeUnknown struct {
		To  string
		Err error
	}
	// Unreachable: a start did not reach Twilio, nor did its repeat; requests are tried for so long.
	Unreachable struct {
		Err error
		For time.Duration
	}
	// Slowed: too many requests were under way at once; now at most Limit are.
	Slowed struct{ Limit int }
	// Queueing: Twilio's queue grows. The account seems to dial so many calls a
	// second, which will take so long for all of the plan. It is told each second
	// while that is so.
	Queueing struct {
		DialRate float64
		Calls    int
		Takes    time.Duration
	}
	// QueuedTooLong: Twilio expects a call to wait in its queue for as long as
	// calls are to last, so that they are hung up before they are dialed.
	QueuedTooLong struct{ Estimate, CallDuration time.Duration }
	// Stopped: placing stops before the plan is through, or calls are no longer held
	// since hanging up was given up.
	Stopped struct{ Err error }
	// Holding: all calls are placed, and the last hang-up is due after so long.
	Holding struct{ For time.Duration }
	// LookingUp: so many starts of unknown outcome are looked up.
	LookingUp struct{ Unknown int }
	// Adopted: a start of unknown outcome was found; it is the n-th call now.
	Adopted struct {
		N   int
		SID string
	}
	// EndingCall: the n-th hang-up is asked for.
	EndingCall struct {
		N   int
		SID string
	}
	// EndFailed: a call could not be hung up.
	EndFailed struct {
		SID string
		Err error
	}
	// Failed: a call came to nothing, or is not known to be over. It is told once of
	// each that the record counts as refused, not found, left alone or live.
	Failed struct {
		How      Failing
		At       time.Time // when its request was sent; of calls that are not found or still live, when that was seen
		SID      string    // empty if there is none
		From, To string    // empty if they are not known
		Err      error     // what Twilio answered, or why there is no answer; nil if there is none to tell
	}
	// Over: a hang-up found its call over, or the call was seen over after it.
	Over struct{}
	// Following: the hang-ups are through; so many calls are not known to be
	// over.
	Following struct{ Live int }
)

// A Failing is a way in which a call fails.
type Failing string

const (
	Refused       Failing = "refused"         // Twilio refused to place it
	StartNotFound Failing = "start not found" // the outcome of its start was not seen, and it was not found
	LeftAlone     Failing = "left alone"      // it may be of such a start, or somebody else's
	CallNotFound  Failing = "call not found"  // Twilio does not know the SID that is to be hung up
	FailedToEnd   Failing = "failed to end"   // Twilio took no hang-up of it, and it is not seen to be over
	StillLive     Failing = "still live"      // Twilio took one, and it is not seen to be over
)

func (o Observer) tell(e Event) {
	if o != nil {
		o(e)
	}
}

// oneAtATime returns an Observer that several goroutines may tell.
func (o Observer) oneAtATime() Observer {
	if o == nil {
		return nil
	}
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		o(e)
	}
}
