package calls_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

const (
	from = "+15005550006"
	to   = "+14155550100"
)

// memory is a SID file that keeps its SIDs in memory.
type memory struct {
	mu   sync.Mutex
	sids []string
}

func (m *memory) Append(sid string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sids = append(m.sids, sid)
	return nil
}

// newClient returns a client of a new simulated account.
func newClient(t testing.TB, cfg twiliosim.Config) (*twilioapi.Client, *twiliosim.Account) {
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

func plan(count, cps int) calls.Plan {
	return calls.Plan{
		CallerIDs:    []string{from},
		Destinations: []string{to},
		CallCount:    count,
		CPS:          cps,
		TwiML:        calls.DefaultTwiML,
		EndCalls:     true,
	}
}

// Placing takes exactly as long as the cap allows, whatever Twilio's response
// time, and no second holds more than the cap.
func TestPlacingTakesExactlyWhatTheCapAllows(t *testing.T) {
	for _, response := range []time.Duration{0, 200 * time.Millisecond, 2 * time.Second} {
		t.Run(fmt.Sprint(response), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const count, cps = 4000, 200
				client, account := newClient(t, twiliosim.Config{ResponseTime: response})
				file := new(memory)
				placed := calls.Place(t.Context(), context.Background(), client, plan(count, cps), file, nil)

				if len(placed.Calls) != count || len(file.sids) != count {
					t.Fatalf("%d accepted, %d in the file, want %d; %+v", len(placed.Calls), len(file.sids), count, placed.Stopped)
				}
				creates := account.Creates()
				if got, want := placed.LastAt.Sub(creates[0].At), 19*time.Second+response; got != want {
					t.Errorf("placing took %v from the first start, want %v", got, want)
				}
				if got := account.MostCreates(time.Second); got != cps {
					t.Errorf("busiest second: %d creates, want %d", got, cps)
				}
				if placed.Retries != 0 || placed.Throttles != 0 {
					t.Errorf("retried %d, throttled %d, want none", placed.Retries, placed.Throttles)
				}
				if rate, busiest := placed.Rate(cps); rate != cps || busiest != cps {
					t.Errorf("rate %v, busiest second %d, want %d", rate, busiest, cps)
				}
			})
		})
	}
}

func TestRateCountsWholeBursts(t *testing.T) {
	at := func(ms ...int) (starts []calls.Start) {
		for _, ms := range ms {
			starts = append(starts, calls.Start{At: time.UnixMilli(int64(ms))})
		}
		return starts
	}
	refusing := func(starts []calls.Start, which ...int) []calls.Start {
		for _, i := range which {
			starts[i].Outcome = twilioapi.Refused
		}
		return starts
	}
	for _, row := range []struct {
		why    string
		starts []calls.Start
		want   float64
	}{
		{"nothing was started", nil, 0},
		{"a burst took less than a second", at(0, 100, 200), 0},
		{"two bursts, a second apart, however long they took", at(0, 10, 20, 1000, 1300, 1600), 3},
		{"the last burst had begun only", at(0, 10, 20, 1000, 1300, 1600, 2000), 3},
		{"each burst came late", at(0, 10, 20, 1500, 1510, 1520, 3000), 2},
		{"fewer than a burst, slower than the cap", at(0, 2000, 4000), 0.5},
		{"one of each burst was refused", refusing(at(0, 10, 20, 1000, 1010, 1020, 2000, 2010, 2020), 1, 4, 7), 2},
	} {
		placement := calls.Placement{Starts: row.starts}
		if got, _ := placement.Rate(3); got != row.want {
			t.Errorf("%s: rate %v, want %v", row.why, got, row.want)
		}
	}
}
