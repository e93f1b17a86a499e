package twilioapi_test

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// listening returns a client of an account behind a socket, and the queries it
// sends.
func listening(t *testing.T, account *twiliosim.Account) (*twilioapi.Client, func() []string) {
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
	client := twilioapi.New(twilioapi.Config{
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

// all reads a list to its end.
func all(list iter.Seq2[twilioapi.Call, error]) (calls []twilioapi.Call, err error) {
	for call, err := range list {
		if err != nil {
			return calls, err
		}
		calls = append(calls, call)
	}
	return calls, nil
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
			"From=%2B15005550006&PageSize=1000&Status=in-progress&To=%2B14155550100"},
		{"a SIP address is not", from, "sip:alice@203.0.113.5", "alice@203.0.113.5",
			"From=%2B15005550006&PageSize=1000&Status=in-progress"},
		{"nor is a client name", "client:bob.7", "client:alice.5", "client:alice.5",
			"PageSize=1000&Status=in-progress"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			account := twiliosim.New(twiliosim.Config{})
			defer account.Close()
			account.Put("CA00000000000000000000000000000001", tc.from, tc.to)
			account.Put("CA00000000000000000000000000000002", tc.from, "sip:alice@203.0.113.50")
			client, queries := listening(t, account)
			listed, err := all(client.Calls(t.Context(), twilioapi.Filter{From: tc.from, To: tc.to, Status: "in-progress"}))
			if err != nil || len(listed) != 1 || listed[0].To != tc.shown {
				t.Errorf("%+v, %v; want the call to %s", listed, err, tc.shown)
			}
			if got := queries()[0]; got != tc.want {
				t.Errorf("query %s\nwant  %s", got, tc.want)
			}
		})
	}
}

func TestListsFollowThePages(t *testing.T) {
	t.Parallel()
	account := twiliosim.New(twiliosim.Config{})
	defer account.Close()
	for i := range 2500 {
		account.Put(fmt.Sprintf("CA%032x", i), from, to)
	}
	client, queries := listening(t, account)
	listed, err := all(client.Calls(t.Context(), twilioapi.Filter{From: from, To: to}))
	if err != nil || len(listed) != 2500 || len(queries()) != 3 {
		t.Errorf("%d calls on %d pages, error %v; want 2500 on 3", len(listed), len(queries()), err)
	}
}
