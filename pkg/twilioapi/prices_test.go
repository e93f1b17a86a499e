package twilioapi_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// Prices are those of the account's table, by destination and caller.
func TestPrices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const mine, abroad, unknown = "+14155550101", "+442071838750", "+999"
		client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond, Numbers: []string{from, mine}, Prices: []twiliosim.Price{
			{To: "+1", Outbound: "0.0140", Inbound: "0.0085"},
			{To: "+44", Outbound: "0.1000", Unit: "GBP"},
			{To: "+44", From: "+1500", Outbound: "0.0300", Unit: "GBP"},
			{To: "+999"},
		}})
		ask := []twilioapi.Parties{{From: from, To: to}, {From: from, To: mine}, {From: from, To: abroad}, {From: mine, To: abroad},
			{From: from, To: unknown}, {From: from, To: "sip:a@example.com"}, {From: from, To: "+7"}}
		quotes := client.Prices(t.Context(), ask, time.Second)
		for i, want := range []struct{ outbound, inbound, currency, err string }{
			{"0.0140", "none", "USD", ""},
			{"0.0140", "0.0085", "USD", ""},
			{"0.0300", "none", "GBP", ""},
			{"0.1000", "none", "GBP", ""},
			{"none", "none", "", "there is no price for it"},
			{"none", "none", "", "only phone numbers have prices"},
			{"none", "none", "", "there is no price for it"},
		} {
			got := quotes[i]
			outbound, inbound, err := "none", "none", ""
			if got.Outbound != nil {
				outbound = got.Outbound.FloatString(4)
			}
			if got.Inbound != nil {
				inbound = got.Inbound.FloatString(4)
			}
			if got.Err != nil {
				err = got.Err.Error()
			}
			if got.Parties != ask[i] || outbound != want.outbound || inbound != want.inbound || got.Currency != want.currency || err != want.err {
				t.Errorf("%v: %v, %v %s, %q; want %+v", got.Parties, outbound, inbound, got.Currency, err, want)
			}
		}
		if n := account.Requests(twiliosim.OpPrice); n != 6 {
			t.Errorf("asked %d times, want 6: not for SIP", n)
		}
	})
}

// Fifty are asked for at once, and again while Twilio is busy, for as long as it
// may take and no longer.
func TestPricesTakeNoLongerThanTheyMay(t *testing.T) {
	ask := same
	for _, tc := range []struct {
		what    string
		account twiliosim.Config
		n       int
		within  time.Duration
		priced  int
		took    time.Duration
		err     string // of the last that has no price
	}{
		{"fifty at once", twiliosim.Config{ResponseTime: 300 * time.Millisecond}, 120, 2 * time.Second, 120, 900 * time.Millisecond, ""},
		{"time is up", twiliosim.Config{ResponseTime: 900 * time.Millisecond}, 120, 2 * time.Second, 100, 2 * time.Second, "no answer: the 2s for asking are over"},
		{"refused for good", twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpPrice, Status: 401}}}, 1, 2 * time.Second, 0, 0,
			`Twilio error 20003 (HTTP 401): the credentials are wrong, of another region, or revoked ("Authenticate")`},
		{"an answer that is none", twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpPrice, Do: twiliosim.Empty}}}, 1, 2 * time.Second, 0, 0, "there is no price for it"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tc.account.PricePerMinute = 0.014
				client, _ := newClient(t, tc.account)
				began := time.Now()
				priced, last := 0, ""
				for _, quote := range client.Prices(t.Context(), ask(tc.n), tc.within) {
					if quote.Err == nil {
						priced++
					} else {
						last = quote.Err.Error()
					}
				}
				if took := time.Since(began); priced != tc.priced || took != tc.took || last != tc.err {
					t.Errorf("%d priced in %v, the last error %q; want %d in %v, %q", priced, took, last, tc.priced, tc.took, tc.err)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{PricePerMinute: 1, Faults: []twiliosim.Fault{{Op: twiliosim.OpPrice, Nth: []int{1, 2}, Status: 429}}})
		if quote := client.Prices(t.Context(), ask(1), 2*time.Second)[0]; quote.Err != nil || account.Requests(twiliosim.OpPrice) != 3 {
			t.Errorf("%v after %d requests, want a price after two that were too many", quote.Err, account.Requests(twiliosim.OpPrice))
		}
	})
}

func same(n int) []twilioapi.Parties {
	parties := make([]twilioapi.Parties, n)
	for i := range parties {
		parties[i] = twilioapi.Parties{From: from, To: to}
	}
	return parties
}

// The Pricing API is another host, of the same edge and region, and wants the
// same credentials.
func TestWherePricesAreAskedFor(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		asked <- user + "@" + r.Host + r.URL.RequestURI()
	}))
	defer server.Close()
	client := twilioapi.New(twilioapi.Config{
		AccountSID: "AC00000000000000000000000000000000", Username: "SK1", Password: "secret",
		Edge: "sydney", Region: "au1",
		Transport: &http.Transport{DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}},
	})
	defer client.Close()
	client.Prices(t.Context(), []twilioapi.Parties{{From: from, To: to}}, time.Minute)
	want := "SK1@pricing.sydney.au1.twilio.com/v2/Voice/Numbers/+14155550100?OriginationNumber=%2B15005550006"
	if got := <-asked; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}
