package webhook

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// CheckURL returns an error unless a webhook can be sent to that URL as it is
// written: http or https, a host, and nothing that would need encoding first.
// A bare @ behind the host is refused too: the / ? or # before it is more
// likely a part of a password than the end of the host. The error repeats
// nothing of the URL, which may hold a password.
func CheckURL(raw string) error {
	if p, _ := splitURL(raw); strings.Contains(p.target+p.fragment, "@") {
		return errors.New("the URL has an @ behind its host: encode it as %40, and in a password / as %2F, ? as %3F and # as %23")
	}
	return CheckLocation(raw)
}

// CheckLocation is CheckURL for what is signed only, and for the place that a
// redirect leads to: an @ may stand anywhere.
func CheckLocation(raw string) error {
	p, ok := splitURL(raw)
	switch {
	case !ok || !strings.EqualFold(p.scheme, "http") && !strings.EqualFold(p.scheme, "https"):
		return errors.New("the URL starts with neither http:// nor https://")
	case strings.ContainsFunc(p.host, func(r rune) bool { return r > '~' }):
		return errors.New("the URL's host is not ASCII: write it in Punycode, as xn--…")
	case strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }):
		return errors.New("the URL holds characters that must be percent-encoded")
	case p.host == "" || strings.HasPrefix(p.host, ":"):
		return errors.New("the URL names no host")
	}
	if port, given := p.port(); given {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return errors.New("the URL's port is not a number from 1 to 65535")
		}
	}
	if _, err := url.Parse(raw); err != nil {
		var escape url.EscapeError
		if errors.As(err, &escape) {
			return errors.New("the URL cannot be read: a % is not followed by two hex digits")
		}
		return errors.New("the URL cannot be read") // the error may quote the password
	}
	return nil
}

// MustParseURL parses a URL that has passed [CheckURL] or [CheckLocation]. It
// panics if another cannot be parsed.
func MustParseURL(checked string) *url.URL {
	u, err := url.Parse(checked)
	if err != nil {
		panic(err)
	}
	return u
}

// SigningURL returns what Twilio signs of a webhook's configured URL: all of it
// as it is written, but for user and password, the fragment and, for voice over
// HTTPS, the port. Nothing is encoded anew and no slash is added.
func SigningURL(kind Kind, url string) string {
	return string(appendSigningURL(nil, kind, url))
}

func appendSigningURL(buf []byte, kind Kind, url string) []byte {
	p, ok := splitURL(url)
	if !ok {
		url, _, _ = strings.Cut(url, "#")
		return append(buf, url...)
	}
	host := p.host
	if port, given := p.port(); given && kind.isVoice() && strings.EqualFold(p.scheme, "https") {
		host = host[:len(host)-len(port)-1]
	}
	buf = append(append(buf, p.scheme...), "://"...)
	return append(append(buf, host...), p.target...)
}

// urlParts are the parts of a URL, byte for byte as written.
type urlParts struct {
	scheme   string
	host     string // with the port, without user and password
	target   string // path and query; may be empty
	fragment string // with its #
}

// splitURL reports false if there is no scheme.
func splitURL(url string) (urlParts, bool) {
	before, fragment, ok := strings.Cut(url, "#")
	if ok {
		fragment = "#" + fragment
	}
	scheme, rest, ok := strings.Cut(before, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	return urlParts{scheme, host, rest[end:], fragment}, ok
}

// port reports whether there is one, be it empty.
func (p urlParts) port() (string, bool) {
	// The colons of an IPv6 address are inside brackets.
	colon := strings.LastIndexByte(p.host, ':')
	if colon <= strings.LastIndexByte(p.host, ']') {
		return "", false
	}
	return p.host[colon+1:], true
}
