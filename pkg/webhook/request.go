package webhook

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// newRequest returns the draft of a request, with the headers that Twilio
// sends. query is added to the URL; it is empty in a POST, as form is in a GET.
// Twilio: captured requests; X-Home-Region and the idempotency token as in the
// webhook FAQ and the guide to connection overrides.
func newRequest(method, url string, query, form draft, authorization string) draft {
	var d draft
	p, _ := splitURL(url)
	d.add(method + " ")
	if !strings.HasPrefix(p.target, "/") {
		d.add("/")
	}
	d.add(p.target)
	d.addQuery(query)
	d.add(" HTTP/1.1\r\nHost: " + p.host + "\r\n")
	if method == "POST" {
		d.add("Content-Type: application/x-www-form-urlencoded\r\n")
		d.add(fmt.Sprintf("Content-Length: %d\r\n", len(form.text)))
	}
	if authorization != "" {
		d.add("Authorization: " + authorization + "\r\n")
	}
	d.add("X-Home-Region: us1\r\nX-Twilio-Signature: ")
	d.addHole(holeSignature)
	d.add("\r\nI-Twilio-Idempotency-Token: ")
	d.addHole(holeToken)
	d.add("\r\nAccept: */*\r\nUser-Agent: TwilioProxy/1.1\r\n\r\n")
	d.head = len(d.text)
	d.addDraft(form)
	return d
}

// encoded returns the fields as a form or a query holds them.
func encoded(parts []part, encode func(string) string) draft {
	var d draft
	for i, p := range parts {
		if i > 0 {
			d.add("&")
		}
		d.add(encode(p.Name) + "=")
		d.addValue(p, encode(p.Value))
	}
	return d
}

// addQuery adds the fields of a GET to the URL or path that the draft ends with.
func (d *draft) addQuery(query draft) {
	switch {
	case len(query.text) == 0:
		return
	case bytes.IndexByte(d.text, '?') < 0:
		d.add("?")
	default:
		d.add("&")
	}
	d.addDraft(query)
}

// percentEncode writes a space as %20, as Twilio does in a URL; in a form it
// is +.
func percentEncode(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// signedText returns the text that is signed for a POST: the URL, then each
// name with its value, names in byte order. A name given more than once
// contributes its distinct values, in byte order, as Twilio's PHP, Python and
// Node validators expect. A fresh value sorts by its prefix; no name has both a
// fresh and a given value.
func signedText(url string, parts []part) draft {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, func(a, b part) int {
		if order := strings.Compare(a.Name, b.Name); order != 0 {
			return order
		}
		return strings.Compare(a.Value, b.Value)
	})
	var d draft
	d.add(url)
	for _, p := range slices.Compact(sorted) {
		d.add(p.Name)
		d.addValue(p, p.Value)
	}
	return d
}
