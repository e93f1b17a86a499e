package twilioapi

import (
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Twilio's code decides first, the HTTP status second.
func TestWhatErrorsMean(t *testing.T) {
	for _, tc := range []struct {
		code, status int
		outcome      Outcome
		scope        Scope
	}{
		{20003, 401, Refused, ScopeAccount},
		{20005, 403, Refused, ScopeAccount},
		{21210, 400, Refused, ScopeAccount},
		{22005, 400, Refused, ScopeAccount},
		{21211, 400, Refused, ScopeDestination},
		{21219, 400, Refused, ScopeDestination},
		{20404, 404, Refused, ScopeCall},
		{21220, 400, Refused, ScopeCall},
		{20429, 429, NotProcessed, scopeMoment},
		{29999, 400, Refused, ScopeAccount}, // codes that are not known
		{29999, 404, Refused, ScopeCall},
		{29999, 409, Refused, ScopeCall},
		{29999, 429, NotProcessed, scopeMoment},
		{29999, 499, Refused, ScopeAccount},
		{29999, 500, Unknown, ScopeAccount},
		{0, 408, Unknown, ScopeAccount},
		{0, 503, Unknown, ScopeAccount},
		{0, 404, Refused, ScopeCall},
		{10004, 429, Refused, ScopeAccount}, // a known code, whatever its status
		{10004, 503, Refused, ScopeAccount},
		{20003, 503, Refused, ScopeAccount},
	} {
		err := &APIError{Code: tc.code, Status: tc.status}
		if outcome, scope := OutcomeOf(err), ScopeOf(err); outcome != tc.outcome || scope != tc.scope {
			t.Errorf("code %d, status %d: outcome %v, scope %v; want %v and %v", tc.code, tc.status, outcome, scope, tc.outcome, tc.scope)
		}
		if got, want := IsTemporary(err), tc.outcome == Unknown || tc.outcome == NotProcessed; got != want {
			t.Errorf("code %d, status %d: temporary %v, want %v", tc.code, tc.status, got, want)
		}
		if got, want := isThrottled(err), tc.outcome == NotProcessed; got != want {
			t.Errorf("code %d, status %d: throttled %v, want %v", tc.code, tc.status, got, want)
		}
	}
	for _, tc := range []struct {
		err     error
		outcome Outcome
	}{
		{nil, Accepted},
		{&LostError{errors.New("EOF")}, Unknown},
		{&UnsentError{errors.New("refused")}, NotProcessed},
		{&UnsentError{&tls.CertificateVerificationError{Err: errors.New("another name")}}, Refused},
	} {
		if got := OutcomeOf(tc.err); got != tc.outcome || ScopeOf(tc.err) != ScopeAccount {
			t.Errorf("%v: outcome %v, scope %v; want %v, and the account's", tc.err, got, ScopeOf(tc.err), tc.outcome)
		}
	}
}

func TestNotFoundAndOver(t *testing.T) {
	for _, tc := range []struct {
		err            error
		notFound, over bool
	}{
		{&APIError{Code: 20404, Status: 404}, true, false},
		{&APIError{Code: 20404, Status: 400}, true, false},
		{&APIError{Status: 404}, true, false},
		{&APIError{Code: 29999, Status: 404}, false, false},
		{&APIError{Status: 403}, false, false},
		{&APIError{Code: 21220, Status: 400}, false, true},
		{errors.New("EOF"), false, false},
		{nil, false, false},
	} {
		if IsNotFound(tc.err) != tc.notFound || IsOver(tc.err) != tc.over {
			t.Errorf("%v: not found %v, over %v", tc.err, IsNotFound(tc.err), IsOver(tc.err))
		}
	}
}

func TestWordsOfErrors(t *testing.T) {
	for _, tc := range []struct {
		err        error
		text, hint string
	}{
		{&APIError{Code: 21211, Status: 400, Message: "bad +1"},
			`Twilio error 21211 (HTTP 400): the destination is not a valid number ("bad +1")`, "check --destination"},
		{&APIError{Code: 21211, Status: 400},
			"Twilio error 21211 (HTTP 400): the destination is not a valid number", "check --destination"},
		{&APIError{Code: 29999, Status: 400, Message: "new"},
			"Twilio error 29999 (HTTP 400): new", "see https://www.twilio.com/docs/api/errors/29999"},
		{&APIError{Code: 29999, Status: 400},
			"Twilio error 29999 (HTTP 400): Bad Request", "see https://www.twilio.com/docs/api/errors/29999"},
		{&APIError{Status: 401}, "HTTP 401 Unauthorized",
			"check TWILIO_ACCOUNT_SID and the auth token or API key; tokens and keys are per region (TWILIO_REGION)"},
		{&APIError{Status: 302}, "HTTP 302 Found", "this answer is not Twilio's: is a proxy or a captive portal in between?"},
		{&APIError{Status: 407}, "HTTP 407 Proxy Authentication Required", "this answer is not Twilio's: is a proxy or a captive portal in between?"},
		{&APIError{Status: 503}, "HTTP 503 Service Unavailable", ""},
		{&UnsentError{errors.New("a\x1b\nb")}, "not sent: a b", "check the network, and HTTPS_PROXY if there is a proxy"},
		{&UnsentError{&tls.CertificateVerificationError{Err: errors.New("another name")}}, "not sent: tls: failed to verify certificate: another name",
			"this is not Twilio; if it is a proxy that you trust, name its certificate in SSL_CERT_FILE"},
		{&LostError{errors.New("a\x1b\nb")}, "no answer: a b", ""},
	} {
		hint := ""
		if h, ok := tc.err.(interface{ Hint() string }); ok {
			hint = h.Hint()
		}
		if tc.err.Error() != tc.text || hint != tc.hint {
			t.Errorf("%q, hint %q\nwant %q, hint %q", tc.err.Error(), hint, tc.text, tc.hint)
		}
	}
	for code, k := range known {
		if k.meaning == "" || strings.HasSuffix(k.meaning, ".") || k.hint == "" && k.scope != ScopeCall && k.scope != scopeMoment {
			t.Errorf("%d: %q, hint %q", code, k.meaning, k.hint)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{"": 0, "0": 0, "17": 17 * time.Second, "-1": 0, "soon": 0} {
		if got := retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
