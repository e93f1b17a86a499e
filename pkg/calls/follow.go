package calls

import (
	"context"
	"slices"
	"sync"
	"time"

	"call-load-tester/pkg/twilioapi"
)

const (
	// FollowFor bounds how long calls are followed after the last hang-up.
	FollowFor = 2 * time.Minute

	firstRound     = time.Second      // between the hang-ups and the first look
	lastRound      = 10 * time.Second // the most between two looks
	roundMeanwhile = 3 * time.Second  // between two looks while other calls are hung up
	hangUpAgain    = 10 * time.Second // after which a call that is still live is hung up once more
)

// few is how many calls between two parties are fetched one by one rather than
// found in lists, of which there is one a status.
const few = 8

// followAll looks for the pending calls until each was seen over or the time is
// up.
func (e *ending) followAll() {
	ctx, cancel := context.WithTimeout(e.ctx, FollowFor)
	if e.ctx.Err() != nil {
		ctx, cancel = context.WithTimeout(e.lastTries, lastTryFor)
	}
	defer cancel()
	for wait := firstRound; ; wait = min(2*wait, lastRound) {
		live, lacking := e.lacking()
		if lacking == 0 {
			return
		}
		e.watch.tell(Following{live})
		if !pause(ctx, wait) {
			return
		}
		e.look(ctx, time.Time{})
	}
}

// followMeanwhile looks for pending calls while others are hung up, until ctx is
// done: for each as long as [FollowFor] from its own hang-up on.
func (e *ending) followMeanwhile(ctx context.Context) {
	for pause(ctx, roundMeanwhile) {
		e.look(ctx, time.Now().Add(-FollowFor))
	}
}

// lacking returns how many calls are not known to be over, and how many lack a
// final record, which includes those. When hanging up was given up, those whose
// hang-up failed are lost for both.
func (e *ending) lacking() (live, records int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, call := range e.pending {
		switch {
		case e.isLost(call):
			continue
		case !call.counted:
			live++
		}
		records++
	}
	return live, records
}

// isLost reports whether no more is done about a call.
func (e *ending) isLost(call *pendingCall) bool {
	return e.ctx.Err() != nil && !call.counted && call.takenAt.IsZero()
}

// look looks once for every call that is pending since then or later: in lists, where there are many between
// two parties; and for each that those do not show by itself.
func (e *ending) look(ctx context.Context, since time.Time) {
	seenLive, err := e.lookThroughLists(ctx, since)
	if err != nil {
		return // the next look may be luckier
	}
	slots := make(chan struct{}, endAtOnce)
	var wg sync.WaitGroup
	for _, call := range e.snapshot(since) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			e.lookAfter(ctx, call, seenLive[call.SID])
		})
	}
	wg.Wait()
}

// lookAfter fetches one pending call, unless lists have shown it live, and hangs
// it up once more if its hang-up failed or has had no effect for a while.
func (e *ending) lookAfter(ctx context.Context, call pendingCall, isLive bool) {
	failed := call.takenAt.IsZero()
	if !isLive && (call.counted || !failed) {
		isLive = e.fetch(ctx, call)
	}
	if !call.counted && (failed || isLive && time.Since(call.takenAt) >= hangUpAgain) {
		e.hangUpOnceMore(ctx, call)
	}
}

// lookThroughLists settles what lists show, of the pairs of parties with many
// pending calls, and returns the calls that they show live. What they do not
// show is fetched one by one.
func (e *ending) lookThroughLists(ctx context.Context, since time.Time) (seenLive map[string]bool, err error) {
	seenLive = map[string]bool{}
	for pair, oldest := range e.crowds(since) {
		for _, status := range slices.Concat(twilioapi.OverStatuses, twilioapi.LiveStatuses) {
			for call, err := range e.client.Calls(ctx, e.inFlight, twilioapi.Filter{From: pair.from, To: pair.to, Status: status, CreatedSince: oldest}) {
				if err != nil {
					return nil, err
				}
				seenLive[call.SID] = !call.IsOver()
				e.saw(call)
			}
		}
	}
	return seenLive, nil
}

// crowds returns the pairs of parties between whom there are many pending
// calls, with the time when the oldest was created.
func (e *ending) crowds(since time.Time) map[pair]time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	counts, oldest := map[pair]int{}, map[pair]time.Time{}
	for _, call := range e.pending {
		if call.From == "" || call.Created.IsZero() || call.since.Before(since) {
			continue
		}
		p := pair{call.From, call.To}
		counts[p]++
		if t, ok := oldest[p]; !ok || call.Created.Before(t) {
			oldest[p] = call.Created
		}
	}
	for p, n := range counts {
		if n <= few {
			delete(oldest, p)
		}
	}
	return oldest
}

// fetch fetches one pending call and reports whether it was seen live.
func (e *ending) fetch(ctx context.Context, pending pendingCall) (isLive bool) {
	var call twilioapi.Call
	err := e.inFlight.Do(ctx, twilioapi.ForRead, func() (err error) {
		call, err = e.client.Fetch(ctx, pending.SID)
		return err
	})
	e.settle(pending.SID, call, err)
	return err == nil && !call.IsOver()
}

// hangUpOnceMore hangs up a call that was hung up before.
func (e *ending) hangUpOnceMore(ctx context.Context, call pendingCall) {
	var record twilioapi.Call
	err := e.inFlight.Do(ctx, twilioapi.ForHangUp, func() (err error) {
		record, _, err = e.client.HangUp(ctx, call.SID)
		return err
	})
	e.taken(call.SID, err)
	e.settle(call.SID, record, err)
	if err != nil && !twilioapi.IsNotFound(err) {
		e.fetch(ctx, call)
	}
}

// taken notes Twilio's answer to a further hang-up.
func (e *ending) taken(sid string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard(err)
	pending := e.pending[sid]
	if pending == nil {
		return
	}
	switch {
	case err == nil:
		pending.takenAt = time.Now()
	case twilioapi.IsOver(err) && !pending.counted:
		e.countOver(pending.takenAt.IsZero() && !pending.mayBeOurs)
		pending.counted = true
	}
}

// settle notes what Twilio answered for one pending call.
func (e *ending) settle(sid string, call twilioapi.Call, err error) {
	switch {
	case err == nil:
		e.saw(call)
	case twilioapi.IsNotFound(err):
		e.mu.Lock()
		defer e.mu.Unlock()
		pending := e.pending[sid]
		if pending == nil || pending.isKnown() {
			return
		}
		if !pending.counted {
			e.countNotFound(pending.Placed, err)
		}
		delete(e.pending, sid)
	}
}

// saw takes in the record of a call.
func (e *ending) saw(call twilioapi.Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	pending := e.pending[call.SID]
	if pending == nil {
		return
	}
	pending.Placed = fill(pending.Placed, call)
	if !call.IsOver() {
		return
	}
	if !pending.counted { // if no hang-up was taken, then by one whose answer was lost, as far as can be told
		e.countOver(false)
	}
	e.records.add(call)
	delete(e.pending, call.SID)
}

// snapshot returns the calls that are pending since then or later, as they are
// now.
func (e *ending) snapshot(since time.Time) []pendingCall {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls := make([]pendingCall, 0, len(e.pending))
	for _, call := range e.pending {
		if !call.since.Before(since) && !e.isLost(call) {
			calls = append(calls, *call)
		}
	}
	return calls
}
