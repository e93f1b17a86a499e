package attack_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

func TestEveryRequestIsSignedFreshAndAccepted(t *testing.T) {
	for _, tc := range []struct {
		what string
		cfg  attack.Config
	}{
		{"closed loop", attack.Config{Total: 600, Concurrency: 20}},
		{"open loop", attack.Config{Total: 600, Rate: 600}},
		{"more connections than requests", attack.Config{Total: 3, Concurrency: 20}},
	} {
		g := &guard{}
		tc.cfg.Envelope.URL = serve(t, g) + "/sms?b=2&a=%7e"
		r := run(t, tc.cfg)
		n := tc.cfg.Total
		if r.Requests.Sent != n || r.Requests.Accepted != n || g.passed != n || len(g.sids) != n {
			t.Errorf("%s: %d sent, %d accepted, %d passed twilio-go's validator, %d different SIDs; want %d of each",
				tc.what, r.Requests.Sent, r.Requests.Accepted, g.passed, len(g.sids), n)
		}
		if r.Replies != (webhook.Replies{Count: n, Segments: n}) || r.Received != n {
			t.Errorf("%s: replies %+v, %d segments received, want %d each", tc.what, r.Replies, r.Received, n)
		}
	}
}

func TestRowsAreUsedEqually(t *testing.T) {
	var rows []webhook.Row
	for i := range 7 {
		rows = append(rows, webhook.Row{{Name: "Body", Value: fmt.Sprint(i)}})
	}
	for _, cfg := range []attack.Config{{Total: 703, Concurrency: 9}, {Total: 703, Rate: 1000}} {
		g := &guard{}
		cfg.Envelope.URL, cfg.Rows = serve(t, g)+"/", rows
		run(t, cfg)
		for body, n := range g.bodies {
			if want := 100; n != want && !(n == 101 && body < "3") {
				t.Errorf("row %s is used %d times, want %d", body, n, want)
			}
		}
	}
}

func TestBadSignaturesAreRefusedExactly(t *testing.T) {
	rows := []webhook.Row{{{Name: "Body", Value: "a"}}, {{Name: "Body", Value: "b"}}, {{Name: "Body", Value: "c"}}, {{Name: "Body", Value: "d"}}}
	for _, tc := range []struct {
		what    string
		percent float64
		want    int
	}{
		{"none", 0, 0},
		{"a tenth", 10, 80},
		{"half a percent", 0.5, 4},
		{"all", 100, 800},
	} {
		g := &guard{}
		cfg := attack.Config{Total: 800, Concurrency: 8, Rows: rows, BadSignature: tc.percent, Envelope: webhook.Envelope{URL: serve(t, g) + "/sms"}}
		r := run(t, cfg)
		if cfg.Forgeries() != tc.want || r.Requests.BadSignatures != tc.want || r.Requests.Refused != tc.want || r.Requests.Accepted != 800-tc.want || g.stood != tc.want || r.Requests.LetThrough != 0 {
			t.Errorf("%s: forged %d, refused %d, accepted %d, let through %d; want %d forged and exactly these refused", tc.what, r.Requests.BadSignatures, r.Requests.Refused, r.Requests.Accepted, r.Requests.LetThrough, tc.want)
		}
		if r.Received != 800-tc.want {
			t.Errorf("%s: %d segments received, want %d: forged requests are no messages", tc.what, r.Received, 800-tc.want)
		}
		for body, n := range g.stoodBodies {
			if some := 2 + tc.want/40; n < tc.want/4-some || n > tc.want/4+some {
				t.Errorf("%s: row %s got %d of %d wrong signatures, want about a quarter", tc.what, body, n, tc.want)
			}
		}
	}
}

func TestAnEndpointThatLetsForgeriesThrough(t *testing.T) {
	r := run(t, attack.Config{Total: 100, BadSignature: 25, Envelope: webhook.Envelope{URL: serve(t, http.HandlerFunc(thanks))}})
	if r.Requests.LetThrough != 25 || r.Requests.Refused != 0 || r.Requests.Accepted != 75 || r.Requests.Completed != 75 || r.Replies.Count != 75 {
		t.Errorf("%+v, want 25 let through and replies to the other 75 only", r)
	}
	r = run(t, attack.Config{Total: 100, BadSignature: 25, Envelope: webhook.Envelope{URL: serve(t, http.NotFoundHandler())}})
	if r.Requests.LetThrough != 0 || r.Requests.Refused != 0 || r.Requests.Errored != 100 {
		t.Errorf("%+v, want all failed: 404 neither refuses nor lets through", r)
	}
}

// What neither refuses nor acts upon a wrong signature has not let it through.
func TestWhatIsNotLettingThrough(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/308", http.RedirectHandler("/ok", http.StatusPermanentRedirect))
	mux.Handle("/loop", http.RedirectHandler("/loop", http.StatusTemporaryRedirect))
	mux.Handle("/login", http.RedirectHandler("/page", http.StatusFound))
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>Log in</html>") })
	mux.Handle("/away", http.RedirectHandler("/ok", http.StatusSeeOther))
	mux.Handle("/moved", http.RedirectHandler("/ok", http.StatusTemporaryRedirect))
	mux.HandleFunc("/ok", thanks)
	mux.Handle("/refused", http.RedirectHandler("/403", http.StatusFound))
	mux.HandleFunc("/403", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	url := serve(t, mux)
	for _, tc := range []struct {
		what, path                  string
		failed, refused, letThrough int
		code                        webhook.Code // of the failed
	}{
		{"a redirect that is not followed", "/308", 4, 0, 0, webhook.BadRedirect},
		{"a redirect loop", "/loop", 4, 0, 0, webhook.TooManyRedirects},
		{"a redirect to a page to log in", "/login", 4, 0, 0, webhook.RootNotResponse},
		{"the same page without a redirect", "/page", 4, 0, 0, webhook.RootNotResponse},
		{"a redirect to a page that is TwiML", "/away", 4, 0, 0, webhook.RedirectAway},
		{"a redirect to a refusal", "/refused", 0, 4, 0, 0},
		{"a redirect that keeps the fields, to TwiML", "/moved", 0, 0, 4, 0},
		{"TwiML", "/ok", 0, 0, 4, 0},
	} {
		r := run(t, attack.Config{Total: 4, BadSignature: 100, Envelope: webhook.Envelope{URL: url + tc.path}})
		if r.Requests.Errored != tc.failed || r.Requests.Refused != tc.refused || r.Requests.LetThrough != tc.letThrough || verdicts(r)[tc.code] != tc.failed {
			t.Errorf("%s: %d failed (%v), %d refused, %d let through; want %d, %d and %d", tc.what, r.Requests.Errored, verdicts(r), r.Requests.Refused, r.Requests.LetThrough, tc.failed, tc.refused, tc.letThrough)
		}
	}
}

func TestSignURLIsWhatIsSigned(t *testing.T) {
	g := &guard{url: "https://public.example:8443/sms?x=1"}
	r := run(t, attack.Config{Total: 10, Envelope: webhook.Envelope{URL: serve(t, g) + "/behind/the/tunnel", SignURL: g.url}})
	if r.Requests.Accepted != 10 {
		t.Errorf("%d of 10 accepted", r.Requests.Accepted)
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(thanks))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	for _, tc := range []struct {
		what string
		cfg  attack.Config
		want webhook.Code
	}{
		{"a trusted certificate", attack.Config{RootCAs: roots}, webhook.Accepted},
		{"one that is not trusted", attack.Config{}, webhook.CertificateUntrusted},
		{"one for another host", attack.Config{RootCAs: roots, Envelope: webhook.Envelope{URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)}}, webhook.CertificateName},
	} {
		if tc.cfg.Envelope.URL == "" {
			tc.cfg.Envelope.URL = server.URL
		}
		tc.cfg.Total = 2
		if r := run(t, tc.cfg); !maps.Equal(verdicts(r), map[webhook.Code]int{tc.want: 2}) {
			t.Errorf("%s: verdicts %v (%v), want %d twice", tc.what, verdicts(r), causes(r), tc.want)
		}
	}

	plain := serve(t, http.HandlerFunc(thanks))
	r := run(t, attack.Config{Total: 1, Envelope: webhook.Envelope{URL: strings.Replace(plain, "http:", "https:", 1)}})
	if verdicts(r)[webhook.TLSFailure] != 1 {
		t.Errorf("https to a plain port: verdicts %v (%v), want %d", verdicts(r), causes(r), webhook.TLSFailure)
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := attack.Config{Envelope: webhook.Envelope{URL: "http://a.example"}, Rows: oneRow, Token: token, Total: 1, Concurrency: 1}
	for what, change := range map[string]func(*attack.Config){
		"one request":                            func(*attack.Config) {},
		"as many as there may be":                func(c *attack.Config) { c.Total = attack.MaxTotal },
		"a ramp of half a second of connections": func(c *attack.Config) { c.Ramp = time.Second / 2 },
		"one of whole seconds of a rate":         func(c *attack.Config) { c.Rate, c.Ramp = 10, 2*time.Second },
	} {
		cfg := good
		change(&cfg)
		if _, err := attack.New(cfg); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, spoil := range map[string]func(*attack.Config){
		"no request":                        func(c *attack.Config) { c.Total = 0 },
		"too many requests":                 func(c *attack.Config) { c.Total = attack.MaxTotal + 1 },
		"no row":                            func(c *attack.Config) { c.Rows = nil },
		"no token":                          func(c *attack.Config) { c.Token = "" },
		"neither loop":                      func(c *attack.Config) { c.Concurrency = 0 },
		"a negative rate":                   func(c *attack.Config) { c.Rate = -1 },
		"a ramp of half a second of a rate": func(c *attack.Config) { c.Rate, c.Ramp = 10, time.Second/2 },
		"a negative bound":                  func(c *attack.Config) { c.MaxInFlight = -1 },
		"a negative patience":               func(c *attack.Config) { c.Agents.Patience = -1 },
		"a negative timeout":                func(c *attack.Config) { c.Timeout = -1 },
		"over a hundred percent":            func(c *attack.Config) { c.BadSignature = 100.5 },
		"a bad URL":                         func(c *attack.Config) { c.Envelope.URL = "a.example" },
		"a bad URL to sign":                 func(c *attack.Config) { c.Envelope.SignURL = "a.example" },
	} {
		cfg := good
		spoil(&cfg)
		if _, err := attack.New(cfg); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func TestNothingIsSentAfterAnInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, cfg := range []attack.Config{{Total: 10, Concurrency: 2}, {Total: 10, Rate: 10}} {
		cfg.Envelope.URL = serve(t, http.HandlerFunc(thanks))
		if r := runUntil(t, ctx, cfg); r.Requests.Sent != 0 || r.Plan.Requests != 10 || r.Rate != 0 {
			t.Errorf("%+v, want 0 of 10 sent", r)
		}
	}
}

func BenchmarkClosedLoop(b *testing.B) {
	url := serve(b, http.HandlerFunc(thanks))
	b.ReportAllocs()
	b.ResetTimer()
	run(b, attack.Config{Total: b.N, Concurrency: 50, Envelope: webhook.Envelope{URL: url}})
}
