package calls_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// Lost starts are looked up within five seconds while others are placed, and
// hung up when they are due; starts whose 201 is under way are not taken for
// somebody else's.
func TestLostStartsAreLookedUpWhilePlacing(t *testing.T) {
	for _, o := range orders {
		synctest.Test(t, func(t *testing.T) {
			cfg := twiliosim.Config{ResponseTime: time.Second, ListOrder: o.order, Faults: lost(33, 34, 200)}
			var lostAt time.Time
			adopted, lookedUp, placed := 0, false, 0
			result, account := runIn(t, cfg, lasting(400, 10, 12*time.Second), func(e calls.Event) {
				n := 0
				switch e := e.(type) {
				case calls.Started:
					n = e.N
				case calls.Adopted:
					n = e.N
				}
				if n > 0 {
					if placed++; n != placed {
						t.Errorf("%s: call %d is told as number %d", o.name, placed, n)
					}
				}
				switch e.(type) {
				case calls.OutcomeUnknown:
					lostAt, lookedUp = time.Now(), false
				case calls.LookingUp:
					if after := time.Since(lostAt); !lookedUp && after > 5*time.Second {
						t.Errorf("%s: looked up after %v, want within five seconds", o.name, after)
					}
					lookedUp = true
				case calls.Adopted:
					adopted++
					if after := time.Since(lostAt); after > 10*time.Second {
						t.Errorf("%s: adopted after %v, want while placing", o.name, after)
					}
				}
			})
			if adopted != 3 || result.Starts.Adopted != 3 || len(result.Starts.Strangers) > 0 {
				t.Errorf("%s: %d adopted, strangers %v; want the three, and none", o.name, adopted, result.Starts.Strangers)
			}
			for _, call := range account.Calls() {
				if held := call.Ended.Sub(call.Created); held > 13*time.Second {
					t.Errorf("%s: a call was up for %v, want at most 13s", o.name, held)
				}
			}
		})
	}
}

// A lost start that is found after its time is hung up at once.
func TestALostStartPastItsTimeIsHungUpAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := twiliosim.Config{ListDelay: 20 * time.Second, Faults: lost(3)}
		var adopted time.Time
		_, account := runIn(t, cfg, lasting(600, 10, 2*time.Second), func(e calls.Event) {
			if _, ok := e.(calls.Adopted); ok {
				adopted = time.Now()
			}
		})
		if ended := account.Calls()[2].Ended; adopted.IsZero() || !ended.Equal(adopted) {
			t.Errorf("adopted at %v and hung up at %v, want at once", adopted, ended)
		}
	})
}

// Somebody else places calls between the same numbers meanwhile. None of theirs is
// touched, with lost starts or without.
func TestStrangersAreLeftAloneInTheSteadyState(t *testing.T) {
	for _, faults := range [][]twiliosim.Fault{nil, lost(50, 120)} {
		synctest.Test(t, func(t *testing.T) {
			client, account := newClient(t, twiliosim.Config{ResponseTime: 300 * time.Millisecond, Faults: faults})
			var strangers sync.WaitGroup
			strangers.Go(func() {
				for i := range 30 {
					account.Put(fmt.Sprintf("CA57%030x", i), from, to)
					time.Sleep(time.Second)
				}
			})
			p := lasting(300, 10, 10*time.Second)
			var told failed
			result := calls.Run(t.Context(), context.Background(), client, p, new(memory), told.beside(nil))
			told.check(t, result)
			strangers.Wait()
			checkSums(t, p, result)
			theirs := 0
			for _, call := range account.Live() {
				if call.SID[:4] == "CA57" {
					theirs++
				}
			}
			if theirs != 30 || len(account.Live()) != 30+len(faults)*2 || result.Starts.Adopted != 0 {
				t.Errorf("%d of the strangers' calls live of %d, %d adopted; want all 30 and the lost ones, none adopted", theirs, len(account.Live()), result.Starts.Adopted)
			}
		})
	}
}
