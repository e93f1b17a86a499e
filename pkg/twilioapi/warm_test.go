package twilioapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// Creates go over connections that have answered a read, also when there are none
// at first: connecting takes no part in the gate.
func TestCreatesGoOverWarmConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ConnectTime: 300 * time.Millisecond, ResponseTime: 100 * time.Millisecond})
		client.Warm(t.Context(), 3, 3)
		if n := account.Requests(twiliosim.OpList); n != 3 {
			t.Errorf("%d reads, want one for each connection", n)
		}
		began := time.Now()
		for range 4 {
			go func() { _, _, _ = create(t, client) }()
		}
		time.Sleep(10 * time.Second)
		var after []time.Duration
		for _, c := range account.Creates() {
			after = append(after, c.At.Sub(began))
		}
		// The fourth takes a connection that comes back.
		if len(after) != 4 || after[2] != 0 || after[3] != 100*time.Millisecond || account.Requests(twiliosim.OpList) != 3 {
			t.Errorf("creates after %v, %d reads; want three at once, one after 100ms, and 3", after, account.Requests(twiliosim.OpList))
		}
	})
}

func TestWarmAndTrim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: time.Second})
		reads := func(want int, what string) {
			t.Helper()
			if got := account.Requests(twiliosim.OpList); got != want {
				t.Errorf("%s: %d reads so far, want %d", what, got, want)
			}
		}
		began := time.Now()
		client.Warm(t.Context(), 10, 4)
		reads(10, "ten connections")
		if took := time.Since(began); took != 3*time.Second || account.PeakConcurrent() != 4 {
			t.Errorf("took %v with %d at once, want 3s with 4", took, account.PeakConcurrent())
		}
		client.Warm(t.Context(), 12, 4)
		reads(12, "two more")
		client.Warm(t.Context(), 5, 4)
		reads(12, "enough are there")
		client.Trim(3)
		client.Warm(t.Context(), 5, 4)
		reads(14, "two of three were closed")
		client.Close()
		client.Warm(t.Context(), 1, 1)
		reads(15, "all were closed")
	})
}

// Opening connections gives up after ten failures, however many are wanted.
func TestWarmGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Drop}}})
		client.Warm(t.Context(), 1000, 1)
		if n := account.Requests(); n < 10 || n > 11 {
			t.Errorf("%d tries, want ten", n)
		}
	})
}

// A connection that is closed after its answer carries no create.
func TestConnectionsThatAreNotKept(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = w.Write([]byte(`{"calls":[]}`))
	}))
	defer server.Close()
	client := twilioapi.New(twilioapi.Config{AccountSID: "AC00000000000000000000000000000000", Transport: leadingTo(server)})
	_, attempt, err := create(t, client)
	if twilioapi.OutcomeOf(err) != twilioapi.NotProcessed || !attempt.SentAt.IsZero() || !strings.Contains(err.Error(), "closed after its first answer") {
		t.Errorf("%v, %+v; want it unsent", err, attempt)
	}
}
