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

// place places calls and leaves them running.
func place(t testing.TB, client *twilioapi.Client, plan calls.Plan, file calls.SIDFile) *calls.Result {
	plan.EndCalls = false
	return calls.Run(t.Context(), context.Background(), client, plan, file, nil)
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
				placed := place(t, client, plan(count, cps), file)

				if placed.Starts.Accepted != count || len(file.sids) != count {
					t.Fatalf("%d accepted, %d in the file, want %d; %+v", placed.Starts.Accepted, len(file.sids), count, placed.Err)
				}
				creates := account.Creates()
				if got, want := time.Since(creates[0].At), 19*time.Second+response; got != want {
					t.Errorf("placing took %v from the first start, want %v", got, want)
				}
				if got := account.MostCreates(time.Second); got != cps {
					t.Errorf("busiest second: %d creates, want %d", got, cps)
				}
				if placed.Starts.Retries != 0 || placed.Starts.Throttled != 0 {
					t.Errorf("retried %d, throttled %d, want none", placed.Starts.Retries, placed.Starts.Throttled)
				}
				if s := placed.Starts; s.Rate != cps || s.BusiestSecond != cps {
					t.Errorf("rate %v, busiest second %d, want %d", s.Rate, s.BusiestSecond, cps)
				}
			})
		})
	}
}

// An account that dials two a second takes starts at twenty a second all the
// same; Twilio's records tell.
func TestAcceptedIsNotDialed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{CPS: 2, PricePerMinute: 0.014})
		asked := plan(100, 20)
		asked.Hold = 10 * time.Second
		result := calls.Run(t.Context(), context.Background(), client, asked, new(memory), nil)
		if rate := result.Starts.Rate; rate != 20 {
			t.Errorf("accepted %v a second, want 20", rate)
		}
		r := result.Records
		// Starts end at 4 s, the hold at 14 s: 29 calls were dialed, one every half second from 0.
		if r.Dialed != 29 || r.NeverDialed != 71 || r.DialRate != 2 || r.BusiestSecond != 2 {
			t.Errorf("dialed %d at %v a second, busiest %d, never %d; want 29, 2, 2, 71", r.Dialed, r.DialRate, r.BusiestSecond, r.NeverDialed)
		}
		if want := "The account dials slower than the cap of 20: about 2.0 calls a second; 71 calls never rang."; r.SlowerThanCap != want {
			t.Errorf("%q, want %q", r.SlowerThanCap, want)
		}
		// The last was dialed in the second in which all were hung up.
		if r.Canceled != 71 || r.Answered != 29 || r.PeakLive != 28 {
			t.Errorf("canceled %d, answered %d, peak %d; want 71, 29, 28", r.Canceled, r.Answered, r.PeakLive)
		}
	})
}
