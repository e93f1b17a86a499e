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
	watch    Observer
	limiter  *burst.Limiter
	inFlight *twilioapi.InFlight
	waiting  chan struct{} // holds one for each start that waits for its burst, and has room for a burst

	ctx         context.Context // ends requests under way
	going       context.Context // ends when nothing more is to be started
	stopPlacing context.CancelFunc

	mu      sync.Mutex // guards what follows
	starts  *Starts
	calls   []Placed       // accepted
	unknown []UnknownStart // outcome not seen
	sent    []start        // every request, in the order of their answers
	lastAt  time.Time      // when the last start was accepted or given up
	queue   queue
	err     error // the one that stopped placing early; nil if none did

	unknownInRow int
	dropped      map[string]bool // destinations taken out
	told         bool            // that Twilio cannot be reached
}

// warm opens the connections that the first bursts need: a burst's worth, and
// as much again for every full second that an answer takes.
func (p *placing) warm() {
	took, err := p.client.Check(p.going)
	if err != nil && !twilioapi.IsTemporary(err) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.stopFor(err)
		return
	}
	bursts := 1
	if err == nil {
		bursts += int(took / time.Second)
	}
	n := min(p.plan.CallCount, p.plan.CapReached()*bursts, maxInFlight)
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
		slot, err := p.acquire()
		if err != nil {
			p.countNotStarted(p.plan.CallCount - i)
			return
		}
		wg.Go(func() { p.start(i, slot) })
	}
}

// acquire waits until one more start may wait for its burst, and then for a slot
// in flight. It returns an error when placing has stopped.
func (p *placing) acquire() (*twilioapi.Slot, error) {
	select {
	case p.waiting <- struct{}{}:
	case <-p.going.Done():
		return nil, p.going.Err()
	}
	slot, err := p.inFlight.Acquire(p.going)
	if err != nil {
		<-p.waiting
	}
	return slot, err
}

// start brings call i to an outcome. Its create request is repeated only while
// Twilio certainly did not process it.
func (p *placing) start(i int, slot *twilioapi.Slot) {
	from, to := p.plan.parties(i)
	stale := 0 // times that its connection was found lost
	for backoff := twilioapi.NewBackoff(retryCreateFor); ; {
		call, attempt, err := p.send(i)
		slot.Release(err)
		p.note(attempt, err)
		switch twilioapi.OutcomeOf(err) {
		case twilioapi.Accepted:
			p.watchQueue(attempt.SentAt, call.QueueTime)
			p.accept(Placed{SID: call.SID, From: from, To: to, Created: call.Created})
			return
		case twilioapi.Unknown:
			p.lose(UnknownStart{From: from, To: to, Sent: attempt.SentAt}, err)
			return
		case twilioapi.Refused:
			p.refuse(to, err)
			return
		}
		if attempt.Stale {
			stale++
		}
		p.unreached(err)
		if again := stale > 0 && stale <= maxStale; !again && !backoff.Wait(p.going, err) {
			p.giveUp(to, err)
			return
		}
		p.countRetry()
		if slot, err = p.acquire(); err != nil {
			p.countNotStarted(1)
			return
		}
	}
}

// send sends the create request of call i, when its burst has come.
func (p *placing) send(i int) (twilioapi.Call, twilioapi.Attempt, error) {
	waited := sync.OnceFunc(func() { <-p.waiting })
	defer waited()
	inItsBurst := func(ctx context.Context, write func()) error {
		return p.limiter.Do(ctx, func() {
			waited()
			write()
		})
	}
	call, attempt, err := p.client.Create(p.ctx, p.going, p.plan.call(i), inItsBurst)
	if err == nil && !sidfile.IsSID(call.SID) {
		err = &twilioapi.LostError{Err: errors.New("the answer held no call SID")}
	}
	return call, attempt, err
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
	p.starts.Accepted++
	p.lastAt = time.Now()
	p.unknownInRow = 0
	if err != nil {
		p.watch.tell(Unwritten{p.starts.Accepted, placed.SID})
		p.stopFor(&FileError{err})
		return
	}
	p.watch.tell(Started{p.starts.Accepted, placed.SID})
}

// watchQueue tells if Twilio's queue grows.
func (p *placing) watchQueue(sent time.Time, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rate, grows := p.queue.add(sent, wait); grows {
		n := p.plan.CallCount
		p.watch.tell(Queueing{rate, n, time.Duration(float64(n) / rate * float64(time.Second))})
	}
}

// lose notes a start whose outcome was not seen.
func (p *placing) lose(start UnknownStart, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unknown = append(p.unknown, start)
	p.lastAt = time.Now()
	p.watch.tell(OutcomeUnknown{start.To, err})
	if p.unknownInRow++; p.unknownInRow == maxUnknownInARow {
		p.stopFor(fmt.Errorf("%d starts in a row had no certain outcome; the last: %w", maxUnknownInARow, err))
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
		p.stopFor(err)
	default:
		p.watch.tell(CallRefused{to, err})
	}
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
	p.stopFor(fmt.Errorf("no request reached Twilio for %v: %w", retryCreateFor, err))
}

// stopFor stops placing, if it has not stopped already. It requires that p.mu is
// held.
func (p *placing) stopFor(err error) {
	if p.going.Err() == nil {
		p.err = err
		p.watch.tell(Stopped{err})
	}
	p.stopPlacing()
}

func (p *placing) isDropped(to string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped[to]
}
