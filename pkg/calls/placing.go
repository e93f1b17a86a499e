package calls

import (
	"context"
	"sync"
	"time"

	"call-load-tester/pkg/burst"
	"call-load-tester/pkg/twilioapi"
)

const (
	// maxInFlight bounds the create requests under way.
	maxInFlight = 5000

	// maxUnknownInARow stops placing: something is badly wrong, and every
	// further start may ring a phone nobody knows of.
	maxUnknownInARow = 20

	// maxStale is how often a request is sent again at once because its
	// connection was found lost; after that it waits like any repeat.
	maxStale = 3
)

// placing is the state of starting the calls of a plan.
type placing struct {
	client   *twilioapi.Client
	plan     Plan
	file     SIDFile
	due      *due // where accepted calls go
	watch    Observer
	limiter  *burst.Limiter
	inFlight *twilioapi.InFlight
	waiting  chan struct{} // holds one for each start that waits for its burst, and has room for a burst

	ctx         context.Context // ends requests under way
	going       context.Context // ends when nothing more is to be started
	stopPlacing context.CancelFunc

	sending  sync.Mutex
	underWay map[int]time.Time // when the starts without an outcome so far were sent, guarded by sending

	mu      sync.Mutex // guards what follows
	starts  *Starts
	sids    []string       // of the accepted calls
	unknown []UnknownStart // outcome not seen
	sent    []start        // every request, in the order of their answers
	lastAt  time.Time      // when the last start was accepted or given up
	lostAt  time.Time      // when the outcome of a start was last not seen
	movedAt time.Time      // when Twilio last took a request
	waits   queueTrend
	err     error // the one that stopped placing or the hold early; nil if none did

	stalledBy    error // why a create was not processed last; nil if all were
	unknownInRow int
	dropped      map[string]bool // destinations taken out
	told         bool            // that Twilio cannot be reached
	queueTold    bool            // that calls wait in Twilio's queue for as long as they are to last
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
}

// warm opens the connections that the first bursts need: a burst's worth, and as
// much again for each second that an answer takes, rounded (starts have a
// connection before their burst comes); where hang-ups go beside starts, twice
// that, and some for the reads that follow calls.
func (p *placing) warm() {
	took, err := p.client.Check(p.going)
	if err != nil && !twilioapi.IsTemporary(err) {
		p.stopFor(err)
		return
	}
	bursts := 1
	if err == nil {
		bursts += int(took.Round(time.Second) / time.Second)
	}
	n := min(p.plan.CallCount, p.plan.CapReached()*bursts)
	if p.plan.CallDuration > 0 {
		n = 2*n + min(n, endAtOnce)
	}
	n = min(n, maxInFlight)
	p.watch.tell(Warming{n})
	p.client.Warm(p.going, n, max(p.plan.CPS, endAtOnce))
}

// startAll starts the calls in order, each in a goroutine of its own once it may
// be sent.
func (p *placing) startAll() {
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range p.plan.CallCount {
		if _, to := p.plan.parties(i); p.isDropped(to) {
			p.countNotStarted(1)
			continue
		}
		if !p.awaitTurn() {
			p.countNotStarted(p.plan.CallCount - i)
			return
		}
		wg.Go(func() { p.start(i) })
	}
}

// awaitTurn waits until one more start may wait for its burst, and reports
// whether placing goes on.
func (p *placing) awaitTurn() bool {
	select {
	case p.waiting <- struct{}{}:
		return true
	case <-p.going.Done():
		return false
	}
}

func (p *placing) isDropped(to string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped[to]
}

// hangUpsAtOnce is how many hang-ups of the plan are under way at the most: as
// many as starts where they go side by side.
func (p Plan) hangUpsAtOnce() int {
	if p.CallDuration > 0 {
		return maxInFlight
	}
	return endAtOnce
}

// stopFor stops placing, if it has not stopped already.
func (p *placing) stopFor(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop(err)
}

// abandon notes that hanging up was given up. Nothing more is started, and what is
// not due yet is to be hung up at once.
func (p *placing) abandon(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
		p.watch.tell(Stopped{err})
	}
	p.due.release()
	p.stopPlacing()
}

// stoppedBy returns what has stopped the run so far; nil if nothing has.
func (p *placing) stoppedBy() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// stop stops placing, if it has not stopped already. Calls that would be hung up
// one by one are hung up at once then. It requires that p.mu is held.
func (p *placing) stop(err error) {
	if p.going.Err() == nil {
		p.err = err
		p.watch.tell(Stopped{err})
		if p.plan.CallDuration > 0 {
			p.due.release()
		}
	}
	p.stopPlacing()
}
