package twiliosim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sizes of a page. Twilio: OpenAPI document (PageSize), error dictionary 20007.
const (
	defaultPage = 50
	maxPage     = 1000
	maxNumber   = 1 << 31 // of the client's own count of pages; ours
)

// filter is what a list asks for. Empty fields ask for nothing.
type filter struct {
	from, to, status, parent string
	started, ended           window
	size, page               int
	after                    string // SID of the last call of the page before
}

// window is a time span, half open. A call without the time in question is in no window but the one without bounds.
type window struct{ since, before time.Time }

// list answers with a page of calls. A page goes on below the last call of the page before, so calls that come in
// above shift nothing.
func (a *Account) list(q *request, now time.Duration) reply {
	f, code := parseFilter(q.form)
	if code != 0 {
		return refuse(code)
	}
	last := a.bySID[f.after]
	if f.after != "" && last == nil {
		return refuse(20422)
	}
	calls := a.calls
	if f.from != "" && f.to != "" {
		calls = nil
		if p := a.pairs[[2]string{f.from, f.to}]; p != nil {
			calls = p.calls
		}
	}
	p := newPage(q, &f)
	for c := range a.cfg.ListOrder.below(last, calls) {
		if !a.matches(c, &f, now) {
			continue
		}
		if p.more = p.count == f.size; p.more {
			break
		}
		p.add(a.shown(c, now))
	}
	return reply{status: 200, kind: jsonType, body: p.body()}
}

// matches reports whether c is in a list.
func (a *Account) matches(c *call, f *filter, now time.Duration) bool {
	switch {
	case c.deleted, now-c.created < a.cfg.ListDelay,
		f.parent != "", // no call here was made by another
		f.from != "" && f.from != c.pair.from,
		f.to != "" && f.to != c.pair.to,
		f.status != "" && f.status != c.status(now):
		return false
	}
	if f.started.open() && f.ended.open() {
		return true
	}
	t := c.times()
	ended := time.Time{}
	if t.final == statusCompleted {
		ended = a.when(t.ended, now)
	}
	return f.started.holds(later(a.when(t.dialed, now), a.cfg.ClockAhead)) && f.ended.holds(later(ended, a.cfg.ClockAhead))
}

// parseFilter reads the parameters of a list. The code is that of the refusal, 0 if there is none.
func parseFilter(form url.Values) (f filter, code int) {
	f = filter{from: form.Get("From"), to: form.Get("To"), status: form.Get("Status"), parent: form.Get("ParentCallSid")}
	var sizeOK, pageOK, startOK, endOK, tokenOK bool
	f.size, sizeOK = number(form, "PageSize", defaultPage)
	f.page, pageOK = number(form, "Page", 0)
	f.started, startOK = parseWindow(form, "StartTime")
	f.ended, endOK = parseWindow(form, "EndTime")
	f.after, tokenOK = parseToken(form.Get("PageToken"))
	switch {
	case sizeOK && f.size > maxPage:
		return f, 20007
	case !sizeOK, !pageOK, !startOK, !endOK, !tokenOK, f.size < 1, f.page < 0, f.page > maxNumber,
		f.status != "" && !isStatus(f.status):
		return f, 20422
	}
	return f, 0
}

// parseWindow reads the three forms of a time filter: on a day or at a second, before (<), and at or after (>).
// Twilio: Call resource, "StartTime".
func parseWindow(form url.Values, name string) (w window, ok bool) {
	for _, form := range []struct {
		value string
		use   func(t time.Time, span time.Duration)
	}{
		{form.Get(name), func(t time.Time, span time.Duration) { w.narrow(t, t.Add(span)) }},
		{form.Get(name + "<"), func(t time.Time, _ time.Duration) { w.narrow(time.Time{}, t) }},
		{form.Get(name + ">"), func(t time.Time, _ time.Duration) { w.narrow(t, time.Time{}) }},
	} {
		if form.value == "" {
			continue
		}
		t, span, err := parseTime(form.value)
		if err != nil {
			return w, false
		}
		form.use(t, span)
	}
	return w, true
}

// parseTime reads a day (YYYY-MM-DD, UTC) or a moment (RFC 3339) and returns its beginning and length.
func parseTime(s string) (time.Time, time.Duration, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, 24 * time.Hour, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.Truncate(time.Second), time.Second, err
}

// narrow cuts w to what is also since and before; zero times are no bounds.
func (w *window) narrow(since, before time.Time) {
	if since.After(w.since) {
		w.since = since
	}
	if !before.IsZero() && (w.before.IsZero() || before.Before(w.before)) {
		w.before = before
	}
}

// open reports whether w has no bounds.
func (w window) open() bool { return w.since.IsZero() && w.before.IsZero() }

// holds reports whether t, to the second as the API shows it, is in w.
func (w window) holds(t time.Time) bool {
	if w.open() {
		return true
	}
	t = t.Truncate(time.Second)
	return !t.IsZero() && !t.Before(w.since) && (w.before.IsZero() || t.Before(w.before))
}

// parseToken reads a PageToken: PA and the SID of the last call seen.
func parseToken(s string) (sid string, ok bool) {
	sid = strings.TrimPrefix(s, "PA")
	return sid, s == "" || isSID("CA", sid) && s != sid
}

// isStatus reports whether s is a status of a call.
func isStatus(s string) bool {
	switch s {
	case statusQueued, statusRinging, statusInProgress, statusCompleted, statusBusy, statusNoAnswer, statusFailed, statusCanceled:
		return true
	}
	return false
}

// page is the body of a list being written, calls first.
type page struct {
	object
	q     *request
	f     *filter
	count int    // calls so far
	last  string // SID of the last of them
	more  bool   // there are others that belong to the list
}

// newPage begins a page.
func newPage(q *request, f *filter) *page {
	p := &page{q: q, f: f}
	p.b = append(make([]byte, 0, 4096), `{"calls":[`...)
	return p
}

// add appends a call.
func (p *page) add(v Call) {
	if cap(p.b)-len(p.b) < 2048 {
		p.b = slices.Grow(p.b, len(p.b)+2048) // append alone grows by steps too small for a page of a thousand
	}
	if p.count > 0 {
		p.b = append(p.b, ',')
	}
	p.b = appendRecord(p.b, p.q.account, &v)
	p.count, p.last = p.count+1, v.SID
}

// body completes the page. previous_page_uri is always null: this account does not page backwards.
func (p *page) body() []byte {
	first := p.f.page * p.f.size
	p.b = append(p.b, ']')
	p.number("page", p.f.page)
	p.number("page_size", p.f.size)
	p.number("start", first)
	p.number("end", first+max(0, p.count-1))
	p.text("uri", p.q.uri)
	p.text("first_page_uri", p.uri(0, ""))
	if p.more {
		p.text("next_page_uri", p.uri(p.f.page+1, "PA"+p.last))
	} else {
		p.null("next_page_uri")
	}
	p.null("previous_page_uri")
	return append(p.b, '}')
}

// uri is the address of another page of the same list.
func (p *page) uri(number int, token string) string {
	form := url.Values{"PageSize": {strconv.Itoa(p.f.size)}, "Page": {strconv.Itoa(number)}}
	for name, values := range p.q.form {
		if name != "PageSize" && name != "Page" && name != "PageToken" {
			form[name] = values
		}
	}
	if token != "" {
		form.Set("PageToken", token)
	}
	return callsURI(p.q.account) + ".json?" + form.Encode()
}
