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
	"testing/synctest"
	"time"

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
			listed, err := all(client.Calls(t.Context(), nil, twilioapi.Filter{From: tc.from, To: tc.to, Status: "in-progress"}))
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
	listed, err := all(client.Calls(t.Context(), nil, twilioapi.Filter{From: from, To: to}))
	if err != nil || len(listed) != 2500 || len(queries()) != 3 {
		t.Errorf("%d calls on %d pages, error %v; want 2500 on 3", len(listed), len(queries()), err)
	}
	for range client.Calls(t.Context(), nil, twilioapi.Filter{}) {
		break
	}
	if n := len(queries()); n != 4 {
		t.Errorf("%d pages read for one call, want one more", n-3)
	}
}

// A list by the time of creation, in every order: all that belongs to it, and no
// more pages than needed where the order shows.
func TestListsByCreation(t *testing.T) {
	for _, tc := range []struct {
		what  string
		order twiliosim.Order
		pages int // of five
	}{
		{"by creation", twiliosim.ByCreation, 2},
		{"by start", twiliosim.ByStart, 2},
		{"shuffled", twiliosim.Shuffled, 5},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(12 * time.Hour)
			client, account := newClient(t, twiliosim.Config{ListOrder: tc.order})
			for i := range 5000 {
				account.PutEarlier(fmt.Sprintf("CA%032x", i), from, to, time.Duration(5000-i)*time.Second)
			}
			now := time.Now()
			listed, err := all(client.Calls(t.Context(), nil, twilioapi.Filter{From: from, To: to, StartedSince: now.Add(-time.Hour), CreatedSince: now.Add(-1500 * time.Second)}))
			if err != nil || len(listed) != 1500 || account.Requests(twiliosim.OpList) != tc.pages {
				t.Errorf("%s: %d calls on %d pages, %v; want 1500 on %d", tc.what, len(listed), account.Requests(twiliosim.OpList), err, tc.pages)
			}
			if listed, err = all(client.Calls(t.Context(), nil, twilioapi.Filter{From: from, To: to, StartedSince: now})); len(listed) != 5000 || err != nil {
				t.Errorf("%s: %d calls of the day, %v; want all", tc.what, len(listed), err)
			}
			if listed, err = all(client.Calls(t.Context(), nil, twilioapi.Filter{StartedSince: now.Add(24 * time.Hour)})); len(listed) != 0 || err != nil {
				t.Errorf("%s: %d calls of the next day, %v; want none", tc.what, len(listed), err)
			}
		})
	}
}

// A page is asked for again while Twilio cannot answer; an error that does not
// pass ends the list.
func TestListsThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpList, Nth: []int{1, 3, 4}, Status: 500}, {Op: twiliosim.OpList, From: time.Hour, Status: 403}}})
		for i := range 1500 {
			account.Put(fmt.Sprintf("CA%032x", i), from, to)
		}
		if listed, err := all(client.Calls(t.Context(), nil, twilioapi.Filter{})); err != nil || len(listed) != 1500 || account.Requests() != 5 {
			t.Errorf("%d calls, %v, %d requests; want all 1500 with 5", len(listed), err, account.Requests())
		}
		time.Sleep(time.Hour)
		if listed, err := all(client.Calls(t.Context(), nil, twilioapi.Filter{})); twilioapi.OutcomeOf(err) != twilioapi.Refused || len(listed) != 0 {
			t.Errorf("%d calls, %v; want the refusal", len(listed), err)
		}
	})
}

// Parties are compared as Twilio shows them.
func TestListsChooseParties(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{})
		account.Put("CA00000000000000000000000000000001", "sip:Alice@example.com", "client:bob")
		account.Put("CA00000000000000000000000000000002", "sip:alice@example.com", "client:bobby")
		for _, tc := range []struct {
			f    twilioapi.Filter
			want int
		}{
			{twilioapi.Filter{}, 2},
			{twilioapi.Filter{From: "sip:alice@EXAMPLE.com"}, 2},
			{twilioapi.Filter{From: "alice@example.com", To: "client:bob"}, 1},
			{twilioapi.Filter{To: "client:bobby"}, 1},
			{twilioapi.Filter{To: "client:b"}, 0},
			{twilioapi.Filter{From: "sip:bob@example.com"}, 0},
			{twilioapi.Filter{Status: "queued"}, 0},
		} {
			if listed, err := all(client.Calls(t.Context(), nil, tc.f)); err != nil || len(listed) != tc.want {
				t.Errorf("%+v: %d calls, %v; want %d", tc.f, len(listed), err, tc.want)
			}
		}
	})
}
