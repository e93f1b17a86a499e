package locust

import (
	"context"
	"sync/atomic"
	"time"
)

// cutoffLead is how long before the end of the master's patience a test is cut off: its last messages have to arrive.
const cutoffLead = time.Second

// A Test is one test run of a Locust master, from the first spawn to the end of this worker's part.
type Test struct {
	// Index is this worker's place among the master's, from 0; it stays the same from test to test. It is -1 with masters
	// up to 2.10.2.
	Index int

	worker  *Worker
	users   atomic.Int64
	source  atomic.Pointer[func() Stats]
	stopCtx context.Context
	stop    context.CancelCauseFunc
	cutCtx  context.Context
	cut     context.CancelCauseFunc
	unhook  func() bool
}

func newTest(w *Worker) *Test {
	t := &Test{Index: w.session.index, worker: w}
	t.users.Store(int64(w.session.users.total()))
	t.stopCtx, t.stop = context.WithCancelCause(context.Background())
	t.cutCtx, t.cut = context.WithCancelCause(context.Background())
	return t
}

// Users is how many users this worker is to have now. The master may change it at any time. Of a test that stops it is 0.
func (t *Test) Users() int {
	if t.stopCtx.Err() != nil {
		return 0
	}
	return int(t.users.Load())
}

// Stopping is done when nothing new may begin any more. Its cause is [ErrStop], [ErrQuit], an [ErrGone], [ErrClosed] or
// what ended the context of [Worker.Wait].
func (t *Test) Stopping() context.Context { return t.stopCtx }

// Cutoff is done when what goes on must end at once: one second before the master's --stop-timeout is over. A test that
// stops because the master is gone, or the caller wants it to, is not cut off.
func (t *Test) Cutoff() context.Context { return t.cutCtx }

// Report has the figures for the master taken from source: every three seconds, and when the test ends. Each time source
// returns what has happened since the last time. The worker waits for it: it must return soon, and not call the worker.
func (t *Test) Report(source func() Stats) { t.source.Store(&source) }

// End tells the master that this worker's part of the test is over: the last figures, and the record, which is handed to
// the locustfile as bytes, in a message of the type "record". A test that the master has not stopped is ended all the
// same, but then the worker can only be closed.
//
// End blocks until all is sent; while the connection is lost, until it is back or the master is gone. Its error is why
// it could not be sent. Calls after the first do nothing.
func (t *Test) End(record []byte) error {
	w, sent := t.worker, make(chan struct{})
	if t.unhook != nil {
		t.unhook()
	}
	if w.do(func() { w.finish(t, record, func() { close(sent) }) }) {
		select {
		case <-sent:
			return nil
		case <-w.done:
		}
	}
	select {
	case <-sent:
		return nil
	default:
		return w.err
	}
}

// windDown stops the test, and cuts it off when the master's patience is nearly over.
func (t *Test) windDown(why error, patience time.Duration) {
	t.stop(why)
	time.AfterFunc(max(0, patience-cutoffLead), func() { t.cut(why) })
}

// stats asks the source for what has happened.
func (t *Test) stats() Stats {
	if source := t.source.Load(); source != nil {
		return (*source)()
	}
	return Stats{}
}
