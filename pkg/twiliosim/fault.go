package twiliosim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Op is a kind of request.
type Op uint8

// The kinds of requests. OpHangUp is every update of a call; clients of a load tester update calls only to end them.
const (
	OpAny Op = iota
	OpCreate
	OpHangUp
	OpFetch
	OpList
	OpDelete
	OpPrice // of the Pricing API
	numOps
)

// Action is what a [Fault] does to a request it strikes.
type Action uint8

// The actions of a fault.
const (
	// Answer sends the error given by Status, Code and Message; with Status 0 the usual answer, which is of use with a
	// Delay.
	Answer Action = iota
	// Drop closes the connection without an answer.
	Drop
	// Hang keeps the connection open without an answer until the client gives up.
	Hang
	// HTML answers 503 (or Status) with a web page, as a proxy in front of the API would.
	HTML
	// Cut takes effect, promises the usual answer, and closes the connection half-way through its body.
	Cut
	// Empty takes effect and answers with the usual status and the body {}.
	Empty
	// Outage makes the account unreachable for the time window: open connections are closed when it begins, dialing is
	// refused until it ends. On a listener of somebody else's the connection is accepted and then closed without an
	// answer. Only From and For count.
	Outage
	numActions
)

// Fault is something that goes wrong: which requests it strikes, and what happens to them. A request must meet all that
// is said about it; a fault that says nothing strikes every request. It strikes before credentials are looked at, and
// counts requests that the account refuses, but it spares those above MaxConcurrent.
type Fault struct {
	Op        Op            // kind of request; OpAny: all
	To        string        // destination as the request names it (a create's To, a list's filter) or as the call has it
	Share     float64       // share of the requests struck, 0 to 1; 0: all
	Nth       []int         // which of the requests, counted from 1; empty: all
	From, For time.Duration // time window since New; For 0: without end

	Do    Action
	After bool          // the request takes effect first; Cut and Empty always do
	Delay time.Duration // extra time, passing before the effect, or with After following it

	Status     int           // of Answer and HTML
	Code       int           // Twilio's code; 0: the usual one of Status, e.g. 20429 for 429
	Message    string        // empty: the usual one of Code
	RetryAfter time.Duration // sent in whole seconds as Retry-After; 0: header left out
}

// check reports what makes no sense about f.
func (f *Fault) check() error {
	switch {
	case f.Op >= numOps:
		return fmt.Errorf("unknown Op %d", f.Op)
	case f.Do >= numActions:
		return fmt.Errorf("unknown Action %d", f.Do)
	case f.Share < 0 || f.Share > 1:
		return fmt.Errorf("share %v is not within 0 to 1", f.Share)
	case f.From < 0 || f.For < 0 || f.Delay < 0 || f.RetryAfter < 0:
		return fmt.Errorf("negative time in From %v, For %v, Delay %v, RetryAfter %v", f.From, f.For, f.Delay, f.RetryAfter)
	case f.Status != 0 && (f.Status < 300 || f.Status > 599):
		return fmt.Errorf("status %d is not an error's", f.Status)
	}
	return nil
}

// open reports whether at, a time since New, is inside f's window.
func (f *Fault) open(at time.Duration) bool {
	return at >= f.From && (f.For == 0 || at < f.From+f.For)
}

// trap is a fault set: it counts the requests that meet its conditions.
type trap struct {
	Fault
	seen int
	dice *rand.Rand
}

// strikes counts a request and reports whether the trap closes on it. to lists the names its destination goes by.
func (t *trap) strikes(op Op, at time.Duration, to ...string) bool {
	if t.Do == Outage || t.Op != OpAny && t.Op != op || !t.open(at) || t.To != "" && !slices.Contains(to, t.To) {
		return false
	}
	t.seen++
	if len(t.Nth) > 0 && !slices.Contains(t.Nth, t.seen) {
		return false
	}
	return t.Share == 0 || t.dice.Float64() < t.Share
}

// struck returns the first fault that strikes a request, nil if none does. Every fault counts every request.
func struck(traps []*trap, op Op, at time.Duration, to ...string) *Fault {
	var first *Fault
	for _, t := range traps {
		if t.strikes(op, at, to...) && first == nil {
			first = &t.Fault
		}
	}
	return first
}

// after reports whether a request that f strikes takes effect first.
func (f *Fault) after() bool { return f.After || f.Do == Cut || f.Do == Empty }

// refuses reports whether f answers with an error of its own.
func (f *Fault) refuses() bool { return f.Do == Answer && (f.Status != 0 || f.Code != 0) }

// reply is the answer of a fault that has one of its own.
func (f *Fault) reply() reply {
	var ans reply
	if f.Do == HTML {
		status := cmp.Or(f.Status, http.StatusServiceUnavailable)
		page := fmt.Sprintf("<html><head><title>%d %s</title></head><body>Try again later.</body></html>\n",
			status, http.StatusText(status))
		ans = reply{status: status, kind: "text/html", body: []byte(page)}
	} else {
		code := cmp.Or(f.Code, usualCode[f.Status])
		known := problems[code]
		status := cmp.Or(f.Status, known.status, http.StatusBadRequest)
		ans = errorReply(status, code, cmp.Or(f.Message, known.message, http.StatusText(status)))
	}
	if f.RetryAfter > 0 {
		seconds := (f.RetryAfter + time.Second - 1) / time.Second
		ans.header = http.Header{"Retry-After": {strconv.Itoa(int(seconds))}}
	}
	return ans
}
