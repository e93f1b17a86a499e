package calls

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/twilioapi"
)

// endAtOnce is how many hang-ups are under way at the most. Twilio does not
// publish how many requests an account may have under way; [twilioapi.InFlight]
// finds out.
const endAtOnce = 50

// lastTryFor bounds the last try to hang up a call when hanging up was given up,
// and how long those that were taken are followed.
const lastTryFor = 10 * time.Second

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
	Throttled   int      `json:"throttled"`    // 429 answers to hang-ups and to reads, look-ups of starts among them

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
	watch = watch.oneAtATime()
	e := newEnding(ctx, client, overRecords, watch)
	defer e.giveUp(nil)
	e.run(calls)
	r.HangUps, r.Records = e.hangUps, e.records
	r.summarize(nil)
	return r
}

func newEnding(ctx context.Context, client *twilioapi.Client, overRecords int, watch Observer) *ending {
	e := &ending{
		client:      client,
		watch:       watch,
		inFlight:    newInFlight(endAtOnce, watch),
		atOnce:      endAtOnce,
		overRecords: overRecords,
		hangUps:     &HangUps{Failures: Failures{}},
		records:     newRecords(),
		gaveUp:      func(error) {},
		moved:       func() {},
		late:        newLateness(),
		pending:     map[string]*pendingCall{},
	}
	e.ctx, e.giveUp = context.WithCancelCause(ctx)
	e.lastTries = e.ctx
	return e
}

// besides makes e hang up calls while others are placed: with them as many at
// once as the account takes, each call followed from its own hang-up on. If
// hanging up is given up, so is placing, and all calls that are left, due or not,
// are hung up once more or for the first time while ctx lasts.
func (e *ending) besides(ctx context.Context, p *placing) {
	e.lastTries = ctx
	e.inFlight = p.inFlight
	e.atOnce = maxInFlight
	e.meanwhile = true
	e.gaveUp = p.abandon
	e.moved = p.moved
}

// run hangs up calls and follows them.
func (e *ending) run(calls iter.Seq[Placed]) {
	meanwhile, done := context.WithCancel(e.ctx)
	var following sync.WaitGroup
	if e.meanwhile {
		following.Go(func() { e.followMeanwhile(meanwhile) })
	}
	e.hangUpAll(calls)
	done()
	following.Wait()
	e.followAll()
	e.countLive()
}

// ending is the state of one end.
type ending struct {
	client    *twilioapi.Client
	ctx       context.Context // ends when hanging up is given up
	lastTries context.Context // ends with the last tries after that; ctx if there are none
	giveUp    context.CancelCauseFunc
	watch     Observer
	inFlight  *twilioapi.InFlight

	atOnce    int         // hang-ups under way at the most
	meanwhile bool        // calls are followed while others are hung up
	gaveUp    func(error) // is told why
	moved     func()      // is told that Twilio took a hang-up

	mu          sync.Mutex // guards what follows
	hangUps     *HangUps
	records     *Records
	late        *hdrhistogram.Histogram // microseconds from when hang-ups were due until they were sent
	pending     map[string]*pendingCall // not seen over yet, or without a final record
	answered    time.Time               // when Twilio last answered a hang-up for good
	overRecords int                     // how many more records to read of calls that were over already
}

// A pendingCall is one that is not through yet.
type pendingCall struct {
	Placed
	since     time.Time // when its first hang-up was through
	takenAt   time.Time // when Twilio last took a hang-up of it; zero if it took none
	counted   bool      // as over: only its record is missing
	err       error     // why it could not be hung up
	mayBeOurs bool      // a hang-up whose answer was lost may have ended it
}

// hangUpAll hangs up all calls, so many at once.
func (e *ending) hangUpAll(calls iter.Seq[Placed]) {
	slots := make(chan struct{}, e.atOnce)
	var underWay sync.WaitGroup
	for placed := range calls {
		e.mu.Lock()
		e.hangUps.Asked++
		if e.lastTries.Err() == nil {
			e.watch.tell(EndingCall{e.hangUps.Asked, placed.SID})
		}
		e.mu.Unlock()
		slots <- struct{}{}
		underWay.Go(func() {
			e.hangUp(placed)
			<-slots
		})
	}
	underWay.Wait()
}

// hangUp brings one hang-up to an outcome.
func (e *ending) hangUp(placed Placed) {
	began := time.Now()
	var call twilioapi.Call
	var attempt twilioapi.Attempt
	mayBeOurs := false // an earlier request, whose answer was lost, may have ended it
	once := func(ctx context.Context) error {
		return e.inFlight.Do(ctx, twilioapi.ForHangUp, func() (err error) {
			call, attempt, err = e.client.HangUp(ctx, placed.SID)
			mayBeOurs = mayBeOurs || twilioapi.OutcomeOf(err) == twilioapi.Unknown
			return err
		})
	}
	err := twilioapi.Retry(e.ctx, func() error { return once(e.ctx) })
	if e.ctx.Err() != nil && twilioapi.IsTemporary(err) {
		ctx, cancel := context.WithTimeout(e.lastTries, lastTryFor)
		err = once(ctx)
		cancel()
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard(err)
	taken := err == nil || twilioapi.IsOver(err)
	already := taken && !mayBeOurs && (err != nil || call.IsOver() && overBefore(call, attempt))
	if taken && !already && !placed.Due.IsZero() && !attempt.SentAt.Before(placed.Due) {
		_ = e.late.RecordValue(attempt.SentAt.Sub(placed.Due).Microseconds())
	}
	switch {
	case err == nil && call.IsOver():
		e.countOver(already)
		e.records.add(call)
	case err == nil:
		now := time.Now()
		e.pending[placed.SID] = &pendingCall{Placed: fill(placed, call), since: now, takenAt: now}
	case twilioapi.IsOver(err):
		e.countOver(already)
		if e.overRecords > 0 {
			e.overRecords--
			e.pending[placed.SID] = &pendingCall{Placed: placed, since: time.Now(), counted: true}
		}
	case twilioapi.IsNotFound(err) && !placed.isKnown():
		e.countNotFound(placed, err)
		e.tellFailed(placed.SID, err)
	default:
		e.pending[placed.SID] = &pendingCall{Placed: placed, since: time.Now(), err: err, mayBeOurs: mayBeOurs}
		e.tellFailed(placed.SID, err)
		e.giveUpAfter(err, began)
	}
}

// heard notes the answer to a hang-up. It requires that e.mu is held.
func (e *ending) heard(err error) {
	if !twilioapi.IsTemporary(err) {
		e.answered = time.Now()
		e.moved()
	}
}

// countOver counts a call that is over. It requires that e.mu is held.
func (e *ending) countOver(already bool) {
	if already {
		e.hangUps.AlreadyOver++
	} else {
		e.hangUps.Ended++
	}
	e.watch.tell(Over{})
}

// countNotFound counts a call that Twilio does not know. It requires that e.mu is
// held.
func (e *ending) countNotFound(call Placed, err error) {
	e.hangUps.NotFound++
	e.watch.tell(Over{})
	e.watch.tell(Failed{How: CallNotFound, At: time.Now(), SID: call.SID, From: call.From, To: call.To, Err: err})
}

// giveUpAfter gives everything up after an error that every further hang-up would
// meet: Twilio says so, or it has answered no hang-up for good since this one
// began. Reads do not count: they would let placing go on while nothing can be
// ended. It requires that e.mu is held.
func (e *ending) giveUpAfter(err error, began time.Time) {
	switch {
	case e.ctx.Err() != nil:
		return
	case !twilioapi.IsTemporary(err) && twilioapi.ScopeOf(err) == twilioapi.ScopeAccount:
	case twilioapi.IsTemporary(err) && e.answered.Before(began):
		err = fmt.Errorf("no hang-up was taken by Twilio for %v: %w", twilioapi.RetryFor, err)
	default:
		return
	}
	e.giveUp(err)
	e.gaveUp(err)
}

// tellFailed tells the observer, unless everything has been given up. It requires
// that e.mu is held.
func (e *ending) tellFailed(sid string, err error) {
	if e.lastTries.Err() == nil {
		e.watch.tell(EndFailed{sid, err})
	}
}

// countLive counts what is not known to be over.
func (e *ending) countLive() {
	e.hangUps.Throttled = e.inFlight.Throttled(twilioapi.ForHangUp, twilioapi.ForRead)
	for _, sid := range slices.Sorted(maps.Keys(e.pending)) {
		call := e.pending[sid]
		if call.counted {
			continue
		}
		e.hangUps.Live++
		e.hangUps.LiveSIDs = append(e.hangUps.LiveSIDs, sid)
		failed := Failed{How: StillLive, At: time.Now(), SID: sid, From: call.From, To: call.To}
		if call.takenAt.IsZero() {
			e.hangUps.Failed++
			e.hangUps.Failures.add(call.err)
			failed.How, failed.Err = FailedToEnd, call.err
		}
		e.watch.tell(failed)
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
