package calls_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// An error that every call would meet stops the placing at once; the calls that
// are placed already are hung up as planned.
func TestPermanentErrorsStopTheRun(t *testing.T) {
	for _, tc := range []struct {
		what         string
		status, code int
	}{
		{"caller ID not owned", 400, 21210},
		{"bad credentials", 401, 20003},
		{"account suspended", 403, 20005},
		{"queue full", 400, 22005},
		{"limit of calls at once", 400, 10004},
		{"limit of calls at once, as a 429", 429, 10004},
		{"limit of calls at once, as a 503", 503, 10004},
		{"an unknown code", 400, 29999},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond, Faults: []twiliosim.Fault{
					{Op: twiliosim.OpCreate, From: 3 * time.Second, Status: tc.status, Code: tc.code}}})
				file := new(memory)
				result := calls.Run(t.Context(), context.Background(), client, plan(100, 5), file, nil)
				checkNothingIsLeft(t, account, file)
				checkSums(t, plan(100, 5), result)
				var answer *twilioapi.APIError
				if !errors.As(result.Err, &answer) || answer.Code != tc.code || answer.Meaning() == "" {
					t.Errorf("stopped because of %v, want code %d", result.Err, tc.code)
				}
				if refused := result.Starts.Failures; len(refused) != 1 || refused[0].Calls > 5 {
					t.Errorf("refused %+v, want no more than the burst that met the error", refused)
				}
			})
		})
	}
}

// What Twilio, or who answers in its place, says is told in one line, does
// nothing to a terminal, and repeats no secret.
func TestWordsOfTwilioAreOnePrintableLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpCreate, Status: 400, Code: 29999, Message: "no\x1b[2J\r\ncall\u0085\u202etoday\u2028\x07é 号: https://bob:hunter2@example.com/a?key=hunter2"}}})
		result := calls.Run(t.Context(), context.Background(), client, plan(1, 1), new(memory), nil)
		var answer *twilioapi.APIError
		if !errors.As(result.Err, &answer) || answer.Message != "no[2J  call today é 号: https://…@example.com/a?…" {
			t.Errorf("stopped because of %q", result.Err)
		}
	})
}

// An error about a number takes that destination out, and no other.
func TestABadNumberTakesItsDestinationOut(t *testing.T) {
	for _, code := range []int{21211, 21214, 21215, 21216, 21217, 21219} {
		synctest.Test(t, func(t *testing.T) {
			const bad = "+14155550199"
			client, account := newClient(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond, Faults: []twiliosim.Fault{
				{Op: twiliosim.OpCreate, To: bad, Code: code}}})
			mixed := plan(100, 10)
			mixed.Destinations = []string{to, bad}
			file := new(memory)
			told := 0
			result := calls.Run(t.Context(), context.Background(), client, mixed, file, func(e calls.Event) {
				if _, ok := e.(calls.CallRefused); ok {
					told++
				}
			})
			checkNothingIsLeft(t, account, file)
			checkSums(t, mixed, result)
			p := result.Starts
			if p.Accepted != 50 || result.Err != nil {
				t.Errorf("%d: accepted %d, stopped by %v; want the 50 calls to the good number", code, p.Accepted, result.Err)
			}
			// The second burst was waiting when the first was refused.
			if sent := p.Refused; sent > 10 || told != 1 {
				t.Errorf("%d: %d calls sent to the bad number, told %d times; want at most two bursts' share, told once", code, sent, told)
			}
		})
	}
}

func TestPlacingStopsAfterTwentyUnknownOutcomesInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpCreate, From: 3 * time.Second, Status: 500, After: true}}})
		file := new(memory)
		result := calls.Run(t.Context(), context.Background(), client, plan(100, 5), file, nil)
		checkNothingIsLeft(t, account, file)
		if p := result.Starts; p.Accepted != 15 || p.Adopted+p.NotFound != 20 || p.NotStarted != 65 {
			t.Errorf("accepted %d, unknown %d, not started %d; want 15, 20, 65", p.Accepted, p.Adopted+p.NotFound, p.NotStarted)
		}
		if result.Starts.Adopted != 20 {
			t.Errorf("%d adopted, want the 20 unknown", result.Starts.Adopted)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpCreate, Nth: []int{1}, Status: 429, RetryAfter: 17 * time.Second}}})
		placed := place(t, client, plan(1, 1), new(memory))
		creates := account.Creates()
		if placed.Starts.Accepted != 1 || len(creates) != 2 || creates[1].At.Sub(creates[0].At) != 17*time.Second {
			t.Errorf("creates %+v, want the second 17 s after the first", creates)
		}
	})
}

// Repeats count against the cap like any other start.
func TestRepeatsPassTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpCreate, Share: 0.5, Status: 429}}})
		placed := place(t, client, plan(200, 10), new(memory))
		if placed.Starts.Accepted != 200 {
			t.Errorf("%d accepted, want 200", placed.Starts.Accepted)
		}
		if got := account.MostCreates(time.Second); got != 10 {
			t.Errorf("%d creates in the busiest second, want 10", got)
		}
	})
}

// A full disk stops the placing; every call, in the file or not, is hung up.
func TestAFullDiskStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{})
		full := &disk{left: 12}
		result := calls.Run(t.Context(), context.Background(), client, plan(100, 5), full, nil)
		var broken *calls.FileError
		if !errors.As(result.Err, &broken) || !errors.Is(broken, errFull) {
			t.Errorf("stopped because of %v, want the full disk", result.Err)
		}
		if n := result.Starts.Accepted; n < 13 || n > 15 || len(account.Live()) != 0 {
			t.Errorf("%d accepted, %d live; want the burst that met the full disk, none live", n, len(account.Live()))
		}
	})
}

// A disk has room for a number of SIDs.
type disk struct {
	memory
	left int
}

var errFull = errors.New("no space left on device")

func (d *disk) Append(sid string) error {
	if d.left--; d.left < 0 {
		return errFull
	}
	return d.memory.Append(sid)
}

// A far end that cannot prove to be Twilio is told nothing, and stops the run.
func TestABadCertificateStopsTheRun(t *testing.T) {
	t.Parallel()
	account := twiliosim.New(twiliosim.Config{})
	defer account.Close()
	server := httptest.NewUnstartedServer(account)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	client := clientOf(server, new(tls.Config))
	defer client.Close()
	placed := place(t, client, plan(10, 10), new(memory))
	if placed.Err == nil || !strings.Contains(placed.Err.Error(), "certificate") || account.Requests() != 0 {
		t.Errorf("stopped because of %v with %d requests answered, want a certificate failure and none", placed.Err, account.Requests())
	}
}

// clientOf returns a client that reaches a server on loopback in the place of Twilio.
func clientOf(server *httptest.Server, config *tls.Config) *twilioapi.Client {
	network := &http.Transport{TLSClientConfig: config, DialContext: func(ctx context.Context, kind, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, kind, server.Listener.Addr().String())
	}}
	return twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Transport: network})
}

// Of starts that wait for their burst when the run is interrupted nothing is sent,
// not even what closes a connection of TLS, and nobody waits for their answers.
func TestAnInterruptSendsNothingMore(t *testing.T) {
	t.Parallel()
	account := twiliosim.New(twiliosim.Config{})
	defer account.Close()
	server := httptest.NewTLSServer(account)
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client := clientOf(server, &tls.Config{RootCAs: roots, ServerName: "example.com"})
	defer client.Close()
	stop, interrupt := context.WithCancel(t.Context())
	result := calls.Run(t.Context(), stop, client, plan(10, 1), new(memory), func(e calls.Event) {
		if _, ok := e.(calls.Started); ok {
			interrupt()
		}
	})
	checkSums(t, plan(10, 1), result)
	if s := result.Starts; s.Accepted != 1 || s.NotStarted != 9 || len(account.Creates()) != 1 || len(account.Live()) > 0 {
		t.Errorf("%d accepted, %d not started, %d creates, %d live; want 1, 9, 1, none", s.Accepted, s.NotStarted, len(account.Creates()), len(account.Live()))
	}
}

// A hang-up of a call that is over is no failure.
func TestOverAlreadyIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{})
		placed := putCalls(account, 30)
		calls.End(t.Context(), client, slices.Values(placed), 0, nil)
		got := calls.End(t.Context(), client, slices.Values(placed), 20, func(e calls.Event) {
			if failed, ok := e.(calls.EndFailed); ok {
				t.Errorf("told of a failure: %v", failed.Err)
			}
		})
		if got.HangUps.AlreadyOver != 30 || got.HangUps.Failed != 0 || got.Records.Calls != 20 {
			t.Errorf("over %d, failed %d, records %d; want 30, 0, and the 20 asked for", got.HangUps.AlreadyOver, got.HangUps.Failed, got.Records.Calls)
		}
	})
}
