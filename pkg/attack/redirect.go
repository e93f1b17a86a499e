package attack

import (
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// maxRedirects is how many Twilio follows. Twilio: error dictionary 11215.
const maxRedirects = 10

var (
	errTooManyRedirects = errors.New("more than 10 redirects")
	errElsewhere        = errors.New("a redirect to a host that may not be asked")
)

// An address is what to connect to.
type address struct {
	hostPort string
	host     string
	secure   bool
}

func newAddress(u *url.URL) address {
	return address{net.JoinHostPort(u.Hostname(), webhook.PortOf(u)), u.Hostname(), u.Scheme == "https"}
}

// A hop is one request of several on the way to an answer.
type hop struct {
	url, signURL  *url.URL
	fields        bool // the request carries its fields
	authorization string
}

// isFinal reports whether a status is that of an answer that leads nowhere else.
func isFinal(status int) bool {
	return status < 300 || status >= 400 && status != statusUnauthorized
}

// follow does what Twilio does with an answer that is a redirect or a demand
// for the password in the URL, until there is another answer. It changes the
// request to the last one that was sent. c is the conversation, if the request
// is of one.
func (s *sender) follow(request *webhook.Request, c *dialog.Conversation, answer webhook.Answer, deadline time.Time) (webhook.Answer, error) {
	at := hop{url: webhook.MustParseURL(request.URL), signURL: webhook.MustParseURL(request.SignURL), fields: true}
	for redirects := 0; ; {
		next, ok := s.next(at, answer.Status, request.Get)
		if !ok {
			return answer, nil
		}
		if answer.Status != statusUnauthorized {
			redirects++
		}
		if redirects > maxRedirects {
			return webhook.Answer{Status: answer.Status}, errTooManyRedirects
		}
		if p := s.attack.player; p != nil && !p.May(next.signURL) {
			return webhook.Answer{Status: answer.Status}, errElsewhere
		}
		if next.signURL.Host != at.signURL.Host {
			request.Cookie = ""
		}
		at = next
		request.URL, request.SignURL, request.Authorization = at.url.String(), at.signURL.String(), at.authorization
		if !at.fields {
			request.Get, request.Fields = true, nil
			s.redirected = true
		}
		if c != nil {
			request.Cookie = c.Cookie(request.SignURL)
		}
		var err error
		answer, err = s.conn.roundTrip(newAddress(at.url), s.writer.Again(request), time.Now(), deadline)
		if err != nil {
			return answer, err
		}
		s.keepCookies(c, request.SignURL)
	}
}

// next returns the hop that the last answer asks for; it reports false if that
// answer is the final one. get says that the fields are in the URL that is left.
func (s *sender) next(at hop, status int, get bool) (hop, bool) {
	header := &s.conn.response.Header
	switch status {
	case 301, 302, 303: // the fields are lost. Twilio: redirects of webhooks
		at.fields = false
	case 307:
		at.fields = at.fields && !get
	case statusUnauthorized:
		// Twilio also answers a Digest challenge; this does not.
		challenge := strings.ToLower(string(header.Peek("Www-Authenticate")))
		if at.url.User == nil || at.authorization != "" || !strings.HasPrefix(challenge, "basic") {
			return at, false
		}
		at.authorization = basic(at.url.User)
		return at, true
	default:
		return at, false
	}
	return at.to(string(header.Peek("Location")), s.attack.route)
}

func basic(user *url.Userinfo) string {
	password, _ := user.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
}

// to returns the hop to a location, which is seen from the URL that Twilio
// would have asked. Where that leads to the endpoint, it is asked where it is.
func (h hop) to(location string, route webhook.Route) (hop, bool) {
	sign, err := h.signURL.Parse(location)
	if err != nil || location == "" || webhook.CheckLocation(sign.String()) != nil {
		return h, false
	}
	send := route.To(sign)
	if newAddress(send) != newAddress(h.url) {
		h.authorization = ""
	}
	h.url, h.signURL = send, sign
	return h, true
}
