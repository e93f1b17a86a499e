package locust

import (
	"errors"
	"fmt"
	"time"
)

// loop is the one goroutine that changes the worker. It ends when the worker is over.
func (w *Worker) loop() {
	defer close(w.done)
	tick := time.NewTicker(heartbeatInterval)
	defer tick.Stop()
	for w.err == nil {
		select {
		case f := <-w.calls:
			f()
		case a := <-w.arrived:
			w.arrive(a)
		case d := <-w.dialed:
			w.comeBack(d)
		case <-tick.C:
			w.beat()
		}
	}
	w.end()
	if w.conn != nil {
		w.conn.close()
	}
}

// do has f called by the loop. It returns false if that is over.
func (w *Worker) do(f func()) bool {
	select {
	case w.calls <- f:
		return true
	case <-w.done:
		return false
	}
}

// over ends the worker, and the test with it.
func (w *Worker) over(why error) {
	if w.err != nil {
		return
	}
	w.err = why
	if w.test != nil {
		w.test.stop(why)
	}
}

// receive passes on what comes on a connection, until it ends.
func (w *Worker) receive(from *dealer) {
	defer close(from.over)
	for {
		body, err := from.receive()
		select {
		case w.arrived <- arrival{from, body, err}:
		case <-w.life.Done(): // read to the end all the same: see [dealer.close]
		}
		if err != nil {
			return
		}
	}
}

func (w *Worker) arrive(a arrival) {
	if a.from != w.conn {
		return
	}
	if a.err != nil {
		w.lose(a.err)
		return
	}
	m, err := decode(a.body)
	if err != nil {
		w.notice(err)
		return
	}
	answers, event, err := w.session.receive(m)
	if err != nil {
		w.notice(fmt.Errorf("the Locust master's %s is not understood: %w", m.kind, err))
		return
	}
	if m.kind == "heartbeat" {
		w.heartbeatAt = time.Now()
	}
	switch event {
	case begin:
		w.test, w.since = newTest(w), time.Now()
		w.tests <- w.test
	case change:
		w.test.users.Store(int64(w.session.users.total()))
	case stop:
		w.test.windDown(ErrStop, w.session.stopTimeout)
	case quit:
		if w.test == nil {
			w.over(ErrQuit)
			return
		}
		w.report() // a master that quits listens half a second longer
		w.test.windDown(ErrQuit, w.session.stopTimeout)
	case reconnect:
		w.notice(errors.New("the Locust master wants a new connection"))
		w.reconnect()
	}
	w.send(answers...)
}

// beat does what is due every second.
func (w *Worker) beat() {
	w.beats++
	if w.conn != nil {
		w.send(w.session.heartbeat(w.meter.read()))
	}
	if w.conn != nil && w.test != nil && w.beats%statsInterval == 0 {
		w.report()
	}
	if w.conn != nil && w.beats%pingInterval == 0 {
		if err := w.conn.ping(); err != nil {
			w.lose(err)
		}
	}
	if quiet := w.quiet(); quiet >= silence && w.session.state != quitting {
		w.over(fmt.Errorf("%w: it has been silent for %v", ErrGone, quiet.Round(time.Second)))
	}
}

// quiet is how long the master has given no sign that it lives and knows this worker: has not answered a heartbeat, if it
// answers them, not acknowledged, or sent nothing at all.
func (w *Worker) quiet() time.Duration {
	switch {
	case w.session.heartbeats:
		return time.Since(w.heartbeatAt)
	case w.session.state == unknown:
		return time.Since(w.askedAt)
	case w.conn != nil && w.conn.pongs:
		return w.conn.quiet()
	default:
		return 0
	}
}

// report sends what has happened since the last report.
func (w *Worker) report() {
	since := w.since
	w.since = time.Now()
	w.send(w.session.stats(w.test.stats(), since))
}

// finish ends test t. It calls sent when all about it is sent.
func (w *Worker) finish(t *Test, record []byte, sent func()) {
	if w.test != t {
		sent() // it has ended already
		return
	}
	w.test, w.onSent, w.askedAt = nil, sent, time.Now()
	w.send(w.session.finish(t.stats(), w.since, record)...)
	if w.session.state == quitting {
		w.over(ErrQuit)
	}
}

// send sends what is left in the queue, and out. While the connection is lost, all stays in the queue.
func (w *Worker) send(out ...message) {
	w.queue = append(w.queue, out...)
	for len(w.queue) > 0 {
		if w.conn == nil {
			return
		}
		if err := w.conn.send(w.queue[0].encode(w.id)); err != nil {
			w.lose(err)
			return
		}
		w.queue = w.queue[1:]
	}
	if w.onSent != nil {
		w.onSent()
		w.onSent = nil
	}
}

// lose deals with a connection that has broken. In the middle of a test it is only tried again if the master answers
// heartbeats: another master in its place would not know of the test, and only the missing answers could tell.
func (w *Worker) lose(err error) {
	switch {
	case w.session.state == quitting:
		w.conn.conn.Close()
		w.conn = nil
	case !w.session.idle() && !w.session.heartbeats:
		w.over(fmt.Errorf("%w: the connection is lost: %w", ErrGone, err))
	default:
		w.notice(fmt.Errorf("the connection to the Locust master is lost: %w", err))
		w.reconnect()
	}
}

// reconnect closes the connection and tries, for [returnTime], to get a new one.
func (w *Worker) reconnect() {
	w.conn.conn.Close()
	w.conn = nil
	giveUp := time.Now().Add(returnTime)
	w.others.Go(func() {
		var d dialed
		for {
			select {
			case <-time.After(retryPause):
			case <-w.life.Done():
				return
			}
			d.conn, d.err = w.dial(w.life)
			if d.err == nil || errors.Is(d.err, errOther) || !time.Now().Before(giveUp) {
				break
			}
		}
		select {
		case w.dialed <- d:
		case <-w.life.Done():
			if d.conn != nil {
				d.conn.conn.Close()
			}
		}
	})
}

// comeBack takes up the session on a new connection.
func (w *Worker) comeBack(d dialed) {
	if d.err != nil {
		w.over(fmt.Errorf("%w: the connection is lost and does not come back: %w", ErrGone, d.err))
		return
	}
	w.conn, w.askedAt = d.conn, time.Now()
	w.others.Go(func() { w.receive(d.conn) })
	undelivered := w.queue
	w.queue = nil
	w.send(w.session.greet(undelivered)...)
}
