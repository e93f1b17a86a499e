package twiliosim

import (
	"math"
	"time"
)

// The statuses of a call. Twilio: OpenAPI document, call_enum_status.
const (
	statusQueued     = "queued"
	statusRinging    = "ringing"
	statusInProgress = "in-progress"
	statusCompleted  = "completed"
	statusBusy       = "busy"
	statusNoAnswer   = "no-answer"
	statusFailed     = "failed"
	statusCanceled   = "canceled"
)

// The directions of a call. Twilio: Call resource.
const (
	outbound = "outbound-api"
	inbound  = "inbound"
)

// Call is what is true about a call at one moment. Unlike the API it knows the end of every call and fractions of
// seconds.
type Call struct {
	SID       string
	From, To  string // as the API shows them: a SIP address without "sip:"
	Direction string // "outbound-api", or "inbound" for the second record of a call to one of the account's own numbers
	Status    string // as the API shows it: "queued", "ringing", "in-progress", "completed", "busy", ...

	Created  time.Time
	Dialed   time.Time     // zero: not (yet)
	Answered time.Time     // zero: not (yet)
	Ended    time.Time     // when it reached a terminal status; zero: live
	Estimate time.Duration // the wait in the queue that the account expected at creation (queue_time)
	Duration time.Duration // from answer to end, in started seconds; 0 unless completed
	Price    float64       // in USD; 0: none yet
}

// Live reports whether c has not reached a terminal status.
func (c Call) Live() bool { return c.Ended.IsZero() }

// never is the time of what has not been arranged to happen.
const never = time.Duration(math.MaxInt64)

// call is the record of a call. Times count from the account's start. Everything after the dialing is arranged when the
// call is dialed; a hang-up rearranges its end. So the state at any moment follows from the times alone.
type call struct {
	sid      string
	index    int    // place in the account's list of calls
	shuffled uint64 // place in lists of no order
	pair     *pair
	leg      *call // of an inbound record: the call it belongs to, which has the times

	created  time.Duration
	dialed   time.Duration // never while queued
	answered time.Duration
	ended    time.Duration
	final    string // the status it has from ended on

	estimate time.Duration
	ring     time.Duration // its Timeout
	limit    time.Duration // its TimeLimit
	fate     string        // what picking up is to come to: completed, busy, no-answer or failed
	deleted  bool
}

// pair is what all calls from one address to another share.
type pair struct {
	from, to string
	calls    []*call // in order of creation
}

// times returns the record that has the times of c: itself, or for an inbound record the call it belongs to.
func (c *call) times() *call {
	if c.leg != nil {
		return c.leg
	}
	return c
}

// status is c's status at a moment up to which the queue has been drained.
func (c *call) status(at time.Duration) string {
	switch t := c.times(); {
	case at >= t.ended:
		return t.final
	case at >= t.answered:
		return statusInProgress
	case at >= t.dialed:
		return statusRinging
	default:
		return statusQueued
	}
}

// live reports whether c is not over at a moment.
func (c *call) live(at time.Duration) bool { return at < c.times().ended }

// dial arranges what becomes of c once it is dialed at a moment: it rings, and then its fate is met.
func (c *call) dial(at time.Duration, cfg *Config) {
	c.dialed = at
	if c.fate == statusCompleted && cfg.RingTime >= c.ring && cfg.RingTime > 0 {
		c.fate = statusNoAnswer
	}
	c.final = c.fate
	switch c.fate {
	case statusCompleted:
		c.answered = at + cfg.RingTime
		c.ended = c.answered + c.talk(cfg)
	case statusNoAnswer:
		c.ended = at + c.ring
	default:
		c.ended = at
	}
}

// talk is how long c runs, once answered, if nobody ends it.
func (c *call) talk(cfg *Config) time.Duration {
	if cfg.TalkTime > 0 {
		return min(cfg.TalkTime, c.limit)
	}
	return c.limit
}

// hangUp ends c, which is live. A call that was not answered yet is canceled; one still queued is never dialed.
func (c *call) hangUp(at time.Duration) {
	c.ended, c.final = at, statusCompleted
	if at < c.answered {
		c.answered, c.final = never, statusCanceled
	}
}

// duration is the length of a completed call in started seconds. Twilio's pages do not say how it rounds.
func (c *call) duration() time.Duration {
	return (c.ended - c.answered + time.Second - 1).Truncate(time.Second)
}
