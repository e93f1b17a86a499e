package attack

import (
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// maxRedirects is how many Twilio follows. Twilio: error dictionary 11215.
const maxRedirects = 10

var errTooManyRedirects = errors.New("more than 10 redirects")

// An address is what to connect to.
type address struct {
	hostPort string
	host     string
	secure   bool
}

func newAddress(u *url.URL) address {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return address{net.JoinHostPort(u.Hostname(), port), u.Hostname(), u.Scheme == "https"}
}

// A target is the endpoint: where requests go, and how Twilio would call it.
type target struct {
	addr         address
	url, signURL *url.URL
}

func newTarget(e webhook.Envelope) target {
	t := target{url: mustParse(e.URL)}
	t.addr = newAddress(t.url)
	t.signURL = t.url
	if e.SignURL != "" {
		t.signURL = mustParse(e.SignURL)
	}
	return t
}

// mustParse parses a URL that has passed webhook.CheckURL.
func mustParse(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	return u
}

// A hop is one request of several on the way to an answer.
type hop struct {
	url, signURL  *url.URL
	fields        bool // the request carries the row's fields
	authorization string
}

// follow does what Twilio does with an answer that is a redirect or a demand
// for the password in the URL, until there is another answer.
func (s *sender) follow(t *webhook.Template, answer webhook.Answer, deadline time.Time) (webhook.Answer, error) {
	target := s.attack.target
	at := hop{url: target.url, signURL: target.signURL, fields: true}
	request := s.writer.Sent(t)
	for redirects := 0; ; {
		next, ok := s.next(at, answer.Status)
		if !ok {
			return answer, nil
		}
		if answer.Status != statusUnauthorized {
			redirects++
		}
		if redirects > maxRedirects {
			return webhook.Answer{Status: answer.Status}, errTooManyRedirects
		}
		at = next
		request.URL, request.SignURL, request.Authorization = at.url.String(), at.signURL.String(), at.authorization
		if !at.fields {
			request.Get, request.Fields = true, nil
			s.redirected = true
		}
		var err error
		answer, err = s.conn.roundTrip(newAddress(at.url), s.writer.Again(&request), time.Now(), deadline)
		if err != nil {
			return answer, err
		}
	}
}

// next returns the hop that the last answer asks for; it reports false if that
// answer is the final one.
func (s *sender) next(at hop, status int) (hop, bool) {
	header := &s.conn.response.Header
	switch status {
	case 301, 302, 303: // the fields are lost. Twilio: redirects of webhooks
		at.fields = false
	case 307:
		at.fields = at.fields && !s.attack.cfg.Envelope.Get // those of a GET are in the URL that is left
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
	return at.to(string(header.Peek("Location")), s.attack.target)
}

func basic(user *url.Userinfo) string {
	password, _ := user.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
}

// to returns the hop to a location, which is seen from the URL that Twilio
// would have asked. Where that leads to the endpoint, it is asked where it is.
func (h hop) to(location string, t target) (hop, bool) {
	sign, err := h.signURL.Parse(location)
	if err != nil || location == "" || webhook.CheckLocation(sign.String()) != nil {
		return h, false
	}
	send := sign
	if sameOrigin(sign, t.signURL) {
		u := *sign
		u.Scheme, u.Host, u.User = t.url.Scheme, t.url.Host, t.url.User
		send = &u
	}
	if !sameOrigin(send, h.url) {
		h.authorization = ""
	}
	h.url, h.signURL = send, sign
	return h, true
}

func sameOrigin(a, b *url.URL) bool {
	return newAddress(a) == newAddress(b)
}
