package attack

import (
	"fmt"
	"time"

	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/webhook"
)

// A Result is the record of a run, or of several that were put together. The names of its JSON fields are stable.
// Times are in milliseconds where the name says so, else in seconds.
type Result struct {
	Command       string `json:"command"` // filled in by the command, as Runs, DryRun and ExitStatus are
	RecordVersion int    `json:"record_version"`

	Runs    []string  `json:"runs,omitempty"` // the IDs of the runs that it tells of: one, or all that were put together
	DryRun  bool      `json:"dry_run"`
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"` // from the first request to the last answer

	Plan     PlanSummary `json:"plan"`
	Requests Requests    `json:"requests"`
	// Rate is the requests sent per second: in a closed loop over Seconds, in an
	// open loop over the time of their bursts and what the last was behind. It
	// is the rate asked for if all were sent when they were due. Those of
	// conversations are sent per second over Seconds.
	Rate float64 `json:"requests_per_second"`

	// Of requests that were answered or timed out: Latency from when a request
	// was due, Service from when it was sent. Both include connecting, where a
	// connection was not opened before the burst.
	Latency Times        `json:"latency_ms"`
	Service Times        `json:"service_ms"`
	Curve   []Percentile `json:"latency_curve"`

	Verdicts []Verdict `json:"verdicts"`           // of the accepted, errored and unanswered
	Statuses []Status  `json:"statuses"`           // of all but the unanswered
	Causes   []Cause   `json:"unanswered_because"` // of the unanswered

	BytesSent     int64 `json:"bytes_sent"` // HTTP, without TLS
	BytesReceived int64 `json:"bytes_received"`

	// What Twilio would bill: all messages but forged ones as received, however
	// they were answered, and the replies of accepted answers.
	Messages int             `json:"received_messages"`
	Received int             `json:"received_segments"`
	Replies  webhook.Replies `json:"replies"`
	Cost     Cost            `json:"cost"`

	Conversations *Conversations `json:"conversations,omitempty"` // nil if the kind is one request
	Steps         []Step         `json:"steps,omitempty"`         // of conversations, those of the most requests first

	Agents []Agent `json:"agents,omitempty"` // with whom sessions were begun, those of the most sessions first

	Failures *failures.Counts `json:"failures,omitempty"` // filled in by the command; nil if no file of them was asked for

	Comparison *Comparison `json:"comparison,omitempty"` // nil if there is nothing to compare with

	Pass        *Pass      `json:"pass,omitempty"` // nil if nothing was asked
	Timeline    []Interval `json:"timeline"`
	Histograms  Histograms `json:"histograms"`
	Interrupted bool       `json:"interrupted"`
	ExitStatus  int        `json:"exit_status"`
}

// RecordVersion is that of the records which this package writes, and [Read]
// reads.
const RecordVersion = 1

// Histograms are the distributions whose figures a Result tells. Each is nil if
// nothing is in it.
type Histograms struct {
	Latency *Distribution `json:"latency,omitempty"`
	Service *Distribution `json:"service,omitempty"`
	Lasted  *Distribution `json:"lasted,omitempty"` // of conversations
}

// Requests says what became of the requests. Sent is the sum of Accepted,
// Errored, Unanswered, Refused and LetThrough; Completed is Accepted and
// Refused, Incomplete the rest, which tw_load calls failed.
type Requests struct {
	Sent       int `json:"sent"`
	Completed  int `json:"completed"`
	Incomplete int `json:"not_completed"`

	Accepted   int `json:"accepted"`   // Twilio would be content
	Errored    int `json:"errors"`     // answered, and Twilio would log an error
	Unanswered int `json:"unanswered"` // no answer, or none in time
	Untimed    int `json:"untimed"`    // of the unanswered: reset, refused or the like, and so not in the latency

	BadSignatures int `json:"bad_signatures"`             // signed wrongly on purpose
	Refused       int `json:"bad_signatures_refused"`     // of these, with 400, 401 or 403
	LetThrough    int `json:"bad_signatures_let_through"` // of these, answered as if signed well

	OwnLimit int `json:"own_limit"` // of the unanswered: this computer could not send them

	Unsent   int     `json:"unsent"`       // open loop: due when the run was interrupted, but not sent
	Late     int     `json:"late"`         // sent Late or more after they were due, or Unsent
	MostLate float64 `json:"most_late_ms"` // the longest of these waits
}

// of returns the count of a class.
func (r *Requests) of(c class) *int {
	return [...]*int{&r.Accepted, &r.Errored, &r.Unanswered, &r.Refused, &r.LetThrough}[c]
}

// A Verdict counts what Twilio would make of answers.
type Verdict struct {
	Code     webhook.Code `json:"code"`
	Name     string       `json:"name"`
	Requests int          `json:"requests"`
}

// String is the verdict as people know it, with Twilio's code if it has one.
func (v Verdict) String() string {
	if v.Code > webhook.Accepted {
		return fmt.Sprintf("%d %s", v.Code, v.Name)
	}
	return v.Name
}

// A Status counts answers of one HTTP status.
type Status struct {
	Status   int `json:"status"`
	Requests int `json:"requests"`
}

// A Cause counts requests that went unanswered for one cause.
type Cause struct {
	Cause    string `json:"cause"`
	Requests int    `json:"requests"`
}

// Cost is what the messages would cost: received segments, segments of replies
// and replies with media, each at its price.
type Cost struct {
	Priced bool `json:"priced"` // a price was given
	webhook.Prices
	Total float64 `json:"total"`
}

// IsMixed reports whether the cost is the sum of runs with different prices, or
// of which some had none.
func (c Cost) IsMixed() bool { return !c.Priced && c.Total > 0 }

// costOf returns what a run would cost at these prices.
func costOf(prices webhook.Prices, r *Result) Cost {
	total := prices.Cost(r.Received, r.Replies)
	if r.Conversations != nil {
		total += prices.Minute * float64(r.Conversations.Minutes)
	}
	return Cost{true, prices, total}
}

// IncompletePercent returns the share of the requests sent that are incomplete;
// 0 if none was sent.
func (r *Result) IncompletePercent() float64 {
	if r.Requests.Sent == 0 {
		return 0
	}
	return 100 * float64(r.Requests.Incomplete) / float64(r.Requests.Sent)
}

// HasP99 reports whether the 99th percentile of the latency says anything of
// the run: not if more than one request in a hundred has no latency.
func (r *Result) HasP99() bool {
	return r.Latency.Count > 0 && 100*r.Requests.Untimed <= r.Requests.Sent
}

// RefusesAll reports whether every answer refuses the signature, those to well
// signed requests too.
func (r *Result) RefusesAll() bool {
	refusals := 0
	for _, s := range r.Statuses {
		if isRefusal(s.Status) {
			refusals += s.Requests
		}
	}
	return refusals > 0 && refusals == r.Requests.Sent-r.Requests.Unanswered &&
		r.Requests.Accepted == 0 && r.Requests.BadSignatures < r.Requests.Sent
}

// figure works out the figures that come from counts and distributions.
func (r *Result) figure() {
	n := &r.Requests
	n.Completed = n.Accepted + n.Refused
	n.Incomplete = n.Sent - n.Completed
	r.Latency, r.Service, r.Curve = r.Histograms.Latency.Times(), r.Histograms.Service.Times(), r.Histograms.Latency.Curve()
	for i := range r.Steps {
		r.Steps[i].figure()
	}
	longestWord := time.Duration(0)
	for i := range r.Agents {
		r.Agents[i].figure()
		longestWord = max(longestWord, r.Agents[i].Histograms.FirstWord.longestTime())
	}
	for i := range r.Timeline {
		r.Timeline[i].figure(r.Histograms.Latency.longestTime(), longestWord)
	}
	if c := r.Conversations; c != nil {
		c.Lasted = r.Histograms.Lasted.Times()
	}
}
