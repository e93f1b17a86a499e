package twiliosim

import (
	"net/url"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"
)

// Twilio's test numbers, which are refused on every account. Their codes are
// those of published tables of the test credentials.
const badCaller = "+15005550001"

var badDestinations = map[string]int{
	"+15005550001": 21217,
	"+15005550002": 21214,
	"+15005550003": 21215,
	"+15005550004": 21216,
}

// digits is what SendDigits may hold. Twilio: Call resource, "SendDigits".
var digits = regexp.MustCompile(`^[0-9A-Da-d#*wW,]{1,32}$`)

// create makes a call and answers with its record, which says queued whatever comes at once.
func (a *Account) create(q *request, now time.Duration) reply {
	if code := a.objection(q.form); code != 0 {
		return refuse(code)
	}
	from, to := stored(q.form.Get("From")), stored(q.form.Get("To"))
	switch {
	case a.cfg.MaxLive > 0 && a.liveCount(now) >= a.cfg.MaxLive:
		return refuse(10004)
	case a.cfg.MaxQueue > 0 && a.waiting >= a.cfg.MaxQueue:
		return refuse(22005)
	}
	ring, _ := number(q.form, "Timeout", defaultRing)
	limit, _ := number(q.form, "TimeLimit", 0)
	c := a.place(a.pair(from, to), time.Duration(ring)*time.Second, a.timeLimit(limit), now)
	ans := showCall(201, q.account, a.fresh(c))
	ans.made = c.sid
	return ans
}

// fresh is how c looked in the moment of its creation.
func (a *Account) fresh(c *call) Call {
	v := a.shown(c, c.created)
	v.Status = statusQueued
	v.Dialed, v.Answered, v.Ended, v.Duration, v.Price = time.Time{}, time.Time{}, time.Time{}, 0, 0
	return v
}

// objection returns the code with which a create is refused for its parameters, 0 if they are good.
func (a *Account) objection(form url.Values) int {
	for _, check := range []func(url.Values) int{a.addresses, instructions, a.timing} {
		if code := check(form); code != 0 {
			return code
		}
	}
	return 0
}

// addresses checks From and To. Twilio: Call resource, "To" and "From"; error dictionary.
func (a *Account) addresses(form url.Values) int {
	from, to := form.Get("From"), form.Get("To")
	toPhone, fromPhone := phone.MatchString(to), phone.MatchString(from)
	switch {
	case to == "":
		return 21201
	case from == "":
		return 21213
	case badDestinations[to] != 0:
		return badDestinations[to]
	case !toPhone && !isSIP(to) && !isClient(to):
		return 21211
	case from == badCaller, !fromPhone && !isClient(from) && !isSIP(from), toPhone && !fromPhone:
		return 21212
	case fromPhone && len(a.owned) > 0 && !a.owned[from]:
		return 21210
	}
	return 0
}

// instructions checks what the call is to do. ApplicationSid wins over Url, and Url over Twiml. Twilio: Call resource.
func instructions(form url.Values) int {
	app, address, twiml := form.Get("ApplicationSid"), form.Get("Url"), form.Get("Twiml")
	switch {
	case app != "" && !isSID("AP", app):
		return 21218
	case app == "" && address == "" && twiml == "":
		return 21205
	case app == "" && address != "" && !isWeb(address):
		return 21205
	case utf8.RuneCountInString(twiml) > maxTwimlLetters:
		return 32018
	case !isMethod(form.Get("Method")), !isMethod(form.Get("FallbackMethod")), !isMethod(form.Get("StatusCallbackMethod")):
		return 21209
	case form.Get("SendDigits") != "" && !digits.MatchString(form.Get("SendDigits")):
		return 21206
	}
	return 0
}

// timing checks Timeout and TimeLimit, and what a trial account must not ask for. Twilio's pages do not say what
// happens to a TimeLimit out of bounds; this account refuses it.
func (a *Account) timing(form url.Values) int {
	if a.cfg.Trial && (form.Has("TimeLimit") || form.Has("Twiml")) {
		return 10002
	}
	if ring, ok := number(form, "Timeout", defaultRing); !ok || ring < 1 || ring > maxRing {
		return 21208
	}
	if limit, ok := number(form, "TimeLimit", defaultLimit); !ok || limit < minLimit || limit > maxLimit {
		return 20422
	}
	return 0
}

// number returns the value of a parameter, usual if it is not there, and whether it is a whole number.
func number(form url.Values, name string, usual int) (int, bool) {
	if !form.Has(name) {
		return usual, true
	}
	n, err := strconv.Atoi(form.Get(name))
	return n, err == nil
}

// isMethod reports whether s is a method Twilio fetches with, or empty.
func isMethod(s string) bool { return s == "" || s == "GET" || s == "POST" }

// isWeb reports whether s is a full http or https URL.
func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
