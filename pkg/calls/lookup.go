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

	// createdBefore is how long before its request was sent a call may seem
	// to be created: dates show whole seconds, and clocks are compared by them.
	createdBefore = 2 * time.Second
)

// lookingUp looks up unknown starts on Twilio.
//
// A call is adopted if it was placed through the API between the parties of an
// unknown start, was created no earlier than two seconds before that start was
// sent, and is not in our file; and only if, of all calls between the two since
// the run began, those that are not ours are no more than the unknown starts.
type lookingUp struct {
	client *twilioapi.Client
	ctx    context.Context
	began  time.Time // of the run
	file   SIDFile
	watch  Observer
	starts *Starts // where the result goes

	ours      map[string]bool
	open      map[pair][]UnknownStart   // not found so far, in the order they were sent
	strangers map[pair][]twilioapi.Call // as the pair was seen last
	adopted   chan Placed               // has room for all: they must not wait to be in the file
}

// A pair is two parties, one of whom calls the other.
type pair struct{ from, to string }

func newLookUp(ctx context.Context, client *twilioapi.Client, began time.Time, placed *placing, file SIDFile, watch Observer) *lookingUp {
	l := &lookingUp{
		client:    client,
		ctx:       ctx,
		began:     began,
		file:      file,
		watch:     watch,
		starts:    placed.starts,
		ours:      map[string]bool{},
		open:      map[pair][]UnknownStart{},
		strangers: map[pair][]twilioapi.Call{},
		adopted:   make(chan Placed, len(placed.unknown)),
	}
	if len(placed.unknown) == 0 { // spare the memory
		return l
	}
	for _, call := range placed.calls {
		l.ours[call.SID] = true
	}
	slices.SortFunc(placed.unknown, func(a, b UnknownStart) int { return a.Sent.Compare(b.Sent) })
	for _, start := range placed.unknown {
		p := pair{start.From, start.To}
		l.open[p] = append(l.open[p], start)
	}
	return l
}

// lookUp looks again and again until everything is found, [LookUpFor] is over, or
// ctx is done; and once more when a hold longer than that is over. It closes the
// channel of adopted calls at the end.
func (l *lookingUp) lookUp(holding context.Context) {
	defer close(l.adopted)
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
	defer func() { l.starts.LookedUp = time.Since(began).Seconds() }()
	ctx, cancel := context.WithTimeout(l.ctx, LookUpFor)
	defer cancel()
	for wait := firstLookUp; l.unknown() > 0; wait = min(2*wait, lastLookUp) {
		l.round(ctx)
		if l.unknown() == 0 || !pause(ctx, wait) {
			return
		}
	}
}

// round looks once. A pair that cannot be looked up ends it: the next round may
// be luckier. Until then the pair is as it was seen last.
func (l *lookingUp) round(ctx context.Context) {
	l.watch.tell(LookingUp{l.unknown()})
	for _, p := range l.pairs() {
		candidates, err := l.notOurs(ctx, p)
		if err != nil {
			return
		}
		delete(l.strangers, p)
		if len(candidates) > len(l.open[p]) {
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
	for _, p := range l.pairs() {
		l.starts.Lost = append(l.starts.Lost, l.open[p]...)
		for _, call := range l.strangers[p] {
			l.starts.Strangers = append(l.starts.Strangers, call.SID)
		}
	}
	l.starts.NotFound = len(l.starts.Lost)
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
// the rest by the day of their start, which keeps out most of the pair's history.
func (l *lookingUp) notOurs(ctx context.Context, p pair) ([]twilioapi.Call, error) {
	began := l.client.Time(l.began).Add(-createdBefore)
	found := map[string]twilioapi.Call{}
	for _, f := range []twilioapi.Filter{
		{From: p.from, To: p.to, Status: twilioapi.StatusQueued},
		{From: p.from, To: p.to, StartedSince: began, CreatedSince: began},
	} {
		for call, err := range l.client.Calls(ctx, f) {
			if err != nil {
				return nil, err
			}
			if call.Direction == twilioapi.Outbound && !call.Created.Before(began) && !l.ours[call.SID] {
				found[call.SID] = call
			}
		}
	}
	return oldestFirst(found), nil
}

// match adopts a call if it can be that of the pair's earliest unknown start. Any
// later start leaves less time before it, so this is the best match.
func (l *lookingUp) match(p pair, call twilioapi.Call) {
	starts := l.open[p]
	if call.Created.Before(l.client.Time(starts[0].Sent).Add(-createdBefore)) {
		return
	}
	if l.open[p] = starts[1:]; len(starts) == 1 {
		delete(l.open, p)
	}
	l.ours[call.SID] = true
	_ = l.file.Append(call.SID) // if it cannot be written it is hung up from memory, like the rest
	l.starts.Adopted++
	l.watch.tell(Adopted{l.starts.Accepted + l.starts.Adopted, call.SID})
	l.adopted <- Placed{SID: call.SID, From: p.from, To: p.to, Created: call.Created}
}
