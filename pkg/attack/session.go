package attack

import (
	"context"
	"errors"
	"os"
	"strconv"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/mediastream"
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
	forged := c.attack.forgeries.isOther(c.k)
	end, took := c.inSession(ctx, ctx, in, due, forged)
	c.told = time.Since(c.attack.recorder.start)
	if forged {
		c.forged = true
		return dialog.Next{}
	}
	return c.SessionEnded(end, took)
}

// inSession opens a session that is due, unless opening is done before, and holds it
// until it has ended, or ctx is done. It returns how it ended, and how long after it
// was due. That of a forged handshake is over with it.
func (c *conversation) inSession(opening, ctx context.Context, in *dialog.Session, due time.Duration, forged bool) (end dialog.SessionEnd, took time.Duration) {
	a := c.attack
	h := handshakeOutcome{agent: in.Agent, at: time.Since(a.recorder.start), forged: forged, oneWay: in.OneWay}
	opened := make(chan *socket)
	go func() { // on a stack of its own, which is not kept
		s, err := a.openSocket(opening, in, h.forged, time.Now().Add(a.cfg.Timeout))
		h.err = err
		opened <- s
	}()
	s := <-opened
	h.ended = time.Since(a.recorder.start)
	if s == nil && opening.Err() != nil {
		var over overBefore
		if h.interrupted = !errors.As(context.Cause(opening), &over); !h.interrupted {
			h.err = over
		}
	}
	a.recorder.addHandshake(&h)
	due = max(due, h.at)
	p := protocolOf(in)
	invalid := 0
	var broke error
	switch {
	case h.forged:
		if s != nil {
			s.close()
		}
		c.tellOfSession(&h, in, &end, nil)
		return end, h.ended - due
	case h.interrupted:
		end.Ending = dialog.SessionInterrupted
	case h.err != nil:
		end.Ending, end.Code = dialog.SessionFailed, p.unreachable
	default:
		c.tellOf(ctx, in, dialog.StreamStarted, webhook.Accepted, h.ended-due)
		t := newTalk(a, s, in, p.begin(a.cfg, in))
		t.hold(ctx)
		end, invalid, broke = t.session.End(), t.session.Rejected(), t.broke
	}
	took = h.ended - due + end.Lasted
	switch {
	case end.Code > 0: // Twilio knows nothing of a caller's reasons
		c.tellOf(ctx, in, dialog.StreamFailed, end.Code, took)
	case s != nil:
		c.tellOf(ctx, in, dialog.StreamStopped, end.Code, took)
	}
	c.tellOfSession(&h, in, &end, broke)
	a.recorder.endSession(&h, &end, invalid, p.invalid, time.Since(a.recorder.start))
	return end, took
}

// tellOf has the status callback of a stream told of an event, if there is one.
func (c *conversation) tellOf(ctx context.Context, in *dialog.Session, event string, code webhook.Code, after time.Duration) {
	if r := in.Status(event, strconv.Itoa(int(code)), after); r != nil {
		c.callBackAt(ctx, *r, time.Since(c.attack.recorder.start))
	}
}

// A session is one of either protocol: see package relay.
type session interface {
	Open(at time.Duration) dialog.SessionNext
	Wake(at time.Duration) dialog.SessionNext
	Received(at time.Duration, text []byte) dialog.SessionNext
	Reject(at time.Duration, description string) dialog.SessionNext
	Closed(at time.Duration, cleanly bool) dialog.SessionNext
	Fail(at time.Duration, code webhook.Code) dialog.SessionNext
	HangUp(at time.Duration) dialog.SessionNext
	End() dialog.SessionEnd
	Rejected() int
}

// A protocol is what sessions speak, and what Twilio logs of those that go wrong.
type protocol struct {
	begin                func(Config, *dialog.Session) session
	unreachable, invalid webhook.Code
}

func protocolOf(in *dialog.Session) protocol {
	if in.Noun.Name == "Stream" {
		return protocol{
			func(cfg Config, in *dialog.Session) session { return mediastream.New(cfg.Agents.stream(), in) },
			webhook.StreamUnreachable, webhook.StreamMessage,
		}
	}
	return protocol{
		func(cfg Config, in *dialog.Session) session { return relay.New(cfg.Agents.rules(cfg.Rules), in) },
		webhook.RelayUnreachable, webhook.RelayMessage,
	}
}

// A talk is a session that is being held.
type talk struct {
	attack  *Attack
	agent   string
	socket  *socket
	session session
	inbound chan inbound
	over    chan struct{}
	broke   error // what the socket ended with, if that ended the session

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

func newTalk(a *Attack, s *socket, in *dialog.Session, session session) *talk {
	return &talk{
		attack: a, agent: in.Agent, socket: s, session: session,
		inbound: make(chan inbound, maxUntaken), over: make(chan struct{}),
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
			case dialog.Unfinished:
				wait = min(wait, t.attack.cfg.Agents.rules(t.attack.cfg.Rules).Patience)
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
	isTurn := next.Why != dialog.Awaited && next.Why != dialog.Unfinished && next.Why != dialog.Sounding
	if late := now - next.At; late >= Late && isTurn {
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
	now := time.Since(t.attack.recorder.start)
	if next.Frame > 0 {
		t.attack.recorder.addFrame(t.agent, now+t.skipped-next.Frame)
	}
	if next.Asked {
		t.asked = now
	}
}

// maxUntaken is how many messages may wait for a session that is sending: some
// agents read nothing while they send.
const maxUntaken = 8

// read reads until the socket is closed. When much has not been taken yet it reads
// no more: nothing piles up.
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
	}
	t.broke = in.err
	return t.session.Closed(at, errors.As(in.err, &closed) && closed.inGoodOrder())
}
