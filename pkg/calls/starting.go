package calls

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twilioapi"
)

// start brings call i to an outcome. Its create request is repeated only while
// Twilio certainly did not process it, and placing goes on.
func (p *placing) start(i int) {
	from, to := p.plan.parties(i)
	stale := 0         // times that its connection was found lost
	wasUnsent := false // the last time
	for backoff := twilioapi.NewBackoff(never); ; {
		call, attempt, err := p.send(i)
		p.note(attempt, err)
		outcome := twilioapi.OutcomeOf(err)
		if outcome != twilioapi.NotProcessed {
			p.moved()
		}
		switch outcome {
		case twilioapi.Accepted:
			p.watchQueue(attempt.SentAt, call.QueueTime)
			p.accept(Placed{SID: call.SID, From: from, To: to, Created: call.Created, Due: p.dueAt(attempt.SentAt.Add(attempt.Took))})
			p.landed(i)
			return
		case twilioapi.Unknown:
			p.lose(UnknownStart{from, to, attempt.SentAt, attempt.ActedBy(err), err})
			p.landed(i)
			return
		case twilioapi.Refused:
			p.landed(i)
			p.refuse(i, attempt.SentAt, err)
			return
		}
		p.landed(i)
		if attempt.Stale {
			stale++
		}
		_, unsent := err.(*twilioapi.UnsentError)
		atOnce := attempt.Stale && stale <= maxStale
		p.stalled(err, unsent && wasUnsent && !atOnce)
		wasUnsent = unsent
		if !atOnce && !backoff.Wait(p.going, err) {
			p.countNotStarted(1)
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
		return cmp.Or(err, noSlot)
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
