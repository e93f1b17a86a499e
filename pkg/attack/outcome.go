package attack

import (
	"time"

	"call-load-tester/pkg/webhook"
)

// A class is what became of a request. Every request is in one.
type class uint8

const (
	accepted   class = iota // answered, and Twilio would be content
	errored                 // answered, and Twilio would log an error
	unanswered              // no answer, or none in time
	refused                 // signature wrong on purpose, and refused
	letThrough              // signature wrong on purpose, and answered as if it were right
	classes
)

// complete reports whether a request of this class went as it should.
func (c class) complete() bool { return c == accepted || c == refused }

// An Outcome tells of one request that is over.
type Outcome struct {
	Step     string        // of a conversation; empty: a single request
	Ended    time.Time     // when it was answered or given up
	Latency  time.Duration // since it was due, if it is Timed
	Timed    bool          // it was answered, or the time for an answer was up
	Received int           // bytes of the answer's body
	Failure  string        // why it is incomplete; empty if it is not
}

// public returns what is told of an outcome in a run that began then.
func (o *outcome) public(began time.Time) Outcome {
	told := Outcome{Ended: began.Add(o.ended), Latency: o.ended - o.due, Timed: o.timed(), Received: o.length}
	if o.step != nil {
		told.Step = o.step.Name
	}
	switch {
	case o.class == letThrough:
		told.Failure = "bad signature let through"
	case !o.class.complete():
		told.Failure = Verdict{Code: o.code, Name: o.code.Name()}.String()
	}
	return told
}

// An outcome is all there is to know of one request.
type outcome struct {
	k                int           // which request it is, or of which conversation
	due, sent, ended time.Duration // since the start of the run

	class     class
	forged    bool
	callback  bool
	elsewhere bool  // it was redirected to a host that may not be asked
	step      *step // of a conversation; nil for single requests
	code      webhook.Code
	status    int    // 0 if unanswered
	cause     string // if unanswered
	received  int    // message segments received
	length    int    // bytes of the answer's body
	replies   webhook.Replies
}

// classify puts what has been read into its class. redirected says that the
// answer is one to a request whose fields a redirect has lost. A wrong signature
// is let through only by an answer that Twilio would act upon: not by a redirect
// to a page for those who are not let in.
func (o *outcome) classify(redirected bool) {
	switch {
	case o.cause != "":
		o.class = unanswered
	case o.forged && isRefusal(o.status):
		o.class = refused
	case o.forged && o.code == webhook.Accepted && (redirected || o.elsewhere):
		o.class, o.code = errored, webhook.RedirectAway
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

// billed reports whether Twilio has received what the request tells of: not if it
// was not sent, nor if Twilio would not have signed it so.
func (o *outcome) billed() bool { return !o.forged && o.code != webhook.OwnLimit }

// timed reports whether the latency counts the request: it does if there was an
// answer, or if the time for one was up.
func (o *outcome) timed() bool {
	return o.class != unanswered || o.code == webhook.AnswerTimeout || o.code == webhook.ConnectTimeout
}
