package calls

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"call-load-tester/pkg/burst"
	"call-load-tester/pkg/sidfile"
)

// placing is the state of one Place.
type placing struct {
	*Client
	plan    Plan
	file    SIDFile
	watch   Observer
	limiter *burst.Limiter
	gate    *gate
	ready   chan struct{} // places for starts that wait for their burst

	ctx    context.Context // ends requests under way
	going  context.Context // ends when nothing more is to be started
	giveUp context.CancelCauseFunc

	mu           sync.Mutex // guards what follows
	result       *Placement
	refused      int
	unknownInRow int
	dropped      map[string]bool // destinations taken out
	told         bool            // that Twilio cannot be reached
}

// warm opens the connections that the first bursts need: a burst's worth, and
// as much again for every full second that an answer takes.
func (p *placing) warm() {
	took, err := p.Check(p.going)
	if err != nil && !MayPass(err) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.stopFor(err)
		return
	}
	bursts := 1
	if err == nil {
		bursts += int(took / time.Second)
	}
	n := min(p.plan.CallCount, p.plan.CPS*bursts, maxInFlight)
	p.watch.tell(Warming{n})
	p.Warm(p.going, n, max(p.plan.CPS, endAtOnce))
}

// startAll starts the calls in order, each in a goroutine of its own once there
// is a place for it.
func (p *placing) startAll() {
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range p.plan.CallCount {
		if _, to := p.plan.parties(i); p.isDropped(to) {
			continue
		}
		pass, err := p.enter()
		if err != nil {
			return
		}
		wg.Go(func() { p.start(i, pass) })
	}
}

// enter waits for a place among the starts that wait for their burst, and for
// one in flight.
func (p *placing) enter() (*pass, error) {
	select {
	case p.ready <- struct{}{}:
	case <-p.going.Done():
		return nil, p.going.Err()
	}
	pass, err := p.gate.enter(p.going)
	if err != nil {
		<-p.ready
	}
	return pass, err
}

// start brings call i to an outcome. Its create request is repeated only while
// Twilio certainly did not process it.
func (p *placing) start(i int, pass *pass) {
	from, to := p.plan.parties(i)
	cold := 0 // times that the connection had been lost, unnoticed, before the request
	for retry := newRetry(createPatience); ; {
		call, ex, err := p.send(i)
		pass.leave(err)
		p.note(ex, err)
		switch outcomeOf(err) {
		case Accepted:
			p.accept(Placed{SID: call.SID, From: from, To: to, Created: call.Created})
			return
		case Unknown:
			p.lose(UnknownStart{From: from, To: to, Sent: ex.sentAt, Err: err})
			return
		case Refused:
			p.refuse(to, err)
			return
		}
		if ex != nil && ex.cold {
			cold++
		}
		p.unreached(err)
		if again := cold > 0 && cold <= maxCold; !again && !retry.again(p.going, err) {
			p.despair(to, err)
			return
		}
		p.countRetry()
		if pass, err = p.enter(); err != nil {
			return
		}
	}
}

// send sends the create request of call i: over a warm connection, when its
// burst has come. The exchange is nil if no such connection was had.
func (p *placing) send(i int) (Call, *exchange, error) {
	ready := sync.OnceFunc(func() { <-p.ready })
	defer ready()
	l, err := p.lanes.warm(p.going)
	if err != nil {
		var unsent *UnsentError
		if !errors.As(err, &unsent) {
			unsent = &UnsentError{err}
		}
		return Call{}, nil, unsent
	}
	defer p.lanes.put(l)

	inItsBurst := func(open context.Context, write func()) error {
		ctx, cancel := context.WithCancel(p.going)
		defer cancel()
		defer context.AfterFunc(open, cancel)()
		return p.limiter.Do(ctx, func() {
			ready()
			write()
		})
	}
	call, ex := p.create(p.ctx, l, inItsBurst, p.plan.params(i))
	if err = ex.failure(); err == nil && !sidfile.IsSID(call.SID) {
		err = &LostError{errors.New("the answer held no call SID")}
	}
	return call, ex, err
}

// outcomeOf says what a create request came to.
func outcomeOf(err error) Outcome {
	switch err := err.(type) {
	case nil:
		return Accepted
	case *LostError:
		return Unknown
	case *UnsentError:
		if isCertificateFailure(err) {
			return Refused
		}
		return NotProcessed
	case *APIError:
		switch {
		case err.mayHaveActed():
			return Unknown
		case err.scope() == scopeMoment:
			return NotProcessed
		}
	}
	return Refused
}

// note puts a request on record, if there was one.
func (p *placing) note(ex *exchange, err error) {
	if ex == nil || !ex.sent() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Starts = append(p.result.Starts, Start{ex.sentAt, ex.took, outcomeOf(err)})
}

// unreached tells once that Twilio cannot be reached.
func (p *placing) unreached(err error) {
	if _, ok := err.(*UnsentError); !ok || p.going.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.told {
		p.told = true
		p.watch.tell(Unreachable{err, createPatience})
	}
}

func (p *placing) countRetry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Retries++
}

// accept keeps the SID of a call, in the file before anywhere else.
func (p *placing) accept(placed Placed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.file.Append(placed.SID)
	p.result.Calls = append(p.result.Calls, placed)
	p.result.LastAt = time.Now()
	p.unknownInRow = 0
	if err != nil {
		p.watch.tell(Unwritten{len(p.result.Calls), placed.SID})
		p.stopFor(&FileError{err})
		return
	}
	p.watch.tell(Started{len(p.result.Calls), placed.SID})
}

// lose notes a start whose outcome was not seen.
func (p *placing) lose(start UnknownStart) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Unknown = append(p.result.Unknown, start)
	p.result.LastAt = time.Now()
	p.watch.tell(OutcomeUnknown{start.To, start.Err})
	if p.unknownInRow++; p.unknownInRow == maxUnknownInARow {
		p.stopFor(fmt.Errorf("%d starts in a row had no certain outcome; the last: %w", maxUnknownInARow, start.Err))
	}
}

// refuse notes a call that Twilio did not accept, and does not repeat what
// would be refused again.
func (p *placing) refuse(to string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unknownInRow = 0
	p.refused++
	p.result.Refused.add(err)
	switch reach(err) {
	case scopeDestination:
		if !p.dropped[to] {
			p.dropped[to] = true
			p.watch.tell(CallRefused{to, err})
		}
	case scopeRun:
		p.stopFor(err)
	default:
		p.watch.tell(CallRefused{to, err})
	}
}

// despair ends a call whose request was not processed and is not repeated any
// more: the time for it is up, or placing has stopped.
func (p *placing) despair(to string, err error) {
	if p.going.Err() != nil {
		return
	}
	if throttled(err) {
		p.refuse(to, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopFor(fmt.Errorf("no request reached Twilio for %v: %w", createPatience, err))
}

// stopFor stops placing. It requires that p.mu is held.
func (p *placing) stopFor(err error) {
	if p.going.Err() == nil {
		p.watch.tell(Stopped{err})
	}
	p.giveUp(err)
}

func (p *placing) isDropped(to string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped[to]
}
