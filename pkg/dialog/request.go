package dialog

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"call-load-tester/pkg/webhook"
)

// A Role is what a request is in its conversation.
type Role uint8

const (
	First         Role = iota // begins the conversation
	FollowUp                  // what an answer, or the person, asks for next
	Fallback                  // asked where there was no usable answer
	Callback                  // tells of something, besides the conversation
	numberOfRoles = iota
)

var roleNames = [numberOfRoles]string{First: "first", FollowUp: "follow-up", Fallback: "fallback", Callback: "callback"}

// String returns the role in lower case.
func (r Role) String() string { return roleNames[r] }

// A Request is one of a conversation, ready to be written.
type Request struct {
	webhook.Request
	Role Role
	Step string        // its method and path; see [Conversation.Request]
	Wait time.Duration // of a callback: how long after what was told last it is due
}

// A pending request is the one that follows.
type pending struct {
	*link // nil: there is none
	get   bool
	role  Role
	own   webhook.Row // its own fields, sorted, besides those that all requests have

	message bool // a new message of a chat
}

// Request writes the request that is due to r, whose memory is used again.
//
// Its step is the method and the path, without query, user and password, with
// each SID in the path as its two letters and an ellipsis: "POST /calls/CA…". A
// host other than the webhook's stands before the path.
func (c *Conversation) Request(r *Request) {
	room := r.Fields[:0]
	*r = Request{Role: c.next.role, Step: c.next.step(c.next.get)}
	if c.isChat() {
		r.Request = c.messageRequest()
	} else {
		r.Fields = c.callFields(room, c.callStatus(), c.next.own)
	}
	r.Kind = c.player.rules.Envelope.Kind
	r.URL, r.SignURL, r.Get = c.next.send, c.next.url, c.next.get
	r.Cookie = c.Cookie(c.next.url)
}

// ask makes a request to a URL that a document names the next one of the
// conversation; if that is one too many, it ends it.
func (c *Conversation) ask(text string, get bool, own webhook.Row) {
	l := c.resolve(text)
	switch {
	case l == nil:
		c.fail(webhook.MalformedURL, c.at.role, text)
	case !l.may:
		c.elsewhere++
		c.at = position{document: nothing, url: l.url, role: FollowUp}
	case c.countRequest():
		c.next = l.pending(get, FollowUp, own)
	}
}

// countRequest counts a request of the conversation. It reports false if there
// were too many: then the caller hangs up.
func (c *Conversation) countRequest() bool {
	if c.isTooLong() || c.requests >= c.player.rules.MaxRequests {
		c.end(Endless)
		return false
	}
	c.requests++
	c.pickUp()
	return true
}

func (l *link) pending(get bool, role Role, own webhook.Row) pending {
	slices.SortStableFunc(own, byName)
	return pending{link: l, get: get, role: role, own: own}
}

// nothing is a document that asks for nothing.
var nothing = &webhook.Element{Name: "Response"}

// resolve returns where a document leads with a URL, seen from its own.
func (c *Conversation) resolve(text string) *link {
	return c.player.resolve(reference{c.at.url, text})
}

// fail ends the conversation for want of an answer, after the fallback.
// Twilio: availability and reliability, fallback URLs.
func (c *Conversation) fail(code webhook.Code, role Role, failed string) {
	fallback := c.player.fallback
	if role != Fallback {
		c.code = code
		if fallback != nil && code > 0 {
			c.next = fallback.pending(false, Fallback, webhook.Row{
				{Name: "ErrorCode", Value: strconv.Itoa(int(code))},
				{Name: "ErrorUrl", Value: withoutUser(failed)},
			})
			return
		}
	}
	c.sayError()
	c.end(Failed)
}

// tell hands out a callback to a URL that a document names, due so long after
// now.
func (c *Conversation) tell(text string, get bool, after time.Duration, fields webhook.Row) {
	switch l := c.resolve(text); {
	case l == nil: // Twilio logs 11100 and calls nobody
	case !l.may:
		c.elsewhere++
	default:
		c.callbacks = append(c.callbacks, c.callback(l, get, after, fields))
	}
}

// callback returns a callback to a URL, due so long after now.
func (c *Conversation) callback(l *link, get bool, after time.Duration, fields webhook.Row) Request {
	slices.SortStableFunc(fields, byName)
	return Request{
		Request: webhook.Request{
			Kind:    c.player.rules.Envelope.Kind,
			Get:     get,
			URL:     l.send,
			SignURL: l.url,
			Fields:  fields,
			Cookie:  c.Cookie(l.url),
		},
		Role: Callback,
		Step: l.step(get),
		Wait: c.wait + after,
	}
}

// step returns the name of the step of a request.
func (l *link) step(get bool) string {
	if get {
		return "GET " + l.path
	}
	return "POST " + l.path
}

// stepPath returns what a step is named after, without the method.
func (p *Player) stepPath(signed *url.URL) string {
	path := signed.EscapedPath()
	if len(path) > sidLen {
		path = sids.ReplaceAllString(path, "$1…")
	}
	if path == "" {
		path = "/"
	}
	if signed.Host != p.host {
		return signed.Host + path
	}
	return path
}

const sidLen = 34

var sids = regexp.MustCompile(`([A-Z]{2})[0-9a-fA-F]{32}`)

// withoutUser returns a URL without user and password.
func withoutUser(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	u.User = nil
	return u.String()
}
