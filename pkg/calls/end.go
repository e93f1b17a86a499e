package calls

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// endAtOnce is how many hang-ups are under way at the most. Twilio does not
// publish how many requests at once an account may have; the gate finds out.
const endAtOnce = 50

// An Ending is what came of hanging up calls. Every call that was asked for is
// counted once: ended, over already, not found or failed.
type Ending struct {
	Asked       int
	Ended       int // Twilio took our request to end it
	AlreadyOver int // it was over before
	NotFound    int // Twilio does not know the SID
	Failed      int // it could not be hung up, and was not seen to be over

	Failures  Refusals // why calls failed
	Live      []string // SIDs of those not seen to be over, failed ones included
	Records   *Records // from what Twilio says of the calls that it showed
	Throttles int      // 429 answers
}

// End hangs up calls, up to 50 at once, and follows each until Twilio shows it
// over, for up to [FollowFor]. Hang-ups are repeated while they fail for
// reasons that pass, for up to [Patience]; when Twilio answers nothing for as
// long, the rest is given up. Ending a call twice does no harm.
//
// From and To of the calls may be empty. The final records of calls that were
// over already are looked up too, for at most lookUp of them.
func (c *Client) End(ctx context.Context, calls iter.Seq[Placed], lookUp int, watch Observer) *Ending {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	e := &ending{
		Client:  c,
		ctx:     ctx,
		giveUp:  giveUp,
		watch:   watch.oneAtATime(),
		lookUp:  lookUp,
		result:  &Ending{Records: NewRecords()},
		pending: map[string]*pendingCall{},
	}
	e.gate = newGate(endAtOnce, func(limit int) { e.watch.tell(Slowed{limit}) })
	e.hangUpAll(calls)
	e.followAll()
	e.conclude()
	return e.result
}

// ending is the state of one End.
type ending struct {
	*Client
	ctx    context.Context // ends when hanging up has no more sense
	giveUp context.CancelCauseFunc
	watch  Observer
	gate   *gate
	lookUp int

	mu       sync.Mutex // guards what follows
	result   *Ending
	pending  map[string]*pendingCall // not seen over yet, or without a final record
	answered time.Time               // when Twilio last answered for good
}

// A pendingCall is waited for.
type pendingCall struct {
	Placed
	asked time.Time // when Twilio last took our request to end it; zero if it did not
	over  bool      // it is known to be over, only its record is missing
	err   error     // why it could not be hung up
}

// hangUpAll hangs up all calls, each by one of a fixed number of workers.
func (e *ending) hangUpAll(calls iter.Seq[Placed]) {
	queue := make(chan Placed)
	var workers sync.WaitGroup
	for range endAtOnce {
		workers.Go(func() {
			for placed := range queue {
				e.end(placed)
			}
		})
	}
	for placed := range calls {
		e.mu.Lock()
		e.result.Asked++
		if e.ctx.Err() == nil {
			e.watch.tell(EndingCall{e.result.Asked, placed.SID})
		}
		e.mu.Unlock()
		queue <- placed
	}
	close(queue)
	workers.Wait()
}

// end brings one hang-up to an outcome.
func (e *ending) end(placed Placed) {
	began := time.Now()
	var last *exchange
	mayBeOurs := false // an earlier request, whose answer was lost, may have ended it
	call, err := e.persist(e.ctx, func() (Call, *exchange) {
		if last != nil && outcomeOf(last.failure()) == Unknown {
			mayBeOurs = true
		}
		call, ex := e.gated(e.ctx, func() (Call, *exchange) { return e.hangUp(e.ctx, placed.SID) })
		last = ex
		return call, ex
	})

	e.mu.Lock()
	defer e.mu.Unlock()
	if !MayPass(err) {
		e.answered = time.Now()
	}
	switch {
	case err == nil && call.Over():
		e.countOver(overBefore(call, last) && !mayBeOurs)
		e.result.Records.Add(call)
	case err == nil:
		e.result.Ended++
		e.pending[placed.SID] = &pendingCall{Placed: fill(placed, call), asked: time.Now()}
	case isOver(err):
		e.countOver(!mayBeOurs)
		if e.lookUp > 0 {
			e.lookUp--
			e.pending[placed.SID] = &pendingCall{Placed: placed, over: true}
		}
	case isNotFound(err) && !placed.isKnown():
		e.result.NotFound++
		e.failed(placed.SID, err)
	default:
		e.pending[placed.SID] = &pendingCall{Placed: placed, err: err}
		e.failed(placed.SID, err)
		e.giveUpAfter(err, began)
	}
}

// countOver counts a call that is over. It requires that e.mu is held.
func (e *ending) countOver(already bool) {
	if already {
		e.result.AlreadyOver++
	} else {
		e.result.Ended++
	}
}

// giveUpAfter ends it all after an error that every further hang-up would meet:
// Twilio's word that it would, or no answer to anything since a request began.
// It requires that e.mu is held.
func (e *ending) giveUpAfter(err error, began time.Time) {
	switch {
	case e.ctx.Err() != nil:
	case !MayPass(err) && reach(err) == scopeRun:
		e.giveUp(err)
	case MayPass(err) && e.answered.Before(began):
		e.giveUp(fmt.Errorf("no request succeeded for %v: %w", Patience, err))
	}
}

// failed tells the observer, unless everything has been given up. It requires
// that e.mu is held.
func (e *ending) failed(sid string, err error) {
	if e.ctx.Err() == nil {
		e.watch.tell(EndFailed{sid, err})
	}
}

// gated sends a request as one of those in flight.
func (e *ending) gated(ctx context.Context, send func() (Call, *exchange)) (Call, *exchange) {
	pass, err := e.gate.enter(ctx)
	if err != nil {
		return Call{}, &exchange{err: context.Cause(ctx)}
	}
	call, ex := send()
	pass.leave(ex.failure())
	return call, ex
}

// conclude counts what is left.
func (e *ending) conclude() {
	e.result.Throttles = e.gate.throttles()
	for _, sid := range slices.Sorted(maps.Keys(e.pending)) {
		call := e.pending[sid]
		if call.over {
			continue
		}
		e.result.Live = append(e.result.Live, sid)
		if call.asked.IsZero() {
			e.result.Failed++
			e.result.Failures.add(call.err)
		}
	}
}

// overBefore reports whether a call had ended before the request that asked for
// it, on Twilio's clock, which shows whole seconds.
func overBefore(call Call, ex *exchange) bool {
	date, err := http.ParseTime(ex.header.Get("Date"))
	if err != nil {
		return false
	}
	end := call.Ended
	if end.IsZero() {
		end = call.Updated
	}
	return !end.IsZero() && end.Before(date.Add(-ex.took).Truncate(time.Second))
}

// fill adds to a call of which nothing but the SID was known what Twilio says.
func fill(placed Placed, call Call) Placed {
	if placed.From == "" {
		placed.From, placed.To, placed.Created = call.From, call.To, call.Created
	}
	return placed
}
