package calls_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// lost makes the n-th creates take effect without an answer.
func lost(nth ...int) []twiliosim.Fault {
	return []twiliosim.Fault{{Op: twiliosim.OpCreate, Nth: nth, Do: twiliosim.Drop, After: true}}
}

func TestLostStartsAreFoundOnTwilio(t *testing.T) {
	const stranger = "CA0000000000000000000000000057ace1"
	for _, tc := range []struct {
		what      string
		cfg       twiliosim.Config
		strangers []time.Duration // when another program places calls between the same numbers
		adopted   int
		strange   int // calls left alone
		live      int // afterwards
	}{
		{"a lost start is adopted", twiliosim.Config{Faults: lost(3)}, nil, 1, 0, 0},
		{"lost starts that still wait in Twilio's queue are adopted", twiliosim.Config{CPS: 1, Faults: lost(8, 9)}, nil, 2, 0, 0},
		{"a stranger beside a lost start cannot be told from it, so neither is touched",
			twiliosim.Config{Faults: lost(3)}, []time.Duration{2 * time.Second}, 0, 2, 2},
		{"a stranger that was seen stays seen, although the last lists fail", twiliosim.Config{Faults: append(lost(3),
			twiliosim.Fault{Op: twiliosim.OpList, From: 25 * time.Second, Status: 500})}, []time.Duration{2 * time.Second}, 0, 2, 2},
		{"without lost starts nobody is looked at", twiliosim.Config{}, []time.Duration{2 * time.Second}, 0, 0, 1},
		{"a call from before the run is no stranger", twiliosim.Config{Faults: lost(3)}, []time.Duration{-5 * time.Second}, 1, 0, 1},
		{"the inbound record of a lost start is not adopted", twiliosim.Config{Numbers: []string{from, to}, Faults: lost(3)}, nil, 1, 0, 0},
		{"a start that was never placed is not found, and a stranger from long before its attempt is not taken for it",
			twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpCreate, Nth: []int{9}, Status: 500}}}, []time.Duration{0}, 0, 0, 1},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, tc.cfg)
				for i, at := range tc.strangers {
					time.AfterFunc(max(0, at+5*time.Second), func() { account.Put(stranger[:33]+string(rune('0'+i)), from, to) })
				}
				time.Sleep(5 * time.Second)
				asked := plan(10, 2)
				file := new(memory)
				result := calls.Run(t.Context(), context.Background(), client, asked, file, nil)
				checkSums(t, asked, result)
				if got := result.Starts.Adopted; got != tc.adopted {
					t.Errorf("%d adopted, want %d", got, tc.adopted)
				}
				if got := len(result.Starts.Strangers); got != tc.strange {
					t.Errorf("%d left alone, want %d: %+v", got, tc.strange, result.Starts.Strangers)
				}
				if got := len(account.Live()); got != tc.live {
					t.Errorf("%d live afterwards, want %d: %+v", got, tc.live, account.Live())
				}
				if len(file.sids) != result.Starts.Accepted+tc.adopted {
					t.Errorf("%d SIDs in the file, want the %d accepted and %d adopted", len(file.sids), result.Starts.Accepted, tc.adopted)
				}
			})
		})
	}
}

// A start is looked up during the hold, so that its SID is in the file early.
func TestLostStartsAreLookedUpDuringTheHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{Faults: lost(3)})
		held := plan(10, 10)
		held.Hold = 10 * time.Minute
		began := time.Now()
		var adopted, ending time.Duration
		calls.Run(t.Context(), context.Background(), client, held, new(memory), func(e calls.Event) {
			switch e.(type) {
			case calls.Adopted:
				adopted = time.Since(began)
			case calls.EndingCall:
				ending = time.Since(began)
			}
		})
		if adopted != 0 || ending != 10*time.Minute {
			t.Errorf("adopted after %v, ended after %v; want at once, and after the hold", adopted, ending)
		}
	})
}

// A call that waits in Twilio's queue has no start time yet; it is found all the
// same.
func TestLostStartsAreFoundInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{CPS: 1, Faults: lost(10)})
		held := plan(10, 10)
		held.Hold = time.Minute
		began := time.Now()
		adopted := time.Duration(-1)
		calls.Run(t.Context(), context.Background(), client, held, new(memory), func(e calls.Event) {
			if _, ok := e.(calls.Adopted); ok {
				adopted = time.Since(began)
			}
		})
		if adopted != 0 {
			t.Errorf("adopted after %v, want at once, nine seconds before it is dialed", adopted)
		}
	})
}

// A record that shows up only during a long hold is found at its end.
func TestLostStartsAreLookedUpOnceMoreAfterTheHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ListDelay: 5 * time.Minute, Faults: lost(3)})
		held := plan(10, 10)
		held.Hold = 10 * time.Minute
		file := new(memory)
		result := calls.Run(t.Context(), context.Background(), client, held, file, nil)
		if result.Starts.Adopted != 1 {
			t.Errorf("%d adopted, want 1", result.Starts.Adopted)
		}
		checkNothingIsLeft(t, account, file)
	})
}

// Calls that are to go on are left alone, but lost ones get into the file.
func TestLostStartsAreAdoptedAlsoIfCallsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: lost(3)})
		goOn := plan(10, 10)
		goOn.EndCalls = false
		file := new(memory)
		result := calls.Run(t.Context(), context.Background(), client, goOn, file, nil)
		if len(account.Live()) != 10 || len(file.sids) != 10 || result.HangUps != nil {
			t.Errorf("%d live, %d in the file, ending %v; want 10, 10, none", len(account.Live()), len(file.sids), result.HangUps)
		}
	})
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Numbers: []string{from, to}})
		placed := putCalls(account, 3)
		account.Put("CA0000000000000000000000000000dead", from, "+14155550199")
		calls.End(t.Context(), client, slices.Values(placed[:1]), 0, nil)
		live, err := calls.Live(t.Context(), client, from, to)
		if err != nil || len(live) != 2 || live[0].SID != placed[1].SID || live[1].SID != placed[2].SID {
			t.Errorf("live: %+v, %v; want the second and third call", live, err)
		}
	})
}

// The history of a pair is read no further than needed where the order of its
// lists shows, and to its end where it does not.
func TestTheHistoryIsReadNoFurtherThanNeeded(t *testing.T) {
	for _, o := range orders {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(12 * time.Hour)
			client, account := newClient(t, twiliosim.Config{ListOrder: o.order, Faults: lost(3)})
			putHistory(account, 5000)
			result := calls.Run(t.Context(), context.Background(), client, plan(5, 5), new(memory), nil)
			if n := result.Starts.Adopted; n != 1 {
				t.Errorf("%s: %d adopted, want 1", o.name, n)
			}
			want := 5 + 2 // five connections were warmed; the queue, and one page
			if o.order == twiliosim.Shuffled {
				want += 5
			}
			if got := account.Requests(twiliosim.OpList); got != want {
				t.Errorf("%s: %d lists read, want %d", o.name, got, want)
			}
		})
	}
}

// A call to a number of the account shows twice; what was placed is listed once.
func TestLiveLeavesOutInboundRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Numbers: []string{from, to}})
		place(t, client, plan(3, 3), new(memory))
		live, err := calls.Live(t.Context(), client, from, to)
		if err != nil || len(live) != 3 || len(account.Calls()) != 6 {
			t.Errorf("%d live of %d records, %v; want 3 of 6", len(live), len(account.Calls()), err)
		}
	})
}

// Twilio's dates have whole seconds, so a call may seem to be created up to a
// second before its start was sent.
func TestALostStartOffTheSecondIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{ResponseTime: 300 * time.Millisecond, Faults: lost(2)})
		time.Sleep(700 * time.Millisecond) // the first answer comes on the second, the creates go 300 ms after one
		result := calls.Run(t.Context(), context.Background(), client, plan(3, 3), new(memory), nil)
		if s := result.Starts; s.Adopted != 1 || s.NotFound != 0 {
			t.Errorf("%d adopted, %d not found; want the lost one adopted", s.Adopted, s.NotFound)
		}
	})
}

// Without a call duration a lost start is looked for when placing is through, not
// before: nothing competes with starts.
func TestALostStartWaitsForTheEndOfPlacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: lost(3)})
		started := 0
		calls.Run(t.Context(), context.Background(), client, plan(100, 5), new(memory), func(e calls.Event) {
			switch e.(type) {
			case calls.Started:
				started++
			case calls.LookingUp:
				if started != 99 {
					t.Errorf("looked up after %d starts, want after all 99", started)
				}
			}
		})
		if len(account.Live()) > 0 {
			t.Errorf("%d calls live, want none", len(account.Live()))
		}
	})
}

// That Twilio answers look-ups with too many requests at once is on record: with
// the hang-ups or, where there are none, with the starts.
func TestThrottledLookUpsAreCounted(t *testing.T) {
	leaving := plan(10, 10)
	leaving.EndCalls = false
	for _, tc := range []struct {
		plan            calls.Plan
		starts, hangUps int
	}{
		{leaving, 3, 0},
		{plan(10, 10), 0, 3},
		{lasting(10, 10, time.Minute), 0, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			faults := append(lost(3), twiliosim.Fault{Op: twiliosim.OpList, To: to, Nth: []int{1, 2, 3}, Status: 429})
			client, _ := newClient(t, twiliosim.Config{Faults: faults})
			result := calls.Run(t.Context(), context.Background(), client, tc.plan, new(memory), nil)
			starts, hangUps := result.Starts.Throttled, 0
			if result.HangUps != nil {
				hangUps = result.HangUps.Throttled
			}
			if starts != tc.starts || hangUps != tc.hangUps {
				t.Errorf("%d of starts and %d of hang-ups throttled, want %d and %d", starts, hangUps, tc.starts, tc.hangUps)
			}
		})
	}
}

// A lost start is found on an account that takes one request at once, whatever
// there is to hang up. Some of the requests that are to be lost may be refused as
// too many.
func TestALostStartIsFoundBesideManyHangUps(t *testing.T) {
	for _, plan := range []calls.Plan{plan(400, 50), lasting(400, 50, 10*time.Second)} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(12 * time.Hour)
			client, account := newClient(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond, MaxConcurrent: 1, Faults: lost(385, 386, 387, 388, 389, 390)})
			result := calls.Run(t.Context(), context.Background(), client, plan, new(memory), nil)
			checkSums(t, plan, result)
			s, h := result.Starts, result.HangUps
			if s.Adopted == 0 || s.Accepted+s.Adopted != 400 || s.NotFound != 0 || h.Asked != 400 || h.Live != 0 {
				t.Errorf("%+v %+v; want some adopted, none not found, and 400 ended", s, h)
			}
			if n := len(account.Live()); n != 0 {
				t.Errorf("%d calls are live, want none", n)
			}
		})
	}
}
