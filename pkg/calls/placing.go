package calls

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"call-load-tester/pkg/burst"
	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twilioapi"
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
	calls   []Placed       // accepted
	unknown []UnknownStart // outcome not seen
	sent    []start        // every request, in the order of their answers
	lastAt  time.Time      // when the last start was accepted or given up
	lostAt  time.Time      // when the outcome of a start was last not seen
	queue   queue
	err     error // the one that stopped placing early; nil if none did

	unknownInRow int
	dropped      map[string]bool // destinations taken out
	told         bool            // that Twilio cannot be reached
	queueTold    bool            // that calls wait in Twilio's queue for as long as they are to last
}

// warm opens the connections that the first bursts need: a burst's worth, and
// as much again for every full second that an answer takes; twice that where
// hang-ups go beside starts.
func (p *placing) warm() {
	took, err := p.client.Check(p.going)
	if err != nil && !twilioapi.IsTemporary(err) {
		p.stopFor(err)
		return
	}
	bursts := 1
	if err == nil {
		bursts += int(took / time.Second)
	}
	n := min(p.plan.CallCount, p.plan.CapReached()*bursts)
	if p.plan.CallDuration > 0 {
		n *= 2
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

// start brings call i to an outcome. Its create request is repeated only while
// Twilio certainly did not process it.
func (p *placing) start(i int) {
	from, to := p.plan.parties(i)
	stale := 0 // times that its connection was found lost
	for backoff := twilioapi.NewBackoff(retryCreateFor); ; {
		call, attempt, err := p.send(i)
		p.note(attempt, err)
		switch twilioapi.OutcomeOf(err) {
		case twilioapi.Accepted:
			p.watchQueue(attempt.SentAt, call.QueueTime)
			p.accept(Placed{SID: call.SID, From: from, To: to, Created: call.Created, Due: p.dueAt(attempt.SentAt.Add(attempt.Took))})
			p.landed(i)
			return
		case twilioapi.Unknown:
			p.lose(UnknownStart{From: from, To: to, Sent: attempt.SentAt}, err)
			p.landed(i)
			return
		case twilioapi.Refused:
			p.landed(i)
			p.refuse(to, err)
			return
		}
		p.landed(i)
		if attempt.Stale {
			stale++
		}
		p.unreached(err)
		if atOnce := attempt.Stale && stale <= maxStale; !atOnce && !backoff.Wait(p.going, err) {
			p.giveUp(to, err)
			return
		}
		p.countRetry()
		if !p.awaitTurn() {
			p.countNotStarted(1)
			return
		}
	}
}

// send sends the create request of call i, when its burst has come and there is
// a slot in flight for it. The limiter lets nobody else go while the first of
// its burst waits for a slot: so none is held by a start that waits for its
// burst, and hang-ups can have them all.
func (p *placing) send(i int) (twilioapi.Call, twilioapi.Attempt, error) {
	waited := sync.OnceFunc(func() { <-p.waiting })
	defer waited()
	var slot *twilioapi.Slot
	inItsBurst := func(ctx context.Context, write func()) error {
		var noSlot error
		err := p.limiter.Do(ctx, func() {
			if slot, noSlot = p.inFlight.Acquire(ctx, twilioapi.ForCreate); noSlot != nil {
				return // ctx is done
			}
			waited()
			p.leaves(i)
			write()
		})
		if err == nil {
			err = noSlot
		}
		return err
	}
	call, attempt, err := p.client.Create(p.ctx, p.going, p.plan.call(i), inItsBurst)
	if err == nil && !sidfile.IsSID(call.SID) {
		err = &twilioapi.LostError{Err: errors.New("the answer held no call SID")}
	}
	slot.Release(err)
	return call, attempt, err
}

// leaves notes that start i is sent now.
func (p *placing) leaves(i int) {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.underWay[i] = time.Now()
}

// landed notes that start i has an outcome, which is counted already if a call
// may have come of it.
func (p *placing) landed(i int) {
	p.sending.Lock()
	defer p.sending.Unlock()
	delete(p.underWay, i)
}

// settled returns for each pair of parties with a start under way when the first
// of those was sent; all that was sent before has an outcome. So has all of the
// other pairs that was sent before now.
func (p *placing) settled() (pairs map[pair]time.Time, now time.Time) {
	p.sending.Lock()
	defer p.sending.Unlock()
	pairs = map[pair]time.Time{}
	for i, sent := range p.underWay {
		from, to := p.plan.parties(i)
		if first, ok := pairs[pair{from, to}]; !ok || sent.Before(first) {
			pairs[pair{from, to}] = sent
		}
	}
	return pairs, time.Now()
}

// dueAt returns when a call that began at a time is to be hung up; zero if all
// are together.
func (p *placing) dueAt(began time.Time) time.Time {
	if p.plan.CallDuration == 0 {
		return time.Time{}
	}
	return began.Add(p.plan.CallDuration)
}

// note puts a request on record, if one was sent.
func (p *placing) note(a twilioapi.Attempt, err error) {
	if a.SentAt.IsZero() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, start{a.SentAt, a.Took, twilioapi.OutcomeOf(err)})
}

// unreached tells once that Twilio cannot be reached.
func (p *placing) unreached(err error) {
	if _, ok := err.(*twilioapi.UnsentError); !ok || p.going.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.told {
		p.told = true
		p.watch.tell(Unreachable{err, retryCreateFor})
	}
}

func (p *placing) countRetry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts.Retries++
}

func (p *placing) countNotStarted(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts.NotStarted += n
}

// accept keeps the SID of a call, in the file before anywhere else.
func (p *placing) accept(placed Placed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.file.Append(placed.SID)
	p.calls = append(p.calls, placed)
	p.due.add(placed)
	p.starts.Accepted++
	p.lastAt = time.Now()
	p.unknownInRow = 0
	n := p.starts.Accepted + p.starts.Adopted
	if err != nil {
		p.watch.tell(Unwritten{n, placed.SID})
		p.stop(&FileError{err})
		return
	}
	p.watch.tell(Started{n, placed.SID})
}

// adopt keeps the SID of a start that was found again.
func (p *placing) adopt(placed Placed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.file.Append(placed.SID) // if it cannot be written it is hung up from memory, like the rest
	p.due.add(placed)
	p.starts.Adopted++
	p.watch.tell(Adopted{p.starts.Accepted + p.starts.Adopted, placed.SID})
}

// watchQueue tells if Twilio's queue grows, and once if calls are likely to be
// hung up before they are dialed.
func (p *placing) watchQueue(sent time.Time, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rate, grows := p.queue.add(sent, wait); grows {
		n := p.plan.CallCount
		p.watch.tell(Queueing{rate, n, time.Duration(float64(n) / rate * float64(time.Second))})
	}
	if duration := p.plan.CallDuration; duration > 0 && wait >= duration && !p.queueTold {
		p.queueTold = true
		p.watch.tell(QueuedTooLong{wait, duration})
	}
}

// lose notes a start whose outcome was not seen.
func (p *placing) lose(start UnknownStart, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unknown = append(p.unknown, start)
	p.lastAt = time.Now()
	p.lostAt = p.lastAt
	p.watch.tell(OutcomeUnknown{start.To, err})
	if p.unknownInRow++; p.unknownInRow == maxUnknownInARow {
		p.stop(fmt.Errorf("%d starts in a row had no certain outcome; the last: %w", maxUnknownInARow, err))
	}
}

// refuse notes a call that Twilio did not accept, and does not repeat what
// would be refused again.
func (p *placing) refuse(to string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unknownInRow = 0
	p.starts.Refused++
	p.starts.Failures.add(err)
	switch twilioapi.ScopeOf(err) {
	case twilioapi.ScopeDestination:
		if !p.dropped[to] {
			p.dropped[to] = true
			p.watch.tell(CallRefused{to, err})
		}
	case twilioapi.ScopeAccount:
		p.stop(err)
	default:
		p.watch.tell(CallRefused{to, err})
	}
}

// lostSince reports whether the outcome of a start was not seen since a time.
func (p *placing) lostSince(t time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lostAt.After(t)
}

// giveUp ends a call whose request was not processed and is not repeated any
// more: placing has stopped, or the time for it is up.
func (p *placing) giveUp(to string, err error) {
	if p.going.Err() == nil && twilioapi.IsThrottled(err) {
		p.refuse(to, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts.NotStarted++
	p.stop(fmt.Errorf("no request reached Twilio for %v: %w", retryCreateFor, err))
}

// stopFor stops placing, if it has not stopped already.
func (p *placing) stopFor(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop(err)
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

func (p *placing) isDropped(to string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped[to]
}
