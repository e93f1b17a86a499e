package twiliosim_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

// outcomes are what a create can look like from outside and inside.
type outcome struct {
	status  int    // of the answer; 0: none came
	body    string // what it begins with
	cut     bool   // it ended too early
	effect  bool   // there is a call
	logged  int    // status in the account's log
	retryIn string // Retry-After
}

// each way in which a create can go wrong; all hold on any kind of connection.
var outcomes = []struct {
	says  string
	fault twiliosim.Fault
	want  outcome
}{
	{"429", twiliosim.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond},
		outcome{status: 429, body: `{"code":20429,"message":"Too many requests",`, logged: 429, retryIn: "2"}},
	{"500", twiliosim.Fault{Status: 500},
		outcome{status: 500, body: `{"code":20500,`, logged: 500}},
	{"500 that placed the call", twiliosim.Fault{Status: 500, After: true},
		outcome{status: 500, body: `{"code":20500,`, effect: true, logged: 500}},
	{"a code's own status and message", twiliosim.Fault{Code: 21215},
		outcome{status: 400, body: `{"code":21215,"message":"The account is not authorised`, logged: 400}},
	{"another status and message", twiliosim.Fault{Status: 418, Code: 12345, Message: `a "tea" pot`},
		outcome{status: 418, body: `{"code":12345,"message":"a \"tea\" pot",`, logged: 418}},
	{"dropped before", twiliosim.Fault{Do: twiliosim.Drop}, outcome{}},
	{"dropped after", twiliosim.Fault{Do: twiliosim.Drop, After: true}, outcome{effect: true}},
	{"hung before", twiliosim.Fault{Do: twiliosim.Hang}, outcome{}},
	{"hung after", twiliosim.Fault{Do: twiliosim.Hang, After: true}, outcome{effect: true}},
	{"a web page", twiliosim.Fault{Do: twiliosim.HTML},
		outcome{status: 503, body: "<html>", logged: 503}},
	{"a web page after", twiliosim.Fault{Do: twiliosim.HTML, Status: 502, After: true},
		outcome{status: 502, body: "<html><head><title>502 Bad Gateway", effect: true, logged: 502}},
	{"half a body", twiliosim.Fault{Do: twiliosim.Cut},
		outcome{status: 201, body: `{"sid":"CA`, cut: true, effect: true, logged: 201}},
	{"an empty object", twiliosim.Fault{Do: twiliosim.Empty},
		outcome{status: 201, body: `{}`, effect: true, logged: 201}},
	{"nothing but a delay", twiliosim.Fault{Delay: time.Millisecond},
		outcome{status: 201, body: `{"sid":"CA`, effect: true, logged: 201}},
}

// createOver places a call and tells how it went. The client waits for an answer for patience.
func createOver(t *testing.T, a *twiliosim.Account, rt http.RoundTripper, base string, patience time.Duration) (got outcome) {
	t.Helper()
	form := url.Values{"From": {caller}, "To": {callee}, "Url": {"https://example.com/twiml"}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", base+"/2010-04-01/Accounts/"+accountSID+"/Calls.json", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := rt.RoundTrip(r)
	if err == nil {
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		got.status, got.body, got.cut = answer.StatusCode, string(body), err != nil
		got.retryIn = answer.Header.Get("Retry-After")
	}
	got.effect = len(a.Calls()) > 0
	creates := a.Creates()
	if len(creates) != 1 {
		t.Fatalf("%d creates arrived, want 1", len(creates))
	}
	got.logged = creates[0].Status
	if (creates[0].SID != "") != got.effect {
		t.Errorf("the log says SID %q, effect %v", creates[0].SID, got.effect)
	}
	return got
}

// check compares outcomes; the body has to begin as wanted.
func (want outcome) check(t *testing.T, got outcome) {
	t.Helper()
	if !strings.HasPrefix(got.body, want.body) || want.body == "{}" && got.body != "{}" {
		t.Errorf("body %q, want %q", got.body, want.body)
	}
	if got.body = want.body; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFaultsInMemory(t *testing.T) {
	for _, row := range outcomes {
		t.Run(row.says, func(t *testing.T) {
			inBubble(t, twiliosim.Config{Faults: []twiliosim.Fault{row.fault}}, func(t *phoneTest) {
				row.want.check(t.T, createOver(t.T, t.account, t.account.Transport(), "https://api.twilio.com", time.Minute))
			})
		})
	}
}

func TestFaultsOnASocket(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		for _, row := range outcomes {
			t.Run(map[bool]string{false: "HTTP1 ", true: "HTTP2 "}[h2]+row.says, func(t *testing.T) {
				t.Parallel()
				a := twiliosim.New(twiliosim.Config{Faults: []twiliosim.Fault{row.fault}})
				server := httptest.NewUnstartedServer(a)
				server.EnableHTTP2 = h2
				server.StartTLS()
				defer server.Close()
				defer a.Close()
				row.want.check(t, createOver(t, a, server.Client().Transport, server.URL, patience(row.fault)))
			})
		}
	}
}

// patience is how long to wait, in real time, for the answer to a request that a fault strikes.
func patience(f twiliosim.Fault) time.Duration {
	if f.Do == twiliosim.Hang {
		return 100 * time.Millisecond
	}
	return time.Minute
}

func TestWhichRequestsAFaultStrikes(t *testing.T) {
	// The requests of the test, by name: creates to two destinations, a fetch, a list, a hang-up of the first call, at
	// 0 s and again at 10 s.
	for _, row := range []struct {
		says  string
		fault twiliosim.Fault
		want  string
	}{
		{"all", twiliosim.Fault{}, "create create2 fetch list hangup create create2 fetch list hangup"},
		{"creates", twiliosim.Fault{Op: twiliosim.OpCreate}, "create create2 create create2"},
		{"hang-ups", twiliosim.Fault{Op: twiliosim.OpHangUp}, "hangup hangup"},
		{"fetches", twiliosim.Fault{Op: twiliosim.OpFetch}, "fetch fetch"},
		{"lists", twiliosim.Fault{Op: twiliosim.OpList}, "list list"},
		{"a destination, of creates, lists and calls", twiliosim.Fault{To: callee}, "create fetch list hangup create fetch list hangup"},
		{"another destination as it is stored", twiliosim.Fault{To: "bob@example.com"}, "create2 create2"},
		{"or requested", twiliosim.Fault{To: "sip:bob@example.com"}, "create2 create2"},
		{"a destination of creates", twiliosim.Fault{Op: twiliosim.OpCreate, To: callee}, "create create"},
		{"the nth", twiliosim.Fault{Nth: []int{2, 6}}, "create2 create"},
		{"the nth create", twiliosim.Fault{Op: twiliosim.OpCreate, Nth: []int{2, 3}}, "create2 create"},
		{"from a moment on", twiliosim.Fault{Op: twiliosim.OpList, From: 10 * time.Second}, "list"},
		{"in a time window, half open", twiliosim.Fault{From: 0, For: 10 * time.Second}, "create create2 fetch list hangup"},
		{"the nth in a time window", twiliosim.Fault{From: 5 * time.Second, For: time.Minute, Nth: []int{3}}, "fetch"},
	} {
		t.Run(row.says, func(t *testing.T) {
			row.fault.Status = 500
			inBubble(t, twiliosim.Config{Faults: []twiliosim.Fault{row.fault}}, func(t *phoneTest) {
				const sid = "CA0123456789abcdef0123456789abcdef"
				t.account.Put(sid, caller, callee)
				var struck []string
				note := func(name string, err error) {
					if codeOf(err) == 20500 {
						struck = append(struck, name)
					}
				}
				for _, at := range []time.Duration{0, 10 * time.Second} {
					t.at(at)
					_, err := t.twilio.CreateCall(order())
					note("create", err)
					_, err = t.twilio.CreateCall(order().SetTo("sip:bob@example.com"))
					note("create2", err)
					_, err = t.twilio.FetchCall(sid, nil)
					note("fetch", err)
					_, err = t.twilio.ListCall((&api.ListCallParams{}).SetTo(callee))
					note("list", err)
					_, err = t.twilio.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus("canceled"))
					note("hangup", err)
				}
				if got := strings.Join(struck, " "); got != row.want {
					t.Errorf("struck %q, want %q", got, row.want)
				}
			})
		})
	}
}

func TestShareOfAFault(t *testing.T) {
	const n = 2000
	for _, share := range []float64{0.2, 1} {
		inBubble(t, twiliosim.Config{Faults: []twiliosim.Fault{{Share: share, Status: 429}}}, func(t *phoneTest) {
			struck := 0
			for range n {
				if _, err := t.twilio.CreateCall(order()); codeOf(err) == 20429 {
					struck++
				}
			}
			if off := math.Abs(float64(struck) - share*n); off > 4*math.Sqrt(n*share*(1-share)) {
				t.Errorf("%d of %d struck, want a share of %v", struck, n, share)
			}
		})
	}
}

func TestFirstFaultWins(t *testing.T) {
	cfg := twiliosim.Config{Faults: []twiliosim.Fault{{Nth: []int{2}, Status: 503}, {Nth: []int{2, 3}, Status: 500}}}
	inBubble(t, cfg, func(t *phoneTest) {
		for _, code := range []int{0, 20503, 20500, 0} {
			_, err := t.twilio.CreateCall(order())
			t.refused(err, code)
		}
	})
}

func TestDelayAndEffect(t *testing.T) {
	for _, row := range []struct {
		says    string
		after   bool
		created time.Duration
	}{
		{"a delay passes before the effect, even when nobody waits any more", false, 40 * time.Second},
		{"or after it", true, 0},
	} {
		t.Run(row.says, func(t *testing.T) {
			cfg := twiliosim.Config{ResponseTime: time.Second, Faults: []twiliosim.Fault{{Delay: 40 * time.Second, After: row.after}}}
			inBubble(t, cfg, func(t *phoneTest) {
				got := createOver(t.T, t.account, t.account.Transport(), "http://x", 30*time.Second)
				if got.status != 0 || got.effect != row.after {
					t.Errorf("after 30 s: %+v", got)
				}
				t.at(time.Hour)
				calls := t.account.Calls()
				if len(calls) != 1 || calls[0].Created.Sub(t.begin) != row.created {
					t.Errorf("calls %v, want one created after %v", calls, row.created)
				}
			})
			inBubble(t, cfg, func(t *phoneTest) {
				t.create(order())
				if d := time.Since(t.begin); d != 41*time.Second {
					t.Errorf("the answer took %v, want 41 s", d)
				}
			})
		})
	}
}

func TestOutageInMemory(t *testing.T) {
	cfg := twiliosim.Config{ResponseTime: 200 * time.Millisecond, Faults: []twiliosim.Fault{
		{From: time.Second, For: time.Minute, Do: twiliosim.Outage},
	}}
	inBubble(t, cfg, func(t *phoneTest) {
		sid := t.create(order())
		t.at(900 * time.Millisecond)
		_, err := t.twilio.CreateCall(order()) // in flight when it begins
		if d := time.Since(t.begin); codeOf(err) != -1 || d != time.Second {
			t.Errorf("after %v: %v, want the connection closed at 1 s", d, err)
		}
		if n := len(t.account.Live()); n != 2 {
			t.Errorf("%d calls, want the second one too: it was placed on arrival", n)
		}
		_, err = t.twilio.FetchCall(sid, nil)
		if d := time.Since(t.begin); !errors.Is(err, syscall.ECONNREFUSED) || d != time.Second {
			t.Errorf("after %v: %v, want refused at once", d, err)
		}
		t.at(61*time.Second - 1)
		if _, err = t.twilio.FetchCall(sid, nil); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("just before its end: %v", err)
		}
		t.at(61 * time.Second)
		t.is(sid, "in-progress")
	})
}

func TestOutageOnASocket(t *testing.T) {
	t.Parallel()
	a := twiliosim.New(twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage}}})
	server := httptest.NewServer(a)
	defer server.Close()
	if answer, err := http.Get(server.URL); err == nil {
		answer.Body.Close()
		t.Errorf("answered %s", answer.Status)
	}
	if n := len(a.Creates()); n != 0 {
		t.Errorf("%d creates arrived", n)
	}
}

func TestCloseEndsWhatWaits(t *testing.T) {
	for _, fault := range []twiliosim.Fault{{Do: twiliosim.Hang}, {Delay: time.Hour}} {
		inBubble(t, twiliosim.Config{Faults: []twiliosim.Fault{fault}}, func(t *phoneTest) {
			done := make(chan error)
			go func() {
				_, err := t.twilio.CreateCall(order())
				done <- err
			}()
			t.at(time.Second)
			t.account.Close()
			t.account.Close()
			if err := <-done; codeOf(err) != -1 || time.Since(t.begin) != time.Second {
				t.Errorf("after %v: %v", time.Since(t.begin), err)
			}
			if _, err := t.account.Dial(t.Context(), "tcp", "x"); err == nil {
				t.Error("dialed a closed account")
			}
			if n := len(t.account.Creates()); n != 1 {
				t.Errorf("%d creates remembered, want 1", n)
			}
		})
	}
}

func TestDialHearsItsContext(t *testing.T) {
	inBubble(t, twiliosim.Config{ConnectTime: time.Minute}, func(t *phoneTest) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := t.account.Dial(ctx, "tcp", "x")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(t.begin) != time.Second {
			t.Errorf("after %v: %v", time.Since(t.begin), err)
		}
	})
}

func TestHangEndsWithTheClient(t *testing.T) {
	cfg := twiliosim.Config{MaxConcurrent: 1, Faults: []twiliosim.Fault{{Nth: []int{1}, Do: twiliosim.Hang}}}
	inBubble(t, cfg, func(t *phoneTest) {
		got := createOver(t.T, t.account, t.account.Transport(), "http://x", time.Second)
		got.check(t.T, outcome{})
		t.at(2 * time.Second)
		t.create(order()) // refused if the first one were still being served
	})
}
