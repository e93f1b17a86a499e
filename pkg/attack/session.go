package attack

import (
	"context"
	"errors"
	"os"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/relay"
	"call-load-tester/pkg/webhook"

	"github.com/gobwas/ws"
)

// linger is how long a caller in fast pace waits before its turn, and before it
// hangs up: right behind its words an agent may end the session.
const linger = 50 * time.Millisecond

// hold opens the session of a document, and holds it until it has ended. due is
// when it was to be opened. When ctx is done the caller hangs up.
func (c *conversation) hold(ctx context.Context, in *dialog.Session, due time.Duration) dialog.Next {
	a := c.attack
	if in.Noun.Name != "ConversationRelay" {
		return c.SessionEnded(dialog.SessionEnd{Ending: dialog.SessionEndedByAgent}, 0)
	}
	h := handshakeOutcome{agent: in.Agent, at: time.Since(a.recorder.start), forged: a.forgeries.isOther(c.k)}
	opened := make(chan *socket)
	go func() { // on a stack of its own, which is not kept
		s, err := a.openSocket(ctx, in, h.forged, time.Now().Add(a.cfg.Timeout))
		h.err = err
		opened <- s
	}()
	s := <-opened
	h.ended = time.Since(a.recorder.start)
	h.interrupted = ctx.Err() != nil && s == nil
	a.recorder.addHandshake(&h)
	var end dialog.SessionEnd
	invalid := 0
	switch {
	case h.forged:
		c.forged = true
		if s != nil {
			s.close()
		}
		return dialog.Next{}
	case h.interrupted:
		end.Ending = dialog.SessionInterrupted
	case h.err != nil:
		end.Ending, end.Code = dialog.SessionFailed, webhook.RelayUnreachable
	default:
		t := newTalk(a, s, in)
		t.hold(ctx)
		end, invalid = t.session.End(), t.session.Rejected()
	}
	a.recorder.endSession(in.Agent, &end, invalid, time.Since(a.recorder.start))
	c.told = time.Since(a.recorder.start)
	return c.SessionEnded(end, h.ended-max(due, h.at)+end.Lasted)
}

// A talk is a session of ConversationRelay that is being held.
type talk struct {
	attack  *Attack
	agent   string
	socket  *socket
	session *relay.Session
	inbound chan inbound
	over    chan struct{}

	skipped time.Duration // time that passed in the session, and not in fact
	now     time.Duration // in the session, which counts from the start of the run
	asked   time.Duration // when the last turn was over, in fact
}

// An inbound is what the socket brought, and when.
type inbound struct {
	at      time.Duration
	message []byte
	err     error
}

func newTalk(a *Attack, s *socket, in *dialog.Session) *talk {
	return &talk{
		attack: a, agent: in.Agent, socket: s,
		session: relay.New(a.cfg.Agents.rules(a.cfg.Rules), in),
		inbound: make(chan inbound), over: make(chan struct{}),
	}
}

// hold holds the session until it has ended.
func (t *talk) hold(ctx context.Context) {
	defer t.socket.close()
	defer close(t.over)
	go t.read()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	next := t.session.Open(t.clock())
	for {
		t.send(&next)
		if next.Over {
			return
		}
		wait := next.At - t.clock()
		if t.attack.cfg.Pace == Fast {
			switch next.Why {
			case dialog.Played:
				t.skipped += max(wait, 0)
				next = t.wake(&next)
				continue
			case dialog.Lingering:
				wait = min(wait, linger)
			}
		}
		timer.Reset(wait)
		select {
		case in := <-t.inbound:
			next = t.take(in)
		case <-timer.C:
			t.skipped += max(0, next.At-t.clock())
			next = t.wake(&next)
		case <-ctx.Done():
			next = t.session.HangUp(t.clock())
		}
	}
}

// clock returns the time in the session. It moves on.
func (t *talk) clock() time.Duration {
	return t.moveTo(time.Since(t.attack.recorder.start))
}

// moveTo moves the clock to a time since the start of the run.
func (t *talk) moveTo(real time.Duration) time.Duration {
	t.now = max(t.now, real+t.skipped)
	return t.now
}

// wake tells the session that its time has come, and counts how late.
func (t *talk) wake(next *dialog.SessionNext) dialog.SessionNext {
	now := t.clock()
	if late := now - next.At; late >= Late && next.Why != dialog.Awaited {
		t.attack.recorder.addLateTurn(t.agent, late)
	}
	return t.session.Wake(now)
}

// send sends what is to be sent, and counts what is told. An agent that does not
// read for too long ends the session. Whether the socket has broken off is for
// who reads to say.
func (t *talk) send(next *dialog.SessionNext) {
	t.attack.recorder.addTurn(t.agent, t.asked, next)
	for _, message := range next.Send {
		err := t.socket.write(ws.OpText, message, time.Now().Add(writeTimeout))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			*next = t.session.Fail(t.clock(), webhook.NotReading)
			t.attack.recorder.addTurn(t.agent, t.asked, next)
			return
		}
	}
	if next.Asked {
		t.asked = time.Since(t.attack.recorder.start)
	}
}

// read reads until the socket is closed. What nobody has taken yet keeps it from
// reading on: nothing piles up.
func (t *talk) read() {
	for {
		message, err := t.socket.read()
		in := inbound{time.Since(t.attack.recorder.start), message, err}
		select {
		case t.inbound <- in:
		case <-t.over:
			return
		}
		var unread unreadable
		if err != nil && !errors.As(err, &unread) {
			return
		}
	}
}

// take tells the session what the socket brought.
func (t *talk) take(in inbound) dialog.SessionNext {
	at := t.moveTo(in.at)
	var unread unreadable
	var closed closeError
	switch {
	case in.err == nil:
		return t.session.Received(at, in.message)
	case errors.As(in.err, &unread):
		return t.session.Reject(at, unread.Error())
	case errors.As(in.err, &closed):
		return t.session.Closed(at, closed.inGoodOrder())
	}
	return t.session.Closed(at, false)
}
