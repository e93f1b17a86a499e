package calls_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// Nothing depends on how far this computer's clock is from Twilio's.
func TestTwiliosClockMayBeMinutesOff(t *testing.T) {
	const stranger = "CA0000000000000000000000000057ace1"
	for i, ahead := range []time.Duration{0, time.Hour, 7 * time.Minute, -7 * time.Minute, -time.Hour} {
		for j, o := range orders {
			if testing.Short() && j != i%len(orders) {
				continue
			}
			t.Run(fmt.Sprintf("%v %s", ahead, o.name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(12 * time.Hour)
					client, account := newClient(t, twiliosim.Config{ClockAhead: ahead, ListOrder: o.order, EndDelay: 3 * time.Second, Faults: lost(3)})
					putHistory(account, older())
					account.Put(stranger, from, to) // five seconds before the run
					time.Sleep(5 * time.Second)
					file := new(memory)
					result := calls.Run(t.Context(), context.Background(), client, plan(20, 10), file, nil)
					if n := result.Starts.Adopted; n != 1 || len(result.Starts.Strangers) != 0 {
						t.Errorf("%d adopted, strangers %v; want the lost start alone", n, result.Starts.Strangers)
					}
					if live := account.Live(); len(live) != 1 || live[0].SID != stranger {
						t.Errorf("live: %+v, want the stranger", live)
					}
					if e := result.HangUps; e.Ended != 20 || e.AlreadyOver != 0 {
						t.Errorf("ended %d, over already %d; want 20 and 0", e.Ended, e.AlreadyOver)
					}
					if n := account.Requests(twiliosim.OpFetch); n != 0 {
						t.Errorf("%d calls were fetched singly, want all found in lists", n)
					}
				})
			})
		}
	}
}

// Also by a clock that is off, a call that had ended before is told from one
// that was ended.
func TestOverAlreadyByTwiliosClock(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			client, account := newClient(t, twiliosim.Config{ClockAhead: ahead, AllowEndTwice: true})
			placed := putCalls(account, 2)
			calls.End(t.Context(), client, slices.Values(placed[:1]), 0, nil)
			time.Sleep(2 * time.Second)
			got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil).HangUps
			if got.AlreadyOver != 1 || got.Ended != 1 {
				t.Errorf("clock ahead by %v: ended %d, over already %d; want one each", ahead, got.Ended, got.AlreadyOver)
			}
		})
	}
}
