package attack

import (
	"time"

	"call-load-tester/pkg/webhook"
)

// A Result is what an attack has found. Of the requests sent, each is in one of
// the classes Accepted, Failed, Unanswered, Refused and LetThrough.
type Result struct {
	Asked int // requests that were to be sent
	Sent  int // requests sent; fewer only after an interrupt

	Accepted   int // answered, and Twilio would be content
	Failed     int // answered, and Twilio would log an error
	Unanswered int // no answer, or none in time; or not sent for want of a connection of our own
	Refused    int // signature wrong on purpose, answered with 400, 401 or 403
	LetThrough int // signature wrong on purpose, and Twilio would be content with the answer

	Forged   int           // requests sent with a signature wrong on purpose
	Unsent   int           // open loop: due when the run was interrupted, but not sent
	Late     int           // sent Late or more after they were due, or Unsent
	MostLate time.Duration // the latest of these; an unsent one had waited so long

	Elapsed time.Duration // from the start to the last answer
	// Rate is the requests sent per second: in a closed loop over Elapsed, in an
	// open loop over the time of their bursts and what the last was behind. It
	// is the rate asked for if all were sent when they were due.
	Rate float64

	BytesSent, BytesReceived int64 // HTTP, without TLS

	// Of requests that were answered or timed out: Latency from when a request
	// was due, Service from when it was sent. Both include connecting, where a
	// connection was not opened before the burst.
	Latency, Service Latency

	Verdicts map[webhook.Code]int // of the accepted, failed and unanswered
	Statuses map[int]int          // HTTP statuses of all but the unanswered
	Causes   map[string]int       // of the unanswered

	Messages int             // messages sent, without forged ones
	Received int             // their segments
	Replies  webhook.Replies // of accepted answers

	Timeline []Interval // at most 300
}

// Latency describes a distribution of times. The zero value is that of none.
// Percentiles are right to three digits, Mean and Max exactly.
type Latency struct {
	Count                               int
	Mean, P50, P90, P95, P99, P999, Max time.Duration
	Curve                               []Percentile // from 0 to 100
}

// A Percentile says that Percent of the times are not longer than Time.
type Percentile struct {
	Percent float64
	Time    time.Duration
}

// An Interval is what happened in a part of the run. The classes and times are
// those of the requests due in it.
type Interval struct {
	Start, Width                                      time.Duration
	Answered                                          int // answers that came in it
	Accepted, Failed, Unanswered, Refused, LetThrough int
	P50, P99, Max                                     time.Duration // latency, to two digits
}

// Sent returns how many requests were due in the interval.
func (i Interval) Sent() int {
	return i.Accepted + i.Failed + i.Unanswered + i.Refused + i.LetThrough
}

// Completed returns how many requests went as they should: accepted, or refused
// for their wrong signature.
func (r *Result) Completed() int { return r.Accepted + r.Refused }

// Answered returns how many requests were answered at all.
func (r *Result) Answered() int { return r.Sent - r.Unanswered }

// Traffic returns what Twilio would bill: all messages but forged ones as
// received, however they were answered, and the replies of accepted answers.
func (r *Result) Traffic() webhook.Traffic {
	return webhook.Traffic{Received: r.Received, Sent: r.Replies.Segments, Media: r.Replies.Media}
}

// result sums up after the last sender is closed.
func (a *Attack) result(elapsed time.Duration) *Result {
	r := a.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := &r.total
	result := &Result{
		Asked:         a.cfg.Requests,
		Accepted:      sum.classes[accepted],
		Failed:        sum.classes[failed],
		Unanswered:    sum.classes[unanswered],
		Refused:       sum.classes[refused],
		LetThrough:    sum.classes[letThrough],
		Forged:        sum.forged,
		Unsent:        a.unsent,
		Late:          sum.late + a.unsent,
		MostLate:      max(sum.latest, a.waited),
		Elapsed:       elapsed,
		BytesSent:     sum.bytesSent,
		BytesReceived: sum.bytesReceived,
		Latency:       r.latency.latency(),
		Service:       r.service.latency(),
		Verdicts:      sum.codes,
		Statuses:      sum.statuses,
		Causes:        sum.causes,
		Messages:      sum.messages,
		Received:      sum.received,
		Replies:       sum.replies,
		Timeline:      intervals(r.timeline),
	}
	for _, n := range sum.classes {
		result.Sent += n
	}
	span := elapsed
	if a.cfg.Rate > 0 {
		span = time.Duration(float64(result.Sent)/float64(a.cfg.Rate)*float64(time.Second)) + a.behind
	}
	if result.Sent > 0 && span > 0 {
		result.Rate = float64(result.Sent) / span.Seconds()
	}
	return result
}
