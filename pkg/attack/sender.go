package attack

import (
	"errors"
	"sync"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// A sender sends one request after the other, over a connection that it keeps.
type sender struct {
	attack *Attack
	writer *webhook.Writer
	judge  *webhook.Judge
	callee *webhook.Judge // of the answers to callbacks; nil before the first
	conn   *connection
	steps  map[string]*step

	mu    sync.Mutex
	batch []outcome // not yet counted

	redirected bool // the last answer is not to the fields, which a redirect has lost
}

func newSender(a *Attack) *sender {
	writer, err := webhook.NewWriter(a.cfg.Token)
	if err != nil {
		panic(err) // New has checked the token
	}
	s := &sender{
		attack: a,
		writer: writer,
		judge:  webhook.NewJudge(a.cfg.Envelope.Kind),
		conn:   newConnection(a.life, a.cfg),
		batch:  make([]outcome, 0, batchSize),
	}
	a.senders.Store(s, nil)
	return s
}

// flush hands what is in the batch to the recorder. It may be called at any time.
func (s *sender) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handOver()
}

// handOver requires that s.mu is held.
func (s *sender) handOver() {
	s.attack.recorder.add(s.batch)
	s.batch = s.batch[:0]
}

func (s *sender) close() {
	s.conn.close()
	s.flush()
	s.attack.senders.Delete(s)
	s.attack.recorder.addBytes(s.conn.sent, s.conn.received)
}

// immediately is when a request is due that nobody waits for.
const immediately time.Duration = -1

// send sends the request of row k and records what came of it. due is when it
// was to be sent, since the start of the run.
func (s *sender) send(k int, due time.Duration) {
	a := s.attack
	t := a.templates[(a.cfg.First+k)%len(a.templates)]
	o := outcome{k: k, due: due, forged: a.forgeries.is(k), received: t.Segments}
	wire := s.writer.Request(t, o.forged)

	sent := s.begin(&o)
	deadline := sent.Add(a.cfg.Timeout)
	url := a.cfg.Envelope.URL
	answer, err := s.conn.roundTrip(a.addr, wire, sent, deadline)
	if err == nil && !isFinal(answer.Status) {
		request := s.writer.Sent(t)
		answer, err = s.follow(&request, nil, answer, deadline)
		url = request.URL
	}
	s.end(&o)
	s.read(&o, s.judge, t.TollFree, answer, err)
	s.record(&o)
	if a.cfg.Failures != nil && !o.class.complete() {
		s.tell(o, url, s.writer.SID(t), answer)
	}
}

// ask sends a request of a conversation to addr, records what came of it in o,
// and returns the answer, or [errElsewhere]. c is the conversation, which keeps
// the cookies; it is nil for a callback, which has none. r becomes the request
// that was answered in the end.
func (s *sender) ask(r *dialog.Request, c *dialog.Conversation, addr address, o *outcome) (webhook.Reading, error) {
	a := s.attack
	judge := s.judge
	if c == nil {
		if s.callee == nil {
			s.callee = webhook.NewJudge(webhook.Status)
		}
		judge = s.callee
	}
	o.received, o.step = r.Segments, s.step(r.Step)
	sid := ""
	if a.cfg.Failures != nil {
		sid = r.Fields.SID() // before a redirect loses the fields
	}
	wire := s.writer.Write(&r.Request, o.forged)

	sent := s.begin(o)
	deadline := sent.Add(a.cfg.Timeout)
	answer, err := s.conn.roundTrip(addr, wire, sent, deadline)
	if err == nil {
		s.keepCookies(c, r.SignURL)
		if !isFinal(answer.Status) {
			answer, err = s.follow(&r.Request, c, answer, deadline)
		}
	}
	s.end(o)
	reading := s.read(o, judge, r.TollFree, answer, err)
	s.record(o)
	if a.cfg.Failures != nil && !o.class.complete() {
		s.tell(*o, r.URL, sid, answer)
	}
	return reading, err
}

// keepCookies puts the cookies of the last answer, from that URL, into those of
// its conversation, if it is of one.
func (s *sender) keepCookies(c *dialog.Conversation, from string) {
	if c == nil {
		return
	}
	header := &s.conn.response.Header
	var cookies []string
	for _, cookie := range header.Cookies() {
		cookies = append(cookies, string(cookie))
	}
	if len(cookies) > 0 {
		c.SetCookies(from, cookies, string(header.Peek("Date")))
	}
}

// step returns the step of that name, without the recorder's lock where the
// sender has sent one of it before.
func (s *sender) step(name string) *step {
	known := s.steps[name]
	if known == nil {
		if s.steps == nil || len(s.steps) >= maxSteps {
			s.steps = make(map[string]*step)
		}
		known = s.attack.recorder.step(name)
		s.steps[name] = known
	}
	return known
}

// begin notes that a request is being sent.
func (s *sender) begin(o *outcome) time.Time {
	sent := time.Now()
	o.sent = sent.Sub(s.attack.recorder.start)
	if o.due == immediately {
		o.due = o.sent
	}
	s.redirected = false
	s.attack.sent.Add(1)
	return sent
}

// end notes that a request is answered, or given up.
func (s *sender) end(o *outcome) {
	s.conn.used = time.Now()
	o.ended = s.conn.used.Sub(s.attack.recorder.start)
}

// record hands an outcome that has been read to the recorder, with others.
func (s *sender) record(o *outcome) {
	a := s.attack
	o.classify(s.redirected)
	s.mu.Lock()
	s.batch = append(s.batch, *o)
	if len(s.batch) == batchSize {
		s.handOver()
	}
	s.mu.Unlock()
	if !o.class.complete() {
		a.incomplete.Add(1)
	}
	a.done.Add(1)
}

// read notes in o what Twilio makes of an answer, or of the lack of one, and
// returns it.
func (s *sender) read(o *outcome, judge *webhook.Judge, tollFree bool, answer webhook.Answer, err error) (reading webhook.Reading) {
	var kept *keptError
	switch {
	case errors.Is(err, errTooManyRedirects):
		reading.Code = webhook.TooManyRedirects
	case errors.Is(err, errElsewhere): // taken for an empty answer
		o.elsewhere = true
	case err != nil && s.attack.isCut():
		reading.Code, o.cause = webhook.CutOff, "cut off: the run was over"
	case err != nil:
		reading.Code, o.cause = webhook.Failure(err)
		if errors.As(err, &kept) && reading.Code != webhook.AnswerTimeout {
			o.cause = "kept connection: " + o.cause
		}
	default:
		reading = judge.Read(answer, tollFree)
	}
	o.status, o.code, o.replies, o.length = answer.Status, reading.Code, reading.Replies, len(answer.Body)
	return reading
}
