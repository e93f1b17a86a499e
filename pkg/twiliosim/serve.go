package twiliosim

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ServeHTTP serves the Calls API, and prices of the Pricing API. It blocks for as long as the answer is to take. Faults that end a request without an
// answer panic with http.ErrAbortHandler, as net/http asks of handlers.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	q := route(r)
	inFlight := a.enter(q.op)
	defer a.leave()
	if err := q.read(w, r); err != nil || a.unreachable() {
		panic(http.ErrAbortHandler)
	}
	entry, f, id := a.admit(q, arrived)
	h := w.Header()
	h.Set("Twilio-Request-Id", id)
	h.Set("Twilio-Concurrent-Requests", strconv.Itoa(inFlight))

	var ans reply
	switch {
	case a.cfg.MaxConcurrent > 0 && inFlight > a.cfg.MaxConcurrent:
		f, ans = nil, refuse(20429)
	case f == nil:
		ans = a.perform(q, entry)
		a.pause(a.responseTime())
	case f.after():
		ans = a.perform(q, entry)
		a.pause(a.responseTime() + f.Delay)
	default:
		a.pause(f.Delay)
		if f.Do == Answer && !f.refuses() {
			ans = a.perform(q, entry)
		}
		a.pause(a.responseTime())
	}
	h.Set("Date", time.Now().Add(a.cfg.ClockAhead).UTC().Format(http.TimeFormat))
	h.Set("Twilio-Request-Duration", fmt.Sprintf("%.3f", time.Since(arrived).Seconds()))
	a.finish(w, r, ans, f, entry)
}

// admit notes that a request arrived: it returns its line in the log if it is a create, the fault that strikes it, if
// any, and its id.
func (a *Account) admit(q *request, arrived time.Time) (*Create, *Fault, string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	to := q.form.Get("To")
	names := []string{to, stored(to)}
	if c := a.bySID[q.sid]; c != nil {
		names = append(names, c.pair.to)
	}
	var entry *Create
	if q.op == OpCreate {
		entry = &Create{At: arrived, From: a.name(q.form.Get("From")), To: a.name(to)}
		a.log.creates = append(a.log.creates, entry)
	}
	return entry, struck(a.traps, q.op, arrived.Sub(a.start), names...), newSID("RQ", a.ids)
}

// perform does what a request asks for and returns the answer.
func (a *Account) perform(q *request, entry *Create) reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	if code := a.bar(q); code != 0 {
		return refuse(code)
	}
	now := a.now()
	switch q.op {
	case OpCreate:
		ans := a.create(q, now)
		entry.SID = ans.made
		return ans
	case OpList:
		return a.list(q, now)
	case OpPrice:
		return a.priced(q)
	}
	c := a.bySID[q.sid]
	if c == nil || c.deleted {
		return refuse(20404)
	}
	switch q.op {
	case OpHangUp:
		return a.update(q, c, now)
	case OpDelete:
		return a.remove(c, now)
	default:
		return showCall(200, q.account, a.shown(c, now))
	}
}

// bar returns the code with which a request is turned away at the door, 0 if it may come in.
func (a *Account) bar(q *request) int {
	switch {
	case a.password != "" && (!same(q.user, a.cfg.Username) || !same(q.pass, a.password)):
		return 20003
	case a.suspended:
		return 20005
	case q.miss != 0:
		return q.miss
	case a.cfg.SID != "" && q.op != OpPrice && q.account != a.cfg.SID:
		return 20404
	case q.malformed:
		return 20422
	}
	return 0
}

// same compares without telling by its time where two strings differ. An empty wanted string accepts anything.
func same(got, want string) bool {
	return want == "" || subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// responseTime draws how long a request takes.
func (a *Account) responseTime() time.Duration {
	if a.cfg.ResponseSpread == 0 {
		return a.cfg.ResponseTime
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	off := time.Duration((2*a.spread.Float64() - 1) * float64(a.cfg.ResponseSpread))
	return max(0, a.cfg.ResponseTime+off)
}

// pause waits. It goes on when the client is gone, since what the request is to do is done all the same.
func (a *Account) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-a.done:
		panic(http.ErrAbortHandler)
	}
}

// finish answers a request, or does not, as the fault that struck it wants.
func (a *Account) finish(w http.ResponseWriter, r *http.Request, ans reply, f *Fault, entry *Create) {
	if a.unreachable() {
		panic(http.ErrAbortHandler)
	}
	if f == nil {
		f = &Fault{}
	}
	switch {
	case f.Do == Drop:
		panic(http.ErrAbortHandler)
	case f.Do == Hang:
		select {
		case <-r.Context().Done():
		case <-a.done:
		}
		panic(http.ErrAbortHandler)
	case f.Do == HTML, f.refuses():
		ans = f.reply()
	case f.Do == Empty && ans.body != nil:
		ans.body = []byte("{}")
	}
	a.note(entry, ans)
	h := w.Header()
	for name, values := range ans.header {
		h[name] = values
	}
	if ans.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Twilio API"`)
	}
	if ans.body != nil {
		h.Set("Content-Type", ans.kind)
		h.Set("Content-Length", strconv.Itoa(len(ans.body)))
	}
	w.WriteHeader(ans.status)
	if f.Do == Cut {
		w.Write(ans.body[:len(ans.body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(ans.body)
}

// note completes the line of the log that belongs to an answer.
func (a *Account) note(entry *Create, ans reply) {
	if entry == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	entry.Status, entry.Code = ans.status, ans.code
}
