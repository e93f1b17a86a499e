package calls_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// listening returns a client of an account behind a socket, and the queries it
// sends.
func listening(t *testing.T, account *twiliosim.Account) (*calls.Client, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var queries []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			mu.Lock()
			queries = append(queries, r.URL.RawQuery)
			mu.Unlock()
		}
		account.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	client := calls.NewClient(calls.Config{
		AccountSID: "AC00000000000000000000000000000000",
		Username:   "AC00000000000000000000000000000000",
		Password:   "token",
		Transport: &http.Transport{DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}},
	})
	t.Cleanup(client.Close)
	return client, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(queries)
	}
}

// The library spoils addresses with dots and digits, so only phone numbers are
// filters; the answer is compared here, where a SIP address has no "sip:".
func TestListsByParties(t *testing.T) {
	for _, tc := range []struct {
		what, from, to string
		shown          string // as Twilio shows the destination
		want           string
	}{
		{"phone numbers are filters", from, to, to,
			"From=%2B15005550006&PageSize=1000&Status=queued&To=%2B14155550100"},
		{"a SIP address is not", from, "sip:alice@203.0.113.5", "alice@203.0.113.5",
			"From=%2B15005550006&PageSize=1000&Status=queued"},
		{"nor is a client name", "client:bob.7", "client:alice.5", "client:alice.5",
			"PageSize=1000&Status=queued"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			account := twiliosim.New(twiliosim.Config{})
			defer account.Close()
			account.Put("CA00000000000000000000000000000001", tc.from, tc.to)
			account.Put("CA00000000000000000000000000000002", tc.from, "sip:alice@203.0.113.50")
			client, queries := listening(t, account)
			live, err := client.Live(t.Context(), tc.from, tc.to)
			if err != nil || len(live) != 1 || live[0].To != tc.shown {
				t.Errorf("live: %+v, %v; want the call to %s", live, err, tc.shown)
			}
			if got := queries()[0]; got != tc.want {
				t.Errorf("query %s\nwant  %s", got, tc.want)
			}
		})
	}
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
	client := calls.NewClient(calls.Config{
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

func TestListsFollowThePages(t *testing.T) {
	t.Parallel()
	account := twiliosim.New(twiliosim.Config{})
	defer account.Close()
	placed := putCalls(account, 2500)
	client, queries := listening(t, account)
	live, err := client.Live(t.Context(), from, to)
	if err != nil || len(live) != len(placed) {
		t.Errorf("%d calls, error %v; want %d", len(live), err, len(placed))
	}
	if got := len(queries()); got != 5 { // queued, ringing, and three pages of those in progress
		t.Errorf("%d pages read, want 5", got)
	}
}
