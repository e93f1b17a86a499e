package calls

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// endAtOnce is how many hang-ups are under way at the most. Twilio does not
// publish how many requests an account may have under way; [twilioapi.InFlight]
// finds out.
const endAtOnce = 50

// HangUps says what became of the hang-ups. Asked is the sum of Ended,
// AlreadyOver, NotFound and Live; Failed are among the live.
type HangUps struct {
	Asked       int      `json:"asked"`
	Ended       int      `json:"ended"`        // at our request, and seen to be over
	AlreadyOver int      `json:"already_over"` // before our request
	NotFound    int      `json:"not_found"`    // Twilio does not know the SID
	Failed      int      `json:"failed"`       // Twilio did not take our request
	Live        int      `json:"live"`         // not seen to be over
	Failures    Failures `json:"failures"`     // of the failed
	Throttled   int      `json:"throttled"`    // 429 answers

	BadLines   int `json:"bad_lines"`  // of the SID file of end, filled in by it
	Duplicates int `json:"duplicates"` // likewise

	LiveSIDs []string `json:"-"` // of the live
}

// End hangs up calls, up to 50 at once, and follows each until Twilio shows it
// over, for up to [FollowFor]. Hang-ups are repeated while they fail for
// reasons that pass, for up to [twilioapi.RetryFor]; when Twilio answers nothing
// for as long, the rest is given up. Ending a call twice does no harm.
//
// From and To of the calls may be empty. Of calls that were over already, the
// final records of up to so many are read, too.
func End(ctx context.Context, client *twilioapi.Client, calls iter.Seq[Placed], overRecords int, watch Observer) *Result {
	r := &Result{Began: time.Now()}
	r.HangUps, r.Records = end(ctx, client, calls, overRecords, watch.oneAtATime())
	r.conclude(nil)
	return r
}

// end hangs up calls and follows them.
func end(ctx context.Context, client *twilioapi.Client, calls iter.Seq[Placed], overRecords int, watch Observer) (*HangUps, *Records) {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	e := &ending{
		client:      client,
		ctx:         ctx,
		giveUp:      giveUp,
		watch:       watch,
		overRecords: overRecords,
		hangUps:     &HangUps{Failures: Failures{}},
		records:     newRecords(),
		pending:     map[string]*pendingCall{},
	}
	e.inFlight = twilioapi.NewInFlight(endAtOnce, func(limit int) { e.watch.tell(Slowed{limit}) })
	e.hangUpAll(calls)
	e.followAll()
	e.conclude()
	return e.hangUps, e.records
}

// ending is the state of one end.
type ending struct {
	client   *twilioapi.Client
	ctx      context.Context // ends when everything is given up
	giveUp   context.CancelCauseFunc
	watch    Observer
	inFlight *twilioapi.InFlight

	mu          sync.Mutex // guards what follows
	hangUps     *HangUps
	records     *Records
	pending     map[string]*pendingCall // not seen over yet, or without a final record
	answered    time.Time               // when Twilio last answered for good
	overRecords int                     // how many more records to read of calls that were over already
}

// A pendingCall is one that is not through yet.
type pendingCall struct {
	Placed
	takenAt time.Time // when Twilio last took a hang-up of it; zero if it took none
	counted bool      // as over: only its record is missing
	err     error     // why it could not be hung up
}

// hangUpAll hangs up all calls, each by one of a fixed number of workers.
func (e *ending) hangUpAll(calls iter.Seq[Placed]) {
	queue := make(chan Placed)
	var workers sync.WaitGroup
	for range endAtOnce {
		workers.Go(func() {
			for placed := range queue {
				e.hangUp(placed)
			}
		})
	}
	for placed := range calls {
		e.mu.Lock()
		e.hangUps.Asked++
		if e.ctx.Err() == nil {
			e.watch.tell(EndingCall{e.hangUps.Asked, placed.SID})
		}
		e.mu.Unlock()
		queue <- placed
	}
	close(queue)
	workers.Wait()
}

// hangUp brings one hang-up to an outcome.
func (e *ending) hangUp(placed Placed) {
	began := time.Now()
	var call twilioapi.Call
	var attempt twilioapi.Attempt
	mayBeOurs := false // an earlier request, whose answer was lost, may have ended it
	err := twilioapi.Retry(e.ctx, func() error {
		return e.limited(e.ctx, func() (err error) {
			call, attempt, err = e.client.HangUp(e.ctx, placed.SID)
			mayBeOurs = mayBeOurs || twilioapi.OutcomeOf(err) == twilioapi.Unknown
			return err
		})
	})

	e.mu.Lock()
	defer e.mu.Unlock()
	if !twilioapi.IsTemporary(err) {
		e.answered = time.Now()
	}
	switch {
	case err == nil && call.IsOver():
		e.countOver(overBefore(call, attempt) && !mayBeOurs)
		e.records.add(call)
	case err == nil:
		e.pending[placed.SID] = &pendingCall{Placed: fill(placed, call), takenAt: time.Now()}
	case twilioapi.IsOver(err):
		e.countOver(!mayBeOurs)
		if e.overRecords > 0 {
			e.overRecords--
			e.pending[placed.SID] = &pendingCall{Placed: placed, counted: true}
		}
	case twilioapi.IsNotFound(err) && !placed.isKnown():
		e.hangUps.NotFound++
		e.tellFailed(placed.SID, err)
	default:
		e.pending[placed.SID] = &pendingCall{Placed: placed, err: err}
		e.tellFailed(placed.SID, err)
		e.giveUpAfter(err, began)
	}
}

// countOver counts a call that is over. It requires that e.mu is held.
func (e *ending) countOver(already bool) {
	if already {
		e.hangUps.AlreadyOver++
	} else {
		e.hangUps.Ended++
	}
}

// giveUpAfter gives everything up after an error that every further hang-up would
// meet: Twilio says so, or it has answered nothing since this hang-up began. It
// requires that e.mu is held.
func (e *ending) giveUpAfter(err error, began time.Time) {
	switch {
	case e.ctx.Err() != nil:
	case !twilioapi.IsTemporary(err) && twilioapi.ScopeOf(err) == twilioapi.ScopeAccount:
		e.giveUp(err)
	case twilioapi.IsTemporary(err) && e.answered.Before(began):
		e.giveUp(fmt.Errorf("no request succeeded for %v: %w", twilioapi.RetryFor, err))
	}
}

// tellFailed tells the observer, unless everything has been given up. It requires
// that e.mu is held.
func (e *ending) tellFailed(sid string, err error) {
	if e.ctx.Err() == nil {
		e.watch.tell(EndFailed{sid, err})
	}
}

// limited sends a request as one of those in flight.
func (e *ending) limited(ctx context.Context, send func() error) error {
	slot, err := e.inFlight.Acquire(ctx)
	if err != nil {
		return &twilioapi.UnsentError{Err: context.Cause(ctx)}
	}
	err = send()
	slot.Release(err)
	return err
}

// conclude counts what is left.
func (e *ending) conclude() {
	e.hangUps.Throttled = e.inFlight.Throttled()
	for _, sid := range slices.Sorted(maps.Keys(e.pending)) {
		call := e.pending[sid]
		if call.counted {
			continue
		}
		e.hangUps.Live++
		e.hangUps.LiveSIDs = append(e.hangUps.LiveSIDs, sid)
		if call.takenAt.IsZero() {
			e.hangUps.Failed++
			e.hangUps.Failures.add(call.err)
		}
	}
}

// overBefore reports whether a call had ended before its hang-up was sent, on
// Twilio's clock, which shows whole seconds.
func overBefore(call twilioapi.Call, hangUp twilioapi.Attempt) bool {
	sent, over := hangUp.Answered.Add(-hangUp.Took).Truncate(time.Second), call.Over()
	return !hangUp.Answered.IsZero() && !over.IsZero() && over.Before(sent)
}

// fill adds to a call of which nothing but the SID was known what Twilio says.
func fill(placed Placed, call twilioapi.Call) Placed {
	if placed.From == "" {
		placed.From, placed.To, placed.Created = call.From, call.To, call.Created
	}
	return placed
}
