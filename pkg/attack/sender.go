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
	link   *link
	tally  *tally

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
		link:   newLink(a.cfg),
		tally:  newTally(a.recorder),
	}
}

func (s *sender) close() {
	s.link.close()
	s.tally.bytesSent, s.tally.bytesReceived = s.link.sent, s.link.received
	s.tally.close()
}

// send sends request k and records what came of it. due is when it was to be
// sent; the zero time is now.
func (s *sender) send(k int, due time.Time) {
	a := s.attack
	t := a.templates[k%len(a.templates)]
	o := outcome{forged: a.forgeries.is(k), received: t.Segments}
	request := s.writer.Request(t, o.forged)

	o.sent = time.Now()
	o.due = due
	if due.IsZero() {
		o.due = o.sent
	}
	a.sent.Add(1)
	answer, err := s.exchange(t, request, o.sent, o.sent.Add(a.cfg.Timeout))
	o.ended = time.Now()
	s.link.used = o.ended

	s.judgeOutcome(&o, t, answer, err)
	s.tally.add(&o)
	if o.class.failed() {
		a.failed.Add(1)
	}
	a.done.Add(1)
}

// exchange sends a request and returns the answer that it gets in the end.
func (s *sender) exchange(t *webhook.Template, request []byte, now, deadline time.Time) (webhook.Answer, error) {
	s.redirected = false
	answer, err := s.link.roundTrip(s.attack.target.addr, request, now, deadline)
	if err != nil || answer.Status < 300 || answer.Status >= 400 && answer.Status != statusUnauthorized {
		return answer, err
	}
	return s.follow(t, answer, deadline)
}

// judgeOutcome puts an answer, or the lack of one, into its class. A wrong
// signature is let through only by an answer that Twilio would act upon: not by
// a redirect to a page for those who are not let in.
func (s *sender) judgeOutcome(o *outcome, t *webhook.Template, answer webhook.Answer, err error) {
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
		o.class, o.code, o.replies = failed, webhook.RedirectAway, webhook.Replies{}
	case o.forged && o.code == webhook.Accepted:
		o.class = letThrough
	case o.code == webhook.Accepted:
		o.class = accepted
	default:
		o.class = failed
	}
}

const statusUnauthorized = 401

// isRefusal reports whether a status says that the signature is not accepted.
func isRefusal(status int) bool {
	return status == 400 || status == statusUnauthorized || status == 403
}
