// Package redact takes out of a text what may be secret: user names, passwords
// and queries in URLs and SIP addresses, and the passwords of TwiML's Sip.
package redact

import (
	"net/url"
	"regexp"
)

// In a text, URLs and SIP addresses end with white space or a character that
// they cannot have.
var (
	userInURL  = regexp.MustCompile(`://[^/?#\s"<>]*@`)
	userInSIP  = regexp.MustCompile(`(?i)(\bsips?:)[^:@\s"<>]*:[^\s"<>]*@`)
	queryInURL = regexp.MustCompile(`(?i)((?:://|\bsips?:)[^?#\s"<>]*)[?#][^\s"<>]*`)
	attribute  = regexp.MustCompile(`(?i)(\bpassword\s*=\s*)(?:(")[^"]*"|(')[^']*')`)
)

// Text returns a text, or TwiML, without what may be secret in it.
func Text(text string) string {
	text = userInURL.ReplaceAllString(text, "://…@")
	text = userInSIP.ReplaceAllString(text, "${1}…@")
	text = queryInURL.ReplaceAllString(text, "${1}?…")
	return attribute.ReplaceAllString(text, "${1}${2}${3}…${2}${3}")
}

// URL returns a URL without user name, password, query and fragment.
func URL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "a URL"
	}
	redacted := u.Scheme + "://" + u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		redacted += "?…"
	}
	return redacted
}
