package locust

import (
	"time"

	"github.com/tinylib/msgp/msgp"
)

// A session is what a worker and its master know of each other: which message may be sent when, and what follows from
// one. It has no clock and no network.
type session struct {
	state       state
	index       int           // of this worker among the master's; -1 where the master gives none
	users       userCounts    // what the last spawn said; kept until the test has ended, as what the master waits for
	timestamp   float64       // of the last spawn that was followed
	stopTimeout time.Duration // of the last spawn
	heartbeats  bool          // the master has answered a heartbeat, so it answers all of them
}

type state int

const (
	unknown  state = iota // the master has not acknowledged this worker, or not again: nothing is answered
	ready                 // no test
	running               // a test
	stopping              // the master has stopped the test, and its end is not reported yet
	leaving               // the worker has ended a test of its own accord: nothing is answered any more
	quitting              // the master quits: nothing is answered any more
)

// An event is what a message means for the worker.
type event int

const (
	nothing   event = iota
	begin           // a test begins
	change          // the number of users has changed
	stop            // the test is to stop
	quit            // the master is through
	reconnect       // the master wants a new connection
)

// greet returns what a worker says first on a new connection. What an earlier one has not delivered, figures and
// records, goes first. In the middle of a test it does not say that it is ready: the master would take it for one worker
// more, and give it a second share of the users.
func (s *session) greet(undelivered []message) (out []message) {
	for _, m := range undelivered {
		if m.kind == "stats" || m.kind == recordKind {
			out = append(out, m)
		}
	}
	if s.idle() {
		s.state = unknown
		s.timestamp = 0 // it may be another master, whose clock is behind
		out = append(out, clientReady())
	}
	return out
}

// idle is whether no test goes on.
func (s *session) idle() bool { return s.state == unknown || s.state == ready }

// receive takes in a message of the master's and returns what is answered.
func (s *session) receive(m message) (answers []message, e event, err error) {
	switch m.kind {
	case "ack":
		index, err := readIndex(m.data)
		if err != nil {
			return nil, nothing, err
		}
		s.index = index
		if s.state == unknown {
			s.state = ready
		}
	case "spawn":
		return s.spawn(m.data)
	case "stop":
		if s.state == running {
			s.state = stopping
			return nil, stop, nil
		}
	case "quit":
		s.state = quitting
		return nil, quit, nil
	case "reconnect":
		return nil, reconnect, nil
	case "heartbeat":
		s.heartbeats = true
	}
	return nil, nothing, nil
}

// spawn follows a spawn, unless it comes at the wrong time or has been overtaken by a later one. A spawn that comes after
// a stop and before the next acknowledgement belongs to the test that is over: the master sends spawns from several
// threads. It must not be answered either, since a master that no longer lists the worker may fail at that. Nothing is
// lost: a master that has begun the next test meanwhile deals out its users again when a worker becomes ready.
func (s *session) spawn(data []byte) (answers []message, e event, err error) {
	if s.state != ready && s.state != running {
		return nil, nothing, nil
	}
	next, err := readSpawn(data)
	if err != nil || next.timestamp <= s.timestamp {
		return nil, nothing, err
	}
	s.users, s.timestamp, s.stopTimeout = next.users, next.timestamp, next.stopTimeout
	e = change
	if s.state == ready {
		s.state, e = running, begin
	}
	return []message{
		{"spawning", nil},
		{"spawning_complete", s.users.append(msgp.AppendMapHeader(nil, 2))},
	}, e, nil
}

// finish returns what is said at the end of a test: its last figures and its record, and when the master has stopped it,
// that the worker is ready for the next. A worker that ends a test of its own accord leaves.
func (s *session) finish(last Stats, since time.Time, record []byte) []message {
	out := []message{s.stats(last, since), {recordKind, msgp.AppendBytes(nil, record)}}
	switch s.state {
	case stopping:
		s.state = unknown
		out = append(out, message{"client_stopped", nil}, clientReady())
	case running:
		s.state = leaving
	}
	return out
}

// recordKind is the type of the message that carries a test's record: none of Locust's own, it goes to the locustfile.
const recordKind = "record"

// clientReady asks for an acknowledgement. Its data is the version of the worker, and -1 is none in particular.
func clientReady() message { return message{"client_ready", msgp.AppendInt(nil, -1)} }

// heartbeat says that the worker lives. Of the states, "stopping" is left out: with all its workers in it, a master takes
// the test for stopped.
func (s *session) heartbeat(u usage) message {
	name := "running"
	if s.idle() {
		name = "ready"
	}
	b := msgp.AppendMapHeader(nil, 3)
	b = msgp.AppendString(msgp.AppendString(b, "state"), name)
	b = msgp.AppendFloat64(msgp.AppendString(b, "current_cpu_usage"), u.cpu)
	b = msgp.AppendUint64(msgp.AppendString(b, "current_memory_usage"), u.memory)
	return message{"heartbeat", b}
}

// stats is what has happened since, with the number of users that the master believes in: at 0 it would not wait for the
// rest of a test that it has stopped.
func (s *session) stats(st Stats, since time.Time) message {
	return message{"stats", s.users.append(st.append(msgp.AppendMapHeader(nil, 6), since))}
}
