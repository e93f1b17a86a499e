package calls

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"call-load-tester/pkg/sidfile"
)

// An APIError is an error that Twilio answered.
type APIError struct {
	Code       int    // Twilio's error code; 0 if the answer had none
	Status     int    // HTTP status
	Message    string // Twilio's words, in one line without secrets; empty if the answer had none
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

// Twilio's error codes that decide something here (Twilio: error dictionary).
const (
	codeNotFound       = 20404
	codeTooManyAtOnce  = 20429
	codeNotInProgress  = 21220
	codeToNotAllowed   = 21219
	codeBadCredentials = 20003
)

// scope says how far an error reaches.
type scope int

const (
	scopeRun         scope = iota // every further request would fail alike
	scopeDestination              // only calls to this number fail
	scopeCall                     // only this call is concerned
	scopeMoment                   // the same request may succeed later; it was not processed
)

// known describes the error codes a caller may meet: what each means, what to
// do about it, and how far it reaches. Codes that are not here reach as far as
// their HTTP status says.
var known = map[int]struct {
	meaning, hint string
	scope         scope
}{
	10001:              {"the account is not active", "look at the account's balance and status in the Twilio Console", scopeRun},
	10002:              {"a trial account cannot do this", "upgrade the account; a trial account places calls to verified numbers with Twilio's own sample TwiML only, and may refuse a time limit (--time_limit 0)", scopeRun},
	10004:              {"the account's limit of calls at once is reached", "wait until calls have ended, place fewer, or have the limit raised", scopeRun},
	10005:              {"voice is disabled for the account", "ask Twilio support to enable voice", scopeRun},
	codeBadCredentials: {"the credentials are wrong, of another region, or revoked", "check TWILIO_ACCOUNT_SID and the auth token or API key; tokens and keys are per region (TWILIO_REGION)", scopeRun},
	20005:              {"the account is suspended or closed", "look at the account's balance and status in the Twilio Console", scopeRun},
	20006:              {"access denied", "use an API key with access to Voice", scopeRun},
	20008:              {"test credentials cannot do this", "use the live credentials of the account", scopeRun},
	codeNotFound:       {"not found in this account", "another account, subaccount or region?", scopeCall},
	codeTooManyAtOnce:  {"too many requests at once", "", scopeMoment},
	21202:              {"the destination is a premium number", "choose another destination", scopeRun},
	21203:              {"international calls are not enabled", "enable them in the Console: Voice, Settings, Geo permissions", scopeRun},
	21205:              {"the TwiML URL is not valid", "check --twiml", scopeRun},
	21210:              {"the caller ID is neither a number of the account nor verified", "use a Twilio number of this account, or verify the number in the Console: Phone Numbers, Verified Caller IDs", scopeRun},
	21211:              {"the destination is not a valid number", "check --destination", scopeDestination},
	21212:              {"the caller ID is not a valid number", "check --caller_id", scopeRun},
	21214:              {"the destination cannot be reached", "check --destination", scopeDestination},
	21215:              {"calls to this destination's country are not enabled", "enable them in the Console: Voice, Settings, Geo permissions", scopeDestination},
	21216:              {"the destination is on Twilio's block list", "choose another destination", scopeDestination},
	21217:              {"the destination is not a valid number", "check --destination", scopeDestination},
	codeToNotAllowed:   {"a trial account calls verified numbers only", "verify the destination in the Console: Phone Numbers, Verified Caller IDs; or upgrade the account", scopeDestination},
	codeNotInProgress:  {"the call is over already", "", scopeCall},
	22005:              {"the account's queue holds 24 hours of calls", "let the queue drain, or hang up what is in it: end --caller_id FROM --destination TO", scopeRun},
	32018:              {"the TwiML is longer than 4,000 characters", "shorten --twiml, or host it and give its URL", scopeRun},
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
func (e *APIError) scope() scope {
	if k, ok := known[e.Code]; ok {
		return k.scope
	}
	switch {
	case e.Status == http.StatusTooManyRequests:
		return scopeMoment
	case e.Status == http.StatusNotFound, e.Status == http.StatusConflict:
		return scopeCall
	}
	return scopeRun
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

// throttled reports whether err is Twilio's word that too many requests are
// under way.
func throttled(err error) bool {
	var e *APIError
	return errors.As(err, &e) && e.scope() == scopeMoment
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

// reach says how far a refusal reaches; one that is not Twilio's own (a
// certificate that does not verify) concerns the run.
func reach(err error) scope {
	var answer *APIError
	if errors.As(err, &answer) {
		return answer.scope()
	}
	return scopeRun
}

// isCertificateFailure reports whether the far end could not prove that it is
// Twilio. That does not pass.
func isCertificateFailure(err error) bool {
	var failure *tls.CertificateVerificationError
	return errors.As(err, &failure)
}

// A FileError means that a SID could not be written to its file.
type FileError struct{ Err error }

func (e *FileError) Error() string { return "the SID file cannot be written: " + e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// Hint says what to do about the error.
func (e *FileError) Hint() string {
	if errors.Is(e.Err, sidfile.ErrGone) {
		return "leave the file alone while the calls are placed"
	}
	return "make room on the disk, or run in a directory that can be written"
}

// isNotFound reports whether err is Twilio's word that it does not know a call.
func isNotFound(err error) bool {
	var answer *APIError
	return errors.As(err, &answer) &&
		(answer.Code == codeNotFound || answer.Code == 0 && answer.Status == http.StatusNotFound)
}

// isOver reports whether err is Twilio's word that a call is over already.
func isOver(err error) bool {
	var answer *APIError
	return errors.As(err, &answer) && answer.Code == codeNotInProgress
}
