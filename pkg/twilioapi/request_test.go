package twilioapi_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// An answer that says yes in no words of Twilio's is an error, and a create that
// gets one may have placed a call.
func TestAnswersThatAreNotTwilios(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost || strings.Contains(r.URL.Path, "CA") {
			_, _ = w.Write([]byte("<html>Welcome</html>"))
			return
		}
		_, _ = w.Write([]byte(`{"calls":[]}`))
	}))
	defer server.Close()
	client := twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Transport: leadingTo(server)})
	defer client.Close()
	if _, attempt, err := create(t, client); twilioapi.OutcomeOf(err) != twilioapi.Unknown || attempt.SentAt.IsZero() {
		t.Errorf("create: %v, %+v; want an unknown outcome", err, attempt)
	}
	if call, err := client.Fetch(t.Context(), "CA00000000000000000000000000000001"); err == nil || !strings.Contains(err.Error(), "invalid character '<'") {
		t.Errorf("fetch: %+v, %v; want what cannot be read", call, err)
	}
}

// leadingTo is a transport whose connections lead to a server.
func leadingTo(server *httptest.Server) *http.Transport {
	return &http.Transport{DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
}

// The parameters of a create are those that Twilio documents.
func TestWhatACreateSends(t *testing.T) {
	forms := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_ = r.ParseForm()
			forms <- r.PostForm.Encode()
		}
		_, _ = w.Write([]byte(`{}`))
	}))
	defer server.Close()
	client := twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Transport: leadingTo(server)})
	defer client.Close()
	for want, call := range map[string]twilioapi.NewCall{
		"From=a&To=b&Twiml=%3CResponse%2F%3E":         {From: "a", To: "b", TwiML: "<Response/>"},
		"From=a&TimeLimit=90&To=b&Url=http%3A%2F%2Fx": {From: "a", To: "b", URL: "http://x", TimeLimit: 90 * time.Second},
	} {
		if call, _, err := client.Create(t.Context(), t.Context(), call, atOnce); err != nil || call != (twilioapi.Call{}) {
			t.Errorf("%+v, %v; want a call of which nothing is known", call, err)
		}
		if got := <-forms; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	}
}

// A redirect is not followed: it is not Twilio's.
func TestRedirectsAreNotFollowed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://api.twilio.com/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	client := twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Transport: leadingTo(server)})
	defer client.Close()
	_, err := client.Check(t.Context())
	var answer *twilioapi.APIError
	if !errors.As(err, &answer) || answer.Status != 302 || !strings.Contains(answer.Hint(), "captive portal") {
		t.Errorf("%v, want the answer 302", err)
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
	client := twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Edge: "sydney", Region: "au1", Transport: leadingTo(server)})
	defer client.Close()
	if _, err := client.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if host := <-hosts; host != "api.sydney.au1.twilio.com" {
		t.Errorf("asked %s, want api.sydney.au1.twilio.com", host)
	}
}
