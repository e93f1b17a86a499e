package attack_test

import (
	"bufio"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"

	"github.com/gobwas/ws"
	"github.com/twilio/twilio-go/client"
)

// Sessions over real connections: over TLS with the endpoint's certificate, without
// where the endpoint is without, and behind a tunnel, whose URL is signed.
func TestSessionsOverRealConnections(t *testing.T) {
	for _, tc := range []struct {
		what   string
		tls    bool
		tunnel string // the host that Twilio has
	}{
		{what: "TLS", tls: true},
		{what: "no TLS"},
		{what: "TLS at the tunnel", tunnel: "public.example"},
		{what: "TLS at the tunnel and behind it", tls: true, tunnel: "public.example"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int64
			host := tc.tunnel
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Upgrade") == "" {
					w.Header().Set("Content-Type", "text/xml")
					fmt.Fprintf(w, `<Response><Connect><ConversationRelay url="wss://%s/agent?a=1"/></Connect></Response>`, host)
					return
				}
				validator := client.NewRequestValidator(token)
				if !validator.Validate("wss://"+host+r.RequestURI, nil, r.Header.Get("X-Twilio-Signature")) {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				conn, _, _, err := ws.UpgradeHTTP(r, w)
				if err != nil {
					t.Error(err)
					return
				}
				opened.Add(1)
				go func() {
					defer conn.Close()
					answering(0, "Hello.")(&line{Conn: conn, in: bufio.NewReader(conn)})
				}()
			}))
			cfg := attack.Config{Total: 20, Concurrency: 5, Envelope: webhook.Envelope{Kind: webhook.Call}}
			if tc.tls {
				server.StartTLS()
				cfg.RootCAs = x509.NewCertPool()
				cfg.RootCAs.AddCert(server.Certificate())
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			cfg.Envelope.URL = server.URL + "/first"
			if host == "" {
				host = server.Listener.Addr().String()
			} else {
				cfg.Envelope.SignURL = "https://" + host + "/first"
			}
			person, err := dialog.PersonParser(webhook.Call)(`{"Then": ["hello", "bye"]}`)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Persons = []*dialog.Person{person}
			a := theAgent(t, run(t, cfg))
			if got, want := sessionEndings(&a), "finished: 20"; got != want || opened.Load() != 20 || a.Answered != 40 {
				t.Errorf("sessions: %s, want %s; %d opened, %d answers, %v", got, want, opened.Load(), a.Answered, a.NotOpened)
			}
		})
	}
}
