package attack

import (
	"context"
	"sync"
	"time"
)

// A window bounds how many requests of an open loop are in flight.
//
// All requests of a burst are due at once, but it serves nobody to open a
// connection for each: with two thousand of them in use a computer does a third
// of the work that it does with a hundred, and the burst ends later. So a burst
// begins with a sixteenth of it in flight, and an endpoint that answers fast
// gets it over these. While none at all is answered the window doubles every
// five milliseconds, and before the rest would be [Late] it opens.
type window struct {
	most int // in flight, ever

	mu       sync.Mutex
	inFlight int
	finished int // since the last review
	freed    chan struct{}

	// Only the sending loop uses these.
	size   int
	opens  time.Time // when all that is left of the burst is sent
	review time.Time // when to look how it goes
	timer  *time.Timer
}

const (
	leastWindow = 64
	burstShare  = 16
	reviewEvery = 5 * time.Millisecond
	opensAfter  = Late * 3 / 4
)

func newWindow(most int) *window {
	return &window{most: most, freed: make(chan struct{}, 1)}
}

// begin begins a burst of so many requests.
func (w *window) begin(due time.Time, requests int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size = min(w.inFlight+max(requests/burstShare, leastWindow), w.most)
	w.opens = due.Add(opensAfter)
	w.finished, w.review = 0, time.Now().Add(reviewEvery)
}

// enter waits until one more request may be in flight, or returns ctx's error.
// Every enter is followed by a leave.
func (w *window) enter(ctx context.Context) error {
	for !w.tryEnter() {
		if err := w.wait(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (w *window) tryEnter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inFlight >= w.size {
		return false
	}
	w.inFlight++
	return true
}

// leave makes room for another request.
func (w *window) leave() {
	w.mu.Lock()
	w.inFlight--
	w.finished++
	w.mu.Unlock()
	select {
	case w.freed <- struct{}{}:
	default:
	}
}

// wait waits until there may be room: because a request has left, or because
// the window has grown.
func (w *window) wait(ctx context.Context) error {
	var due <-chan time.Time // never, if the window cannot grow
	if w.size < w.most {
		now := time.Now()
		if !now.Before(w.review) {
			w.grow(now)
			return ctx.Err()
		}
		if w.timer == nil {
			w.timer = time.NewTimer(0)
		}
		w.timer.Reset(w.review.Sub(now))
		due = w.timer.C
	}
	select {
	case <-w.freed:
	case <-due:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// grow widens the window as it is time to.
func (w *window) grow(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !now.Before(w.opens):
		w.size = w.most
	case w.finished == 0:
		w.size = min(2*w.size, w.most)
	}
	w.finished, w.review = 0, now.Add(reviewEvery)
}
