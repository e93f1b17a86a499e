package calls

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"call-load-tester/pkg/twilioapi"
)

const (
	// LookUpFor is how long unknown starts are looked for. Twilio's records
	// are eventually consistent (Twilio: Call resource).
	LookUpFor = time.Minute

	firstLookUp = time.Second      // between the first two rounds; then twice that
	lastLookUp  = 10 * time.Second // the most between two rounds

	lookUpMeanwhile = 4 * time.Second // between two rounds while placing goes on

	// leeway is how long before its request was sent, or after that was
	// answered, a call may seem to be created: dates show whole seconds, and
	// clocks are compared by them.
	leeway = 2 * time.Second
)

// lookingUp looks up unknown starts on Twilio.
//
// A call is adopted if it was placed through the API between the parties of an
// unknown start, was created no earlier than two seconds before that start was
// sent and no later than two seconds after Twilio answered it, if it did, and is not
// in our file; and only if, of all calls between the two since the run began, those
// that are not ours are no more than the unknown starts.
// While placing goes on that is judged of calls created before a moment by which
// all starts between the two have outcomes: one whose answer is under way is no
// stranger. An answer that is late thus puts off the judgement of its pair.
type lookingUp struct {
	placing  *placing
	inFlight *twilioapi.InFlight
	ctx      context.Context
	began    time.Time // of the run
	watch    Observer
	ours     map[string]bool
	open     map[pair][]UnknownStart // not found so far, in the order they were sent

	sids, lost int  // of the accepted, and of unknown outcome: how many were taken in
	through    bool // placing is

	strangers map[pair][]twilioapi.Call // as the pair was seen last
}

// A pair is two parties, one of whom calls the other.
type pair struct{ from, to string }

func newLookUp(ctx context.Context, inFlight *twilioapi.InFlight, began time.Time, placing *placing, watch Observer) *lookingUp {
	return &lookingUp{
		placing:  placing,
		inFlight: inFlight,
		ctx:      ctx,
		began:    began,
		watch:    watch,
		ours:     map[string]bool{},
		open:     map[pair][]UnknownStart{},

		strangers: map[pair][]twilioapi.Call{},
	}
}

// takeIn takes in what was placed and lost since it was called last, and returns
// by when all starts of a pair have outcomes, on Twilio's clock; zero for all
// time.
func (l *lookingUp) takeIn() (settled func(pair) time.Time) {
	underWay, now := l.placing.settled() // first: what lands from now on is taken in below, or later
	p := l.placing
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, start := range p.unknown[l.lost:] {
		of := pair{start.From, start.To}
		l.open[of] = append(l.open[of], start)
		slices.SortFunc(l.open[of], func(a, b UnknownStart) int { return a.Sent.Compare(b.Sent) })
	}
	l.lost = len(p.unknown)
	if l.lost > 0 {
		for _, sid := range p.sids[l.sids:] {
			l.ours[sid] = true
		}
		l.sids = len(p.sids)
	}
	return func(of pair) time.Time {
		if l.through {
			return time.Time{}
		}
		at, ok := underWay[of]
		if !ok {
			at = now
		}
		return p.client.Time(at).Add(-leeway)
	}
}

// whilePlacing looks time and again for what was lost lately, until placing is
// through.
func (l *lookingUp) whilePlacing(through <-chan struct{}) {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	go func() {
		select {
		case <-through:
			cancel()
		case <-ctx.Done():
		}
	}()
	for pause(ctx, lookUpMeanwhile) {
		if l.placing.lostSince(time.Now().Add(-LookUpFor)) {
			l.round(ctx)
		}
	}
}

// afterwards looks again and again until everything is found, [LookUpFor] is
// over, or ctx is done; and once more when a hold longer than that is over.
// Placing must be through.
func (l *lookingUp) afterwards(holding context.Context) {
	l.through = true
	l.rounds()
	if l.unknown() == 0 || holding.Err() != nil {
		return
	}
	select {
	case <-holding.Done():
		ctx, cancel := context.WithTimeout(l.ctx, lastLookUp)
		defer cancel()
		l.round(ctx)
	case <-l.ctx.Done():
	}
}

// rounds looks again and again until everything is found or [LookUpFor] is over.
func (l *lookingUp) rounds() {
	began := time.Now()
	defer func() { l.placing.starts.LookedUp = time.Since(began).Seconds() }()
	ctx, cancel := context.WithTimeout(l.ctx, LookUpFor)
	defer cancel()
	for wait := firstLookUp; ; wait = min(2*wait, lastLookUp) {
		l.round(ctx)
		if l.unknown() == 0 || !pause(ctx, wait) {
			return
		}
	}
}

// round looks once. A pair that cannot be looked up ends it: the next round may
// be luckier. Until then the pair is as it was seen last.
func (l *lookingUp) round(ctx context.Context) {
	settled := l.takeIn()
	if l.unknown() == 0 {
		return
	}
	l.watch.tell(LookingUp{l.unknown()})
	for _, p := range l.pairs() {
		until := settled(p)
		candidates, err := l.notOurs(ctx, p, until)
		if err != nil {
			return
		}
		delete(l.strangers, p)
		if len(candidates) > l.openBefore(p, until) {
			l.strangers[p] = candidates
			continue
		}
		for _, call := range candidates {
			l.match(p, call)
		}
	}
}

// finish notes what was not found, and whose calls were left alone.
func (l *lookingUp) finish() {
	starts := l.placing.starts
	for _, p := range l.pairs() {
		starts.Lost = append(starts.Lost, l.open[p]...)
		for _, start := range l.open[p] {
			l.watch.tell(Failed{How: StartNotFound, At: start.Sent, From: p.from, To: p.to, Err: start.Err})
		}
		for _, call := range l.strangers[p] {
			starts.Strangers = append(starts.Strangers, call.SID)
			l.watch.tell(Failed{How: LeftAlone, At: time.Now(), SID: call.SID, From: p.from, To: p.to})
		}
	}
	starts.NotFound = len(starts.Lost)
}

// openBefore returns how many unknown starts of a pair may have made a call
// before a time on Twilio's clock; zero for all time.
func (l *lookingUp) openBefore(p pair, until time.Time) int {
	n := 0
	for _, start := range l.open[p] {
		if until.IsZero() || l.earliest(start).Before(until) {
			n++
		}
	}
	return n
}

// earliest returns when the call of a start may have been created at the
// earliest, on Twilio's clock.
func (l *lookingUp) earliest(start UnknownStart) time.Time {
	return l.placing.client.Time(start.Sent).Add(-leeway)
}

// mayBeOf reports whether a start may have made a call, by when that was created.
func (l *lookingUp) mayBeOf(start UnknownStart, call twilioapi.Call) bool {
	tooLate := !start.Until.IsZero() && call.Created.After(l.placing.client.Time(start.Until).Add(leeway))
	return !tooLate && !call.Created.Before(l.earliest(start))
}

func (l *lookingUp) unknown() int {
	n := 0
	for _, starts := range l.open {
		n += len(starts)
	}
	return n
}

// pairs returns the pairs of parties with unknown starts, in a fixed order.
func (l *lookingUp) pairs() []pair {
	return slices.SortedFunc(maps.Keys(l.open), func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
}

// notOurs lists the calls of a pair that were placed through the API since the
// run began and are not in our file, oldest first. Calls that wait in Twilio's
// queue have no start time, so they are asked for by their status, all of them;
// the rest by the day of their start, which keeps out most of the pair's history. Those created at
// the given time or later are left out, unless it is zero.
func (l *lookingUp) notOurs(ctx context.Context, p pair, until time.Time) ([]twilioapi.Call, error) {
	client := l.placing.client
	began := client.Time(l.began).Add(-leeway)
	found := map[string]twilioapi.Call{}
	for _, f := range []twilioapi.Filter{
		{From: p.from, To: p.to, Status: twilioapi.StatusQueued},
		{From: p.from, To: p.to, StartedSince: began, CreatedSince: began},
	} {
		for call, err := range client.Calls(ctx, l.inFlight, f) {
			if err != nil {
				return nil, err
			}
			if call.Direction == twilioapi.Outbound && !call.Created.Before(began) && !l.ours[call.SID] &&
				(until.IsZero() || call.Created.Before(until)) {
				found[call.SID] = call
			}
		}
	}
	return oldestFirst(found), nil
}

// match adopts a call if it can be that of an unknown start of the pair: of the
// earliest. Any later start leaves less time before it, so this is the best match.
func (l *lookingUp) match(p pair, call twilioapi.Call) {
	starts := l.open[p]
	i := slices.IndexFunc(starts, func(s UnknownStart) bool { return l.mayBeOf(s, call) })
	if i < 0 {
		return
	}
	sent := starts[i].Sent
	if l.open[p] = slices.Delete(starts, i, i+1); len(starts) == 1 {
		delete(l.open, p)
	}
	l.ours[call.SID] = true
	l.placing.adopt(Placed{SID: call.SID, From: p.from, To: p.to, Created: call.Created, Due: l.placing.dueAt(sent)})
}
