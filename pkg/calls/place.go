package calls

import (
	"context"
	"time"

	"call-load-tester/pkg/burst"
	"call-load-tester/pkg/twilioapi"
)

const (
	// maxInFlight bounds the create requests under way.
	maxInFlight = 5000

	// retryCreateFor bounds the repeats of a create that Twilio did not
	// process.
	retryCreateFor = 2 * time.Minute

	// maxUnknownInARow stops placing: something is badly wrong, and every
	// further start may ring a phone nobody knows of.
	maxUnknownInARow = 20

	// maxStale is how often a request is sent anew at once because its
	// connection turned out to be lost; after that it waits like any repeat.
	maxStale = 3
)

// A Start is one create request that was handed to the network.
type Start struct {
	At      time.Time
	Took    time.Duration // until the answer, or until it was given up
	Outcome twilioapi.Outcome
}

// A Placed call is one that Twilio accepted.
type Placed struct {
	SID      string
	From, To string
	Created  time.Time // by Twilio's clock; zero if it is not known
}

// isKnown reports whether Twilio itself has shown the call, so that "not found"
// can only mean not yet: its records are eventually consistent.
func (p Placed) isKnown() bool { return p.From != "" }

// An UnknownStart is a create request whose outcome was not seen.
type UnknownStart struct {
	From, To string
	Sent     time.Time
	Err      error
}

// A Placement is what came of placing a plan's calls. The counts of calls add up to
// the plan's: accepted, refused, unknown and those never started.
type Placement struct {
	Calls      []Placed
	Refused    Refusals
	Unknown    []UnknownStart
	NotStarted int   // certainly not placed: interrupted, stopped, or destination taken out
	Stopped    error // the error that stopped placing before the plan was through; nil if none did

	Starts    []Start   // every request, in the order of their answers
	Retries   int       // requests repeated because Twilio had certainly not processed them
	Throttles int       // 429 answers
	LastAt    time.Time // when the last start was accepted or given up
}

// place starts the calls of a checked plan and returns when each has an outcome.
// As many requests are under way as the cap and Twilio's response time call for,
// up to 5,000; never are more than the cap sent in one second.
//
// Every accepted call's SID goes into the file before it is counted. An error
// that would repeat itself, an unwritable file, or the end of stop ends the
// starting; requests under way are waited for. Only the end of ctx cuts them
// off.
func place(ctx, stop context.Context, client *twilioapi.Client, plan Plan, file SIDFile, watch Observer) *Placement {
	going, stopPlacing := context.WithCancel(ctx)
	defer stopPlacing()
	defer context.AfterFunc(stop, stopPlacing)()

	p := &placing{
		client:      client,
		plan:        plan,
		file:        file,
		watch:       watch,
		limiter:     burst.New(plan.CPS),
		ready:       make(chan struct{}, min(plan.CPS, maxInFlight)),
		ctx:         ctx,
		going:       going,
		stopPlacing: stopPlacing,
		result:      new(Placement),
		dropped:     map[string]bool{},
	}
	p.inFlight = twilioapi.NewInFlight(maxInFlight, func(limit int) { p.watch.tell(Slowed{limit}) })
	p.limiter.OnBurst = func(b burst.Burst) { p.watch.tell(Burst{b}) }
	p.warm()
	p.startAll()
	p.result.Throttles = p.inFlight.Throttled()
	return p.result
}
