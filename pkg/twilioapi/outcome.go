package twilioapi

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// An Outcome is what became of a request, as far as can be told from here.
type Outcome int

const (
	Accepted     Outcome = iota // Twilio answered 2xx
	Refused                     // Twilio refused it, or is not there: another server answers in its name
	NotProcessed                // certainly not processed (429, or no byte was sent), so it may be sent again
	Unknown                     // no answer was seen that says
)

// OutcomeOf tells the outcome from the error of a request.
func OutcomeOf(err error) Outcome {
	switch err := err.(type) {
	case nil:
		return Accepted
	case *LostError:
		return Unknown
	case *UnsentError:
		if isCertificateFailure(err) {
			return Refused
		}
		return NotProcessed
	case *APIError:
		switch {
		case err.mayHaveActed():
			return Unknown
		case err.scope() == scopeMoment:
			return NotProcessed
		}
	}
	return Refused
}

// IsTemporary reports whether the request that err came of may succeed if it is
// sent again.
func IsTemporary(err error) bool {
	outcome := OutcomeOf(err)
	return outcome == NotProcessed || outcome == Unknown
}

// isThrottled reports whether err is Twilio's word that too many requests are
// under way.
func isThrottled(err error) bool {
	var answer *APIError
	return errors.As(err, &answer) && answer.scope() == scopeMoment
}

// IsNotFound reports whether err is Twilio's word that it does not know a call.
func IsNotFound(err error) bool {
	var answer *APIError
	return errors.As(err, &answer) &&
		(answer.Code == codeNotFound || answer.Code == 0 && answer.Status == http.StatusNotFound)
}

// IsOver reports whether err is Twilio's word that a call is over already.
func IsOver(err error) bool {
	var answer *APIError
	return errors.As(err, &answer) && answer.Code == codeNotInProgress
}

// isCertificateFailure reports whether the far end could not prove that it is
// Twilio, which sending again does not mend.
func isCertificateFailure(err error) bool {
	var failure *tls.CertificateVerificationError
	return errors.As(err, &failure)
}

// A Scope says how far a refusal reaches.
type Scope int

const (
	ScopeAccount     Scope = iota // every further request would be refused alike
	ScopeDestination              // only calls to this number are
	ScopeCall                     // only this call is concerned
	scopeMoment                   // nothing was refused; there were too many requests at once
)

// ScopeOf returns the scope of a refusal. One that is not Twilio's own (a
// certificate that does not verify) is met by every request.
func ScopeOf(err error) Scope {
	var answer *APIError
	if errors.As(err, &answer) {
		return answer.scope()
	}
	return ScopeAccount
}
