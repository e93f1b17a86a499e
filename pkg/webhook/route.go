package webhook

import (
	"net/url"
	"strings"
)

// A Route leads from URLs as Twilio has them to those where the application is:
// what is on the origin that Twilio would have configured is sent to the origin
// of the endpoint.
type Route struct {
	url, signURL *url.URL
}

// NewRoute returns the route of an envelope whose URLs are checked.
func NewRoute(e Envelope) Route { return Route{MustParseURL(e.URL), MustParseURL(e.Signed())} }

// To returns where a URL leads.
func (r Route) To(signed *url.URL) *url.URL {
	if !sameOrigin(signed, r.signURL) {
		return signed
	}
	to := *signed
	to.Scheme, to.Host, to.User = r.url.Scheme, r.url.Host, r.url.User
	return &to
}

func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && PortOf(a) == PortOf(b)
}

// PortOf returns the port of a URL, which its scheme has if it does not name one.
func PortOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}
