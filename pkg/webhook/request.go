package webhook

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// A Request is a webhook request that is not yet signed.
type Request struct {
	Kind    Kind
	Get     bool   // the fields are in the URL's query, else in a form
	URL     string // where it goes; it must have passed [CheckLocation]
	SignURL string // what is signed, as Twilio has it; see [SigningURL]
	Fields  Row

	Cookie        string // the header's value; empty: no such header
	Authorization string // likewise

	Segments int  // message segments that Twilio would bill for receiving it
	TollFree bool // replies go from a toll-free number to the US or Canada
}

// Layouts are those of a request: its bytes, and the text its signature covers.
type layouts struct {
	wire, signed layout
}

// layOut lays out a request with these fields, those of r being ignored. form is
// room to encode them in. It changes the order of parts.
func (l *layouts) layOut(r *Request, parts []part, form *layout) {
	form.reset()
	form.addFields(parts, r.Get)
	l.wire.reset()
	l.wire.addRequest(r, *form)
	l.signed.reset()
	l.signed.text = appendSigningURL(l.signed.text, r.Kind, r.SignURL)
	if r.Get {
		l.signed.addQuery(*form)
	} else {
		l.signed.addSorted(parts)
	}
}

// addRequest adds the request that carries the encoded fields, with the headers
// that Twilio sends.
// Twilio: captured requests; X-Home-Region and the idempotency token as in the
// webhook FAQ and the guide to connection overrides.
func (l *layout) addRequest(r *Request, fields layout) {
	p, _ := splitURL(r.URL)
	if r.Get {
		l.add("GET ")
	} else {
		l.add("POST ")
	}
	if !strings.HasPrefix(p.target, "/") {
		l.add("/")
	}
	l.add(p.target)
	if r.Get {
		l.addQuery(fields)
	}
	l.addHeader(" HTTP/1.1\r\nHost: ", p.host)
	if !r.Get {
		l.add("\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ")
		l.text = strconv.AppendInt(l.text, int64(len(fields.text)), 10)
	}
	l.addHeader("\r\nAuthorization: ", r.Authorization)
	l.addHeader("\r\nCookie: ", r.Cookie)
	l.add("\r\nX-Home-Region: us1\r\nX-Twilio-Signature: ")
	l.addSlot(freshSignature)
	l.add("\r\nI-Twilio-Idempotency-Token: ")
	l.addSlot(freshToken)
	l.add("\r\nAccept: */*\r\nUser-Agent: TwilioProxy/1.1\r\n\r\n")
	if !r.Get {
		l.addLayout(fields)
	}
}

// addHeader adds a header unless it has no value.
func (l *layout) addHeader(name, value string) {
	if value != "" {
		l.add(name)
		l.add(value)
	}
}

// addFields adds fields as a form or a query holds them.
func (l *layout) addFields(parts []part, query bool) {
	for i, p := range parts {
		if i > 0 {
			l.add("&")
		}
		l.addEncoded(p.Name, query)
		l.add("=")
		l.addEncoded(p.Value, query)
		if p.fresh {
			l.addSlot(freshSID)
		}
	}
}

// addEncoded percent-encodes a text. A space is %20 in a query, as Twilio has
// it in a URL; in a form it is +.
func (l *layout) addEncoded(text string, query bool) {
	const hex = "0123456789ABCDEF"
	for text != "" {
		n := 0
		for n < len(text) && isUnreserved(text[n]) {
			n++
		}
		l.add(text[:n])
		if n == len(text) {
			return
		}
		if c := text[n]; c == ' ' && !query {
			l.add("+")
		} else {
			l.text = append(l.text, '%', hex[c>>4], hex[c&15])
		}
		text = text[n+1:]
	}
}

// isUnreserved reports whether a byte stands for itself in a form (RFC 3986).
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~'
}

// addQuery adds the fields of a GET to the URL or path that the layout ends with.
func (l *layout) addQuery(query layout) {
	switch {
	case len(query.text) == 0:
		return
	case bytes.IndexByte(l.text, '?') < 0:
		l.add("?")
	default:
		l.add("&")
	}
	l.addLayout(query)
}

// addSorted adds what is signed of the fields of a POST: each name with its
// value, names in byte order. A name given more than once contributes its
// distinct values, in byte order, as Twilio's PHP, Python and Node validators
// expect. A fresh value sorts by its prefix; no name has both a fresh and a
// given value.
// Twilio: webhook security, "Validating requests are coming from Twilio".
func (l *layout) addSorted(parts []part) {
	slices.SortFunc(parts, func(a, b part) int {
		if order := strings.Compare(a.Name, b.Name); order != 0 {
			return order
		}
		return strings.Compare(a.Value, b.Value)
	})
	for i, p := range parts {
		if i > 0 && p == parts[i-1] {
			continue
		}
		l.add(p.Name)
		l.add(p.Value)
		if p.fresh {
			l.addSlot(freshSID)
		}
	}
}
