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

	// maxStale is how often a request is sent again at once because its
	// connection was found lost; after that it waits like any repeat.
	maxStale = 3
)

// A Placed call is one that Twilio accepted.
type Placed struct {
	SID      string
	From, To string
	Created  time.Time // by Twilio's clock; zero if it is not known
	Due      time.Time // when it is to be hung up, by our clock; zero: with the others
}

// isKnown reports whether Twilio itself has shown the call, so that "not found"
// can only mean not yet: its records are eventually consistent.
func (p Placed) isKnown() bool { return p.From != "" }

// hangUpsAtOnce is how many hang-ups of the plan are under way at the most: as
// many as starts where they go side by side.
func (p Plan) hangUpsAtOnce() int {
	if p.CallDuration > 0 {
		return maxInFlight
	}
	return endAtOnce
}

// place starts the calls of a checked plan and returns when each has an outcome.
// As many requests are under way as the cap and Twilio's response time call for,
// up to 5,000; never are more than the cap sent in one second.
//
// Every accepted call's SID goes into the file before it is counted. An error
// that would repeat itself, an unwritable file, or the end of stop ends the
// starting; requests under way are waited for. Only the end of ctx cuts them
// off.
func (p *placing) place() {
	defer p.stopPlacing()
	p.warm()
	p.startAll()
	p.starts.Throttled = p.inFlight.Throttled(twilioapi.ForCreate)
}

// newPlacing prepares the placing of a checked plan. Calls go into due when they
// are accepted.
func newPlacing(ctx, stop context.Context, client *twilioapi.Client, plan Plan, inFlight *twilioapi.InFlight, file SIDFile, due *due, watch Observer) *placing {
	going, stopPlacing := context.WithCancel(ctx)
	context.AfterFunc(stop, stopPlacing)
	p := &placing{
		client:      client,
		plan:        plan,
		inFlight:    inFlight,
		file:        file,
		due:         due,
		watch:       watch,
		limiter:     burst.NewScheduled(plan.caps()),
		waiting:     make(chan struct{}, min(plan.CPS, maxInFlight)),
		ctx:         ctx,
		going:       going,
		stopPlacing: stopPlacing,
		underWay:    map[int]time.Time{},
		starts:      &Starts{Asked: plan.CallCount, Cap: plan.CPS, Failures: Failures{}, Strangers: []string{}, plan: plan},
		dropped:     map[string]bool{},
	}
	p.limiter.OnBurst = func(b burst.Burst) { p.watch.tell(Burst{b}) }
	return p
}
