package calls

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A gate bounds the requests in flight and adapts the bound to what the account
// allows: it starts at its ceiling, halves when Twilio answers that too many
// are under way, and grows by one for each second in which requests succeed.
// When one more turns out to be too many, that one is taken back.
// It is safe for concurrent use; places go first come, first served.
type gate struct {
	ceiling int
	halved  func(limit int) // told of each halving; may be nil

	mu       sync.Mutex
	limit    int
	inFlight int
	peak     int // the most in flight since the limit was last lowered
	waiting  []chan struct{}
	age      int       // how often the limit was lowered
	grew     bool      // the limit was last changed by growing
	changed  time.Time // when the limit last was
	times    int       // 429 answers so far
}

func newGate(ceiling int, halved func(limit int)) *gate {
	return &gate{ceiling: ceiling, limit: ceiling, halved: halved}
}

// A pass is a place in flight.
type pass struct {
	gate *gate
	age  int // of the gate, when the pass was given
}

// enter waits for a place in flight, or until ctx is done.
func (g *gate) enter(ctx context.Context) (*pass, error) {
	g.mu.Lock()
	if err := ctx.Err(); err != nil {
		g.mu.Unlock()
		return nil, err
	}
	if g.inFlight < g.limit && len(g.waiting) == 0 {
		defer g.mu.Unlock()
		g.admit()
		return &pass{g, g.age}, nil
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()

	select {
	case <-turn:
		g.mu.Lock()
		defer g.mu.Unlock()
		return &pass{g, g.age}, nil
	case <-ctx.Done():
		g.mu.Lock()
		defer g.mu.Unlock()
		if i := slices.Index(g.waiting, turn); i >= 0 {
			g.waiting = slices.Delete(g.waiting, i, i+1)
		} else { // it was our turn at the same moment
			g.inFlight--
			g.next()
		}
		return nil, ctx.Err()
	}
}

// leave gives the place back. The outcome of the request adapts the limit: err
// nil means that Twilio accepted it.
func (p *pass) leave(err error) {
	g := p.gate
	g.mu.Lock()
	halved := false
	switch {
	case throttled(err):
		g.times++
		// Requests already under way when the limit was lowered say nothing new.
		if p.age == g.age {
			halved = !g.grew
			g.lower()
		}
	case err == nil && g.limit < g.ceiling && time.Since(g.changed) >= time.Second:
		g.limit++
		g.grew = true
		g.changed = time.Now()
	}
	limit := g.limit
	g.inFlight--
	g.next()
	g.mu.Unlock()
	if halved && g.halved != nil {
		g.halved(limit)
	}
}

// lower takes back what the limit grew by last, or else halves it. It requires
// that g.mu is held.
func (g *gate) lower() {
	if g.grew {
		g.limit--
	} else {
		g.limit = max(1, min(g.limit, g.peak)/2)
	}
	g.peak = g.inFlight
	g.age++
	g.grew = false
	g.changed = time.Now()
}

// throttles returns how many 429 answers there were so far.
func (g *gate) throttles() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.times
}

// admit takes a place. It requires that g.mu is held.
func (g *gate) admit() {
	g.inFlight++
	g.peak = max(g.peak, g.inFlight)
}

// next lets those in for whom there is a place. It requires that g.mu is held.
func (g *gate) next() {
	for g.inFlight < g.limit && len(g.waiting) > 0 {
		g.admit()
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
}
