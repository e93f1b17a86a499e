package calls

import (
	"iter"
	"slices"
	"sync"
	"time"
)

// due holds calls until they are to be hung up: each at its own time, or all
// when they are released. It is safe for concurrent use.
type due struct {
	changed chan struct{} // has room for one

	mu       sync.Mutex // guards what follows
	calls    []Placed   // in the order in which they are due
	released bool       // all are due
	closed   bool       // no more will come
}

func newDue() *due { return &due{changed: make(chan struct{}, 1)} }

// add adds a call, behind those that are due no later.
func (d *due) add(call Placed) {
	d.change(func() {
		i := len(d.calls)
		for i > 0 && d.calls[i-1].Due.After(call.Due) { // adopted calls are due early, others in order
			i--
		}
		d.calls = slices.Insert(d.calls, i, call)
	})
}

// release makes all calls due, those still to come included.
func (d *due) release() { d.change(func() { d.released = true }) }

// close says that no more calls will come.
func (d *due) close() { d.change(func() { d.closed = true }) }

func (d *due) change(how func()) {
	d.mu.Lock()
	how()
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// all yields each call when it is due, to one caller, until d is closed and
// empty.
func (d *due) all() iter.Seq[Placed] {
	return func(yield func(Placed) bool) {
		for {
			call, wait, over := d.next()
			switch {
			case over:
				return
			case wait == 0:
				if !yield(call) {
					return
				}
			default:
				d.sleep(wait)
			}
		}
	}
}

// never is longer than any run.
const never = time.Duration(1<<63 - 1)

// next takes the next call that is due, or says how long to wait for one, or
// that none will come.
func (d *due) next() (call Placed, wait time.Duration, over bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.calls) == 0 {
		return Placed{}, never, d.closed
	}
	call, wait = d.calls[0], never
	if d.released {
		wait = 0
	} else if !call.Due.IsZero() {
		wait = max(0, time.Until(call.Due))
	}
	if wait == 0 {
		d.calls = d.calls[1:]
	}
	return call, wait, false
}

// sleep waits for a time, or until something changes.
func (d *due) sleep(wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.changed:
	}
}
