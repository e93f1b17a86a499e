package twilioapi_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

const (
	from = "+15005550006"
	to   = "+14155550100"
)

var aCall = twilioapi.NewCall{From: from, To: to, TwiML: "<Response/>"}

// newClient returns a client of a new simulated account.
func newClient(t *testing.T, cfg twiliosim.Config) (*twilioapi.Client, *twiliosim.Account) {
	t.Helper()
	account := twiliosim.New(cfg)
	client := twilioapi.New(twilioapi.Config{
		AccountSID: "AC00000000000000000000000000000000",
		Username:   "AC00000000000000000000000000000000",
		Password:   "token",
		Transport:  account.Transport(),
	})
	t.Cleanup(func() {
		client.Close()
		account.Close()
	})
	return client, account
}

// atOnce is the gate of a request that need not wait.
func atOnce(_ context.Context, write func()) error {
	write()
	return nil
}

// create sends one create that need not wait.
func create(t *testing.T, client *twilioapi.Client) (twilioapi.Call, twilioapi.Attempt, error) {
	return client.Create(t.Context(), t.Context(), aCall, atOnce)
}

// What became of a create, and whether it may have reached Twilio, is known
// whatever happens to it.
func TestOutcomes(t *testing.T) {
	type fault = twiliosim.Fault
	for _, tc := range []struct {
		what    string
		fault   fault
		outcome twilioapi.Outcome
		sent    bool
		took    time.Duration
		placed  int
		err     string
	}{
		{"accepted", fault{Op: twiliosim.OpDelete}, twilioapi.Accepted, true, 200 * time.Millisecond, 1, ""},
		{"refused", fault{Code: 21211}, twilioapi.Refused, true, 200 * time.Millisecond, 0,
			`Twilio error 21211 (HTTP 400): the destination is not a valid number ("The 'To' number is not valid")`},
		{"too many at once", fault{Status: 429}, twilioapi.NotProcessed, true, 200 * time.Millisecond, 0,
			`Twilio error 20429 (HTTP 429): too many requests at once ("Too many requests")`},
		{"an error of Twilio's own", fault{Status: 500}, twilioapi.Unknown, true, 200 * time.Millisecond, 0,
			"Twilio error 20500 (HTTP 500): An internal server error has occurred"},
		{"the same, but placed", fault{Status: 500, After: true}, twilioapi.Unknown, true, 200 * time.Millisecond, 1,
			"Twilio error 20500 (HTTP 500): An internal server error has occurred"},
		{"a page of a proxy", fault{Do: twiliosim.HTML}, twilioapi.Unknown, true, 200 * time.Millisecond, 0, "HTTP 503 Service Unavailable"},
		{"a refusal of a proxy", fault{Do: twiliosim.HTML, Status: 403}, twilioapi.Refused, true, 200 * time.Millisecond, 0, "HTTP 403 Forbidden"},
		{"the connection broke", fault{Do: twiliosim.Drop}, twilioapi.Unknown, true, 200 * time.Millisecond, 0, "no answer: EOF"},
		{"it broke amid the answer", fault{Do: twiliosim.Cut}, twilioapi.Unknown, true, 200 * time.Millisecond, 1, "no answer: unexpected EOF"},
		{"no answer in time", fault{Do: twiliosim.Hang}, twilioapi.Unknown, true, 30 * time.Second, 0, "no answer: no answer within 30s"},
		{"an answer in time", fault{Delay: 29 * time.Second}, twilioapi.Accepted, true, 29*time.Second + 200*time.Millisecond, 1, ""},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			if tc.fault.Op == twiliosim.OpAny {
				tc.fault.Op = twiliosim.OpCreate
			}
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond, Faults: []fault{tc.fault}})
				client.Warm(t.Context(), 1, 1)
				began := time.Now()
				call, attempt, err := create(t, client)
				if outcome := twilioapi.OutcomeOf(err); outcome != tc.outcome || err != nil && err.Error() != tc.err || (err == nil) != (tc.err == "") {
					t.Errorf("outcome %v, error %v; want %v and %q", outcome, err, tc.outcome, tc.err)
				}
				if !attempt.SentAt.Equal(began) || attempt.Took != tc.took || attempt.Stale {
					t.Errorf("%+v, want sent at once, and an answer after %v", attempt, tc.took)
				}
				if got := len(account.Calls()); got != tc.placed {
					t.Errorf("%d calls placed, want %d", got, tc.placed)
				}
				if err == nil && (call.SID != account.Calls()[0].SID || call.From != from || call.To != to || call.Status != "queued") {
					t.Errorf("%+v, want the call placed", call)
				}
			})
		})
	}
}

// Without a connection nothing is sent, and that is known.
func TestNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage}}})
		_, attempt, err := create(t, client)
		var unsent *twilioapi.UnsentError
		if !errors.As(err, &unsent) || twilioapi.OutcomeOf(err) != twilioapi.NotProcessed || !attempt.SentAt.IsZero() || account.Requests() != 0 {
			t.Errorf("%v, %+v, %d requests; want none sent", err, attempt, account.Requests())
		}
		if !strings.Contains(unsent.Hint(), "network") {
			t.Errorf("hint %q", unsent.Hint())
		}
		if _, err := client.Check(t.Context()); !errors.As(err, &unsent) {
			t.Errorf("check: %v, want it unsent", err)
		}
	})
}

// Over TLS the bytes are counted and held back below the encryption.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	account := twiliosim.New(twiliosim.Config{})
	defer account.Close()
	server := httptest.NewTLSServer(account)
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client := twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}}})
	defer client.Close()
	client.Warm(t.Context(), 2, 2)
	_, attempt, err := client.Create(t.Context(), t.Context(), aCall, func(context.Context, func()) error { return context.Canceled })
	if twilioapi.OutcomeOf(err) != twilioapi.NotProcessed || !attempt.SentAt.IsZero() {
		t.Errorf("held back: %v, %+v; want it unsent", err, attempt)
	}
	call, attempt, err := create(t, client)
	if err != nil || attempt.SentAt.IsZero() || len(account.Calls()) != 1 || call.SID != account.Calls()[0].SID {
		t.Errorf("%+v, %+v, %v; want one call placed", call, attempt, err)
	}
}

func TestHangUpAndFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond})
		const sid, none = "CA00000000000000000000000000000001", "CA00000000000000000000000000000002"
		account.Put(sid, from, to)
		if call, err := client.Fetch(t.Context(), sid); err != nil || call.SID != sid || call.IsOver() {
			t.Errorf("fetched %+v, %v; want it live", call, err)
		}
		began := time.Now()
		call, attempt, err := client.HangUp(t.Context(), sid)
		if err != nil || call.Status != "completed" || !call.IsOver() || !attempt.SentAt.Equal(began) || attempt.Took != 100*time.Millisecond {
			t.Errorf("hung up: %+v, %+v, %v; want it over", call, attempt, err)
		}
		if want := began.Add(100 * time.Millisecond).Truncate(time.Second); !attempt.Answered.Equal(want) {
			t.Errorf("answered at %v by Twilio's clock, want %v", attempt.Answered, want)
		}
		if _, _, err = client.HangUp(t.Context(), sid); !twilioapi.IsOver(err) || twilioapi.IsNotFound(err) || twilioapi.IsTemporary(err) {
			t.Errorf("hung up twice: %v, want Twilio's word that it is over", err)
		}
		if _, _, err = client.HangUp(t.Context(), none); !twilioapi.IsNotFound(err) || twilioapi.IsOver(err) {
			t.Errorf("an unknown call: %v, want it not found", err)
		}
		if _, err = client.Fetch(t.Context(), none); !twilioapi.IsNotFound(err) {
			t.Errorf("an unknown call: %v, want it not found", err)
		}
	})
}

func TestCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 700 * time.Millisecond, Password: "token"})
		if took, err := client.Check(t.Context()); err != nil || took != 700*time.Millisecond {
			t.Errorf("%v after %v, want an answer after 700ms", err, took)
		}
		account.SetPassword("another")
		if _, err := client.Check(t.Context()); twilioapi.OutcomeOf(err) != twilioapi.Refused || twilioapi.ScopeOf(err) != twilioapi.ScopeAccount {
			t.Errorf("%v, want the credentials refused", err)
		}
	})
}

// What Twilio's clock shows is known from its answers, to a second.
func TestTime(t *testing.T) {
	for _, ahead := range []time.Duration{0, 90*time.Minute + 500*time.Millisecond, -90 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := newClient(t, twiliosim.Config{ClockAhead: ahead})
			noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			if got := client.Time(noon); !got.Equal(noon) {
				t.Errorf("%v before any answer, want our own time", got)
			}
			for i := range 10 { // at tenths of a second
				time.Sleep(1100 * time.Millisecond)
				if _, err := client.Check(t.Context()); err != nil {
					t.Fatal(i, err)
				}
			}
			if off := client.Time(noon).Sub(noon.Add(ahead)); off > 0 || off < -100*time.Millisecond {
				t.Errorf("ahead by %v: off by %v, want less than a tenth of a second behind", ahead, off)
			}
		})
	}
}
