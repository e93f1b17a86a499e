package twilioapi

import (
	"context"
	"slices"
	"sync"
	"time"
)

// InFlight bounds the requests in flight and adapts the bound to what the account
// allows: it starts at its ceiling, halves when Twilio answers that too many are
// under way, and grows by one for each second in which requests succeed. When
// one more turns out to be too many, that one is taken back.
// It is safe for concurrent use; slots go first come, first served.
type InFlight struct {
	ceiling int
	halved  func(limit int)

	mu      sync.Mutex
	limit   int
	taken   int // slots
	peak    int // the most taken since the limit was last lowered
	waiting []chan struct{}
	lowered int       // how often the limit was
	grew    bool      // the limit was last changed by growing
	changed time.Time // when the limit last was
	times   int       // 429 answers so far
}

// NewInFlight allows up to ceiling requests in flight. It tells each halving; nil
// is told nothing.
func NewInFlight(ceiling int, halved func(limit int)) *InFlight {
	return &InFlight{ceiling: ceiling, limit: ceiling, halved: halved}
}

// A Slot is for one request in flight.
type Slot struct {
	of      *InFlight
	lowered int // how often the limit had been when the slot was given
}

// Acquire waits for a slot, or until ctx is done.
func (f *InFlight) Acquire(ctx context.Context) (*Slot, error) {
	f.mu.Lock()
	if err := ctx.Err(); err != nil {
		f.mu.Unlock()
		return nil, err
	}
	if f.taken < f.limit && len(f.waiting) == 0 {
		defer f.mu.Unlock()
		f.take()
		return &Slot{f, f.lowered}, nil
	}
	mine := make(chan struct{})
	f.waiting = append(f.waiting, mine)
	f.mu.Unlock()

	select {
	case <-mine:
		f.mu.Lock()
		defer f.mu.Unlock()
		return &Slot{f, f.lowered}, nil
	case <-ctx.Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		if i := slices.Index(f.waiting, mine); i >= 0 {
			f.waiting = slices.Delete(f.waiting, i, i+1)
		} else { // the slot came at the same moment
			f.taken--
			f.next()
		}
		return nil, ctx.Err()
	}
}

// Release gives the slot back. The outcome of the request adapts the limit: err
// nil means that Twilio accepted it.
func (s *Slot) Release(err error) {
	f := s.of
	f.mu.Lock()
	halved := false
	switch {
	case IsThrottled(err):
		f.times++
		// Requests already under way when the limit was lowered say nothing new.
		if s.lowered == f.lowered {
			halved = !f.grew
			f.lower()
		}
	case err == nil && f.limit < f.ceiling && time.Since(f.changed) >= time.Second:
		f.limit++
		f.grew = true
		f.changed = time.Now()
	}
	limit := f.limit
	f.taken--
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

// Throttled returns how many 429 answers there were so far.
func (f *InFlight) Throttled() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.times
}

// take takes a slot. It requires that f.mu is held.
func (f *InFlight) take() {
	f.taken++
	f.peak = max(f.peak, f.taken)
}

// next serves those for whom there is a slot. It requires that f.mu is held.
func (f *InFlight) next() {
	for f.taken < f.limit && len(f.waiting) > 0 {
		f.take()
		close(f.waiting[0])
		f.waiting = f.waiting[1:]
	}
}
