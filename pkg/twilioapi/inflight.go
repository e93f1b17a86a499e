package twilioapi

import (
	"context"
	"slices"
	"sync"
	"time"
)

// InFlight bounds the requests in flight and adapts the bound to what the account
// allows: it starts at its ceiling, halves when Twilio answers that too many are
// under way, and grows by one for each second in which requests succeed while all
// slots are taken: what was not used tells nothing. When one more turns out to be
// too many, that one is taken back.
//
// Slots go by urgency, then first come, first served; but a read that has waited
// for two seconds goes before creates, and one of those that have waited for five
// goes before hang-ups each five seconds, so that reads are late and not lost.
// It is safe for concurrent use.
type InFlight struct {
	ceiling int
	halved  func(limit int)

	mu         sync.Mutex
	limit      int
	taken      int // slots
	peak       int // the most taken since the limit was last lowered
	atOnce     int // the most taken since the last 429
	waiting    [urgencies][]waiter
	lateReadAt time.Time      // when a read last had to wait for its slot, and got it
	lowered    int            // how often the limit was
	grew       bool           // the limit was last changed by growing
	changed    time.Time      // when the limit last was
	times      [urgencies]int // 429 answers so far
}

// An Urgency says who goes first where slots are scarce: calls that must end
// come before calls that may start, and both before reads.
type Urgency int

const (
	ForHangUp Urgency = iota
	ForCreate
	ForRead
	urgencies
)

// Reads yield to creates and to hang-ups for so long.
const (
	yieldToCreates = 2 * time.Second
	yieldToHangUps = 5 * time.Second
)

// A waiter waits for a slot.
type waiter struct {
	got   chan struct{} // closed when it has one
	since time.Time
}

// NewInFlight allows up to ceiling requests in flight. It tells each halving; nil
// is told nothing.
func NewInFlight(ceiling int, halved func(limit int)) *InFlight {
	return &InFlight{ceiling: ceiling, limit: ceiling, halved: halved}
}

// A Slot is for one request in flight.
type Slot struct {
	of      *InFlight
	urgency Urgency
	lowered int // how often the limit had been when the slot was given
}

// Do sends a request as one of those in flight. If ctx is done before there is a
// slot it returns an [*UnsentError]. A nil InFlight sends at once.
func (f *InFlight) Do(ctx context.Context, u Urgency, send func() error) error {
	if f == nil {
		return send()
	}
	slot, err := f.Acquire(ctx, u)
	if err != nil {
		return &UnsentError{context.Cause(ctx)}
	}
	err = send()
	slot.Release(err)
	return err
}

// Acquire waits for a slot, or until ctx is done.
func (f *InFlight) Acquire(ctx context.Context, u Urgency) (*Slot, error) {
	f.mu.Lock()
	if err := ctx.Err(); err != nil {
		f.mu.Unlock()
		return nil, err
	}
	if f.taken < f.limit { // so nobody waits
		defer f.mu.Unlock()
		f.take()
		return &Slot{f, u, f.lowered}, nil
	}
	mine := waiter{make(chan struct{}), time.Now()}
	f.waiting[u] = append(f.waiting[u], mine)
	f.mu.Unlock()

	select {
	case <-mine.got:
		f.mu.Lock()
		defer f.mu.Unlock()
		return &Slot{f, u, f.lowered}, nil
	case <-ctx.Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		if i := slices.Index(f.waiting[u], mine); i >= 0 {
			f.waiting[u] = slices.Delete(f.waiting[u], i, i+1)
		} else { // the slot came at the same moment
			f.taken--
			f.next()
		}
		return nil, ctx.Err()
	}
}

// Release gives the slot back. The outcome of the request adapts the limit: err
// nil means that Twilio accepted it. A nil Slot, of a request that was given up
// before it had one, is nothing.
func (s *Slot) Release(err error) {
	if s == nil {
		return
	}
	f := s.of
	f.mu.Lock()
	halved := false
	switch {
	case isThrottled(err):
		f.times[s.urgency]++
		// Requests already under way when the limit was lowered say nothing new.
		if s.lowered == f.lowered {
			halved = !f.grew
			f.lower()
		}
	case err == nil && f.taken >= f.limit && f.limit < f.ceiling && time.Since(f.changed) >= time.Second:
		f.limit++
		f.grew = true
		f.changed = time.Now()
	}
	limit := f.limit
	f.taken--
	if isThrottled(err) {
		f.atOnce = f.taken
	}
	f.next()
	f.mu.Unlock()
	if halved && f.halved != nil {
		f.halved(limit)
	}
}

// lower takes back what the limit grew by last, or else halves it. It requires
// that f.mu is held.
func (f *InFlight) lower() {
	if f.grew {
		f.limit--
	} else {
		f.limit = max(1, min(f.limit, f.peak)/2)
	}
	f.peak = f.taken
	f.lowered++
	f.grew = false
	f.changed = time.Now()
}

// Throttled returns how many 429 answers there were so far to requests of the
// given urgencies.
func (f *InFlight) Throttled(of ...Urgency) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	times := 0
	for _, u := range of {
		times += f.times[u]
	}
	return times
}

// AtOnce returns how many requests were in flight at once, at the most, since the last
// 429. It is 0 if there was no 429.
func (f *InFlight) AtOnce() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.times == [urgencies]int{} {
		return 0
	}
	return f.atOnce
}

// take takes a slot. It requires that f.mu is held.
func (f *InFlight) take() {
	f.taken++
	f.peak = max(f.peak, f.taken)
	f.atOnce = max(f.atOnce, f.taken)
}

// next serves those for whom there is a slot. It requires that f.mu is held.
func (f *InFlight) next() {
	for f.taken < f.limit {
		u, any := f.first()
		if !any {
			return
		}
		f.take()
		if u == ForRead {
			f.lateReadAt = time.Now()
		}
		close(f.waiting[u][0].got)
		f.waiting[u] = f.waiting[u][1:]
	}
}

// first returns whose turn it is, if anybody waits. It requires that f.mu is held.
func (f *InFlight) first() (u Urgency, any bool) {
	hangUps, creates, reads := f.waiting[ForHangUp], f.waiting[ForCreate], f.waiting[ForRead]
	waited := time.Duration(0) // the first read
	if len(reads) > 0 {
		waited = time.Since(reads[0].since)
	}
	switch {
	case len(hangUps) > 0 && (waited < yieldToHangUps || time.Since(f.lateReadAt) < yieldToHangUps):
		return ForHangUp, true
	case len(reads) > 0 && (len(creates) == 0 || waited >= yieldToCreates):
		return ForRead, true
	}
	return ForCreate, len(creates) > 0
}
