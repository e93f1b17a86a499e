package twilioapi

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// An APIError is an error that Twilio answered.
type APIError struct {
	Code       int    // Twilio's error code; 0 if the answer had none
	Status     int    // HTTP status
	Message    string // Twilio's words, in one line without secrets; empty if the answer had none
	RequestID  string // Twilio's name of the request (header Twilio-Request-Id, as recorded answers show it); may be empty
	RetryAfter time.Duration
}

func (e *APIError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status))
	}
	text := fmt.Sprintf("Twilio error %d (HTTP %d): %s", e.Code, e.Status, e.Meaning())
	if e.Message != "" && e.Message != e.Meaning() {
		text += fmt.Sprintf(" (%q)", e.Message)
	}
	return text
}

// A LostError means that a request was sent and no whole answer came: whether
// Twilio acted on it is unknown.
type LostError struct{ Err error }

func (e *LostError) Error() string { return "no answer: " + printable(e.Err.Error()) }
func (e *LostError) Unwrap() error { return e.Err }

// An UnsentError means that no byte of a request left this machine.
type UnsentError struct{ Err error }

func (e *UnsentError) Error() string { return "not sent: " + printable(e.Err.Error()) }
func (e *UnsentError) Unwrap() error { return e.Err }

// Hint says what to do about the error; it may be empty.
func (e *UnsentError) Hint() string {
	if isCertificateFailure(e) {
		return "this is not Twilio; if it is a proxy that you trust, name its certificate in SSL_CERT_FILE"
	}
	return "check the network, and HTTPS_PROXY if there is a proxy"
}

// Meaning says what the error means, in a few words.
func (e *APIError) Meaning() string {
	if k, ok := known[e.Code]; ok {
		return k.meaning
	}
	if e.Message != "" {
		return e.Message
	}
	return http.StatusText(e.Status)
}

// Hint says what to do about the error; empty if nothing better is known than
// its code.
func (e *APIError) Hint() string {
	if k, ok := known[e.Code]; ok {
		return k.hint
	}
	if e.Code != 0 {
		return fmt.Sprintf("see https://www.twilio.com/docs/api/errors/%d", e.Code)
	}
	switch {
	case e.Status == http.StatusUnauthorized:
		return known[codeBadCredentials].hint
	case e.Status/100 == 3, e.Status == http.StatusProxyAuthRequired:
		return "this answer is not Twilio's: is a proxy or a captive portal in between?"
	}
	return ""
}

// scope classifies by Twilio's code first, HTTP status second.
func (e *APIError) scope() Scope {
	if k, ok := known[e.Code]; ok {
		return k.scope
	}
	switch {
	case e.Status == http.StatusTooManyRequests:
		return scopeMoment
	case e.Status == http.StatusNotFound, e.Status == http.StatusConflict:
		return ScopeCall
	}
	return ScopeAccount
}

// mayHaveActed reports whether Twilio may have processed the request in spite
// of the error (Twilio: error dictionary 20500, a create-call may have
// happened). A code that is known refuses the request for certain.
func (e *APIError) mayHaveActed() bool {
	if _, isKnown := known[e.Code]; isKnown {
		return false
	}
	return e.Status >= 500 || e.Status == http.StatusRequestTimeout // the latter of a proxy
}

// retryAfter reads a Retry-After header in seconds. No source says that Twilio
// sends one; it is honoured where it is there.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
