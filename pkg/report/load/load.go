// Package load shows a run of load: as text and as a page with charts for a
// person, and as JSON for a machine, three views of one record.
package load

import (
	"fmt"
	"time"
)

// Record is the record of a run of load. The names of its JSON fields are stable.
// Times are in milliseconds where the name says so, else in seconds.
type Record struct {
	Command string    `json:"command"` // "load"
	DryRun  bool      `json:"dry_run"`
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"` // from the first request to the last answer

	Plan     Plan     `json:"plan"`
	Requests Requests `json:"requests"`
	Rate     float64  `json:"requests_per_second"`

	// Of requests that were answered or timed out; latency counts from when a
	// request was due, service time from when it was sent.
	Latency Times        `json:"latency_ms"`
	Service Times        `json:"service_ms"`
	Curve   []Percentile `json:"latency_curve"`

	Verdicts []Verdict `json:"verdicts"`
	Statuses []Status  `json:"statuses"`
	Causes   []Cause   `json:"unanswered_because"`

	BytesSent     int64 `json:"bytes_sent"`
	BytesReceived int64 `json:"bytes_received"`

	Messages int     `json:"received_messages"` // requests that stand for one, without forged ones
	Received int     `json:"received_segments"`
	Replies  Replies `json:"replies"`
	Cost     Cost    `json:"cost"`

	Pass        *Pass      `json:"pass,omitempty"`
	Timeline    []Interval `json:"timeline"`
	Interrupted bool       `json:"interrupted"`
	ExitStatus  int        `json:"exit_status"`
}

// Plan is what load was asked for.
type Plan struct {
	Endpoint       string  `json:"endpoint"` // without user, password and query
	Path           string  `json:"path"`
	Kind           string  `json:"kind"`
	Users          int     `json:"users"`
	Concurrency    int     `json:"concurrency"`
	Requests       int     `json:"requests"`
	Rows           int     `json:"rows"`
	Rate           int     `json:"rate"` // requests a second; 0 for a closed loop
	TimeoutSeconds float64 `json:"timeout_seconds"`
	BadSignature   float64 `json:"bad_signature_percent"`
}

// Requests says what became of the requests. Sent is the sum of Accepted,
// Errors, Unanswered, Refused and LetThrough; Completed is Accepted and
// Refused, NotCompleted the rest, which tw_load calls failed.
type Requests struct {
	Sent         int `json:"sent"`
	Completed    int `json:"completed"`
	NotCompleted int `json:"not_completed"`

	Accepted   int `json:"accepted"`   // Twilio would be content
	Errors     int `json:"errors"`     // answered, and Twilio would log an error
	Unanswered int `json:"unanswered"` // no answer, or none in time
	Untimed    int `json:"untimed"`    // of the unanswered: reset, refused or the like, and so not in the latency

	BadSignatures int `json:"bad_signatures"`             // signed wrongly on purpose
	Refused       int `json:"bad_signatures_refused"`     // of these, with 400, 401 or 403
	LetThrough    int `json:"bad_signatures_let_through"` // of these, answered as if signed well

	OwnLimit int `json:"own_limit"` // of the unanswered: this computer could not send them

	Unsent   int     `json:"unsent"`       // due when the run was interrupted, but not sent
	Late     int     `json:"late"`         // sent 100 ms or more after they were due, or unsent
	MostLate float64 `json:"most_late_ms"` // the longest of these waits
}

// Times describe a distribution, in milliseconds.
type Times struct {
	Count int     `json:"count"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99_9"`
	Max   float64 `json:"max"`
}

// Percentile says that so many percent take no longer.
type Percentile struct {
	Percent float64 `json:"percent"`
	Time    float64 `json:"ms"`
}

// Verdict counts what Twilio would make of the answers; 0 is accepted, and
// codes below 0 are not Twilio's: there is no verdict.
type Verdict struct {
	Code     int    `json:"code"`
	Name     string `json:"name"`
	Requests int    `json:"requests"`
}

// String is the verdict as people know it, with Twilio's code if it has one.
func (v Verdict) String() string {
	if v.Code > 0 {
		return fmt.Sprintf("%d %s", v.Code, v.Name)
	}
	return v.Name
}

// Status counts answers of one HTTP status.
type Status struct {
	Status   int `json:"status"`
	Requests int `json:"requests"`
}

// Cause counts requests that went unanswered for one cause.
type Cause struct {
	Cause    string `json:"cause"`
	Requests int    `json:"requests"`
}

// Replies counts the messages that accepted answers make Twilio send.
type Replies struct {
	Count    int `json:"count"`
	Segments int `json:"segments"`   // of those without media
	Media    int `json:"with_media"` // have no segments
}

// Cost is what the messages would cost: received segments, segments of
// replies and replies with media, each at its price.
type Cost struct {
	Priced  bool    `json:"priced"` // a price was given
	Receive float64 `json:"receive_price"`
	Send    float64 `json:"send_price"`
	MMS     float64 `json:"mms_price"`
	Total   float64 `json:"total"`
}

// Pass says whether the run reached what was asked of it.
type Pass struct {
	Passed           bool     `json:"passed"`
	MaxFailedPercent *float64 `json:"max_failed_percent,omitempty"`
	MaxP99           *float64 `json:"max_p99_ms,omitempty"`
}

// Interval is a part of the run: the requests due in it, and the answers
// that came in it.
type Interval struct {
	Start      float64 `json:"start_seconds"`
	Width      float64 `json:"width_seconds"`
	Sent       int     `json:"sent"`
	Answered   int     `json:"answered"`
	Accepted   int     `json:"accepted"`
	Errors     int     `json:"errors"`
	Unanswered int     `json:"unanswered"`
	Refused    int     `json:"refused"`
	LetThrough int     `json:"let_through"`
	P50        float64 `json:"latency_p50_ms"`
	P99        float64 `json:"latency_p99_ms"`
	Max        float64 `json:"latency_max_ms"`
}

// FailedPercent returns the share of the requests sent that are not completed;
// 0 if none was sent.
func (l *Record) FailedPercent() float64 {
	if l.Requests.Sent == 0 {
		return 0
	}
	return 100 * float64(l.Requests.NotCompleted) / float64(l.Requests.Sent)
}

// HasP99 reports whether the 99th percentile of the latency says anything of
// the run: not if more than one request in a hundred has no latency.
func (l *Record) HasP99() bool {
	return l.Latency.Count > 0 && 100*l.Requests.Untimed <= l.Requests.Sent
}
