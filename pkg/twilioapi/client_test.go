package twilioapi_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

const (
	from = "+15005550006"
	to   = "+14155550100"
)

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

// TWILIO_EDGE and TWILIO_REGION choose the host.
func TestEdgeAndRegionChooseTheHost(t *testing.T) {
	t.Parallel()
	hosts := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts <- r.Host
		_, _ = w.Write([]byte(`{"calls":[]}`))
	}))
	defer server.Close()
	client := twilioapi.New(twilioapi.Config{
		AccountSID: "AC00000000000000000000000000000000",
		Edge:       "sydney",
		Region:     "au1",
		Transport: &http.Transport{DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}},
	})
	defer client.Close()
	if _, err := client.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if host := <-hosts; host != "api.sydney.au1.twilio.com" {
		t.Errorf("asked %s, want api.sydney.au1.twilio.com", host)
	}
}
