package attack

import (
	"errors"
	"time"

	"call-load-tester/pkg/webhook"
)

// A sender sends one request after the other, over a connection that it keeps.
type sender struct {
	attack *Attack
	writer *webhook.Writer
	judge  *webhook.Judge
	conn   *connection
	batch  []outcome // not yet counted

	redirected bool // the last answer is not to the fields, which a redirect has lost
}

func newSender(a *Attack) *sender {
	writer, err := webhook.NewWriter(a.cfg.Token)
	if err != nil {
		panic(err) // New has checked the token
	}
	return &sender{
		attack: a,
		writer: writer,
		judge:  webhook.NewJudge(a.cfg.Envelope.Kind),
		conn:   newConnection(a.cfg),
		batch:  make([]outcome, 0, batchSize),
	}
}

func (s *sender) close() {
	s.conn.close()
	s.attack.recorder.add(s.batch)
	s.attack.recorder.addBytes(s.conn.sent, s.conn.received)
}

// immediately is when a request is due that nobody waits for.
const immediately time.Duration = -1

// send sends request k and records what came of it. due is when it was to be
// sent, since the start of the run.
func (s *sender) send(k int, due time.Duration) {
	a := s.attack
	t := a.templates[k%len(a.templates)]
	o := outcome{forged: a.forgeries.is(k), received: t.Segments}
	request := s.writer.Request(t, o.forged)

	sent := time.Now()
	o.due, o.sent = due, sent.Sub(a.recorder.start)
	if due == immediately {
		o.due = o.sent
	}
	a.sent.Add(1)
	answer, err := s.do(t, request, sent, sent.Add(a.cfg.Timeout))
	s.conn.used = time.Now()
	o.ended = s.conn.used.Sub(a.recorder.start)

	s.classify(&o, t, answer, err)
	s.batch = append(s.batch, o)
	if len(s.batch) == batchSize {
		a.recorder.add(s.batch)
		s.batch = s.batch[:0]
	}
	if !o.class.complete() {
		a.incomplete.Add(1)
	}
	a.done.Add(1)
}

// do sends a request and returns the answer that it gets in the end, redirects
// followed.
func (s *sender) do(t *webhook.Template, request []byte, now, deadline time.Time) (webhook.Answer, error) {
	s.redirected = false
	answer, err := s.conn.roundTrip(s.attack.target.addr, request, now, deadline)
	if err != nil || answer.Status < 300 || answer.Status >= 400 && answer.Status != statusUnauthorized {
		return answer, err
	}
	return s.follow(t, answer, deadline)
}

// classify puts an answer, or the lack of one, into its class. A wrong
// signature is let through only by an answer that Twilio would act upon: not by
// a redirect to a page for those who are not let in.
func (s *sender) classify(o *outcome, t *webhook.Template, answer webhook.Answer, err error) {
	o.status = answer.Status
	switch {
	case errors.Is(err, errTooManyRedirects):
		o.code = webhook.TooManyRedirects
	case err != nil:
		o.class = unanswered
		o.code, o.cause = webhook.Failure(err)
		var kept *keptError
		if errors.As(err, &kept) && o.code != webhook.AnswerTimeout {
			o.cause = "kept connection: " + o.cause
		}
		return
	default:
		verdict := s.judge.Verdict(answer, t.TollFree)
		o.code, o.replies = verdict.Code, verdict.Replies
	}
	switch {
	case o.forged && isRefusal(o.status):
		o.class = refused
	case o.forged && o.code == webhook.Accepted && s.redirected:
		o.class, o.code, o.replies = errored, webhook.RedirectAway, webhook.Replies{}
	case o.forged && o.code == webhook.Accepted:
		o.class = letThrough
	case o.code == webhook.Accepted:
		o.class = accepted
	default:
		o.class = errored
	}
}

const statusUnauthorized = 401

// isRefusal reports whether a status says that the signature is not accepted.
func isRefusal(status int) bool {
	return status == 400 || status == statusUnauthorized || status == 403
}
