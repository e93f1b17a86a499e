// Package redact takes out of a text what may be secret: user names, passwords
// and queries in URLs and SIP addresses, and the passwords of TwiML's Sip.
package redact

import (
	"net/url"
	"regexp"
	"strings"
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
	if !mayHoldSecrets(text) {
		return text
	}
	text = userInURL.ReplaceAllString(text, "://…@")
	text = userInSIP.ReplaceAllString(text, "${1}…@")
	text = queryInURL.ReplaceAllString(text, "${1}?…")
	return attribute.ReplaceAllString(text, "${1}${2}${3}…${2}${3}")
}

// mayHoldSecrets reports whether any of the expressions may match, at a hundredth
// of the cost of asking them.
func mayHoldSecrets(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case ':':
			if strings.HasPrefix(text[i:], "://") || isSIP(text[:i]) {
				return true
			}
		case "ſ"[0]: // which the expressions, in any case, take for an s
			if strings.HasPrefix(text[i:], "ſ") {
				return true
			}
		case 'p', 'P':
			if len(text) >= i+8 && strings.EqualFold(text[i:i+8], "password") {
				return true
			}
		}
	}
	return false
}

// isSIP reports whether a text ends with sip or sips.
func isSIP(text string) bool {
	text = text[max(0, len(text)-4):]
	return len(text) == 4 && strings.EqualFold(text, "sips") || len(text) >= 3 && strings.EqualFold(text[len(text)-3:], "sip")
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
