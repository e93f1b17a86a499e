package calls_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// lasting is a plan each of whose calls is hung up after a time.
func lasting(count, cps int, duration time.Duration) calls.Plan {
	p := plan(count, cps)
	p.CallDuration = duration
	return p
}

// runIn runs a plan in an account and checks what must hold after every run.
func runIn(t *testing.T, cfg twiliosim.Config, plan calls.Plan, watch calls.Observer) (*calls.Result, *twiliosim.Account) {
	t.Helper()
	client, account := newClient(t, cfg)
	file := new(memory)
	result := calls.Run(t.Context(), context.Background(), client, plan, file, watch)
	checkNothingIsLeft(t, account, file)
	checkNothingIsDialedTwice(t, account, plan.CallCount)
	checkSums(t, plan, result)
	return result, account
}

// Each call is hung up exactly its duration after its 201, while others are
// placed.
func TestEachCallIsHungUpOnTime(t *testing.T) {
	const response = 200 * time.Millisecond
	for _, duration := range []time.Duration{300 * time.Millisecond, 3 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			result, account := runIn(t, twiliosim.Config{ResponseTime: response}, lasting(100, 10, duration), nil)
			for _, call := range account.Calls() {
				if held := call.Ended.Sub(call.Created) - response; held != duration {
					t.Fatalf("a call was held for %v, want %v", held, duration)
				}
			}
			h := result.Held.Times
			if want := duration.Seconds(); h.Count != 100 || h.P50 != want || h.P99 != want || h.Max != want {
				t.Errorf("held %+v, want 100 times %v", h, duration)
			}
			if took, want := time.Since(account.Creates()[0].At), 9*time.Second+response+duration+response; took != want {
				t.Errorf("took %v from the first start, want %v", took, want)
			}
			if e := result.HangUps; e.Ended != 100 {
				t.Errorf("%d ended, want all 100", e.Ended)
			}
		})
	}
}

// A cap of 50 is reached with 3,000 calls live all the time.
func TestTheCapIsReachedWhileCallsAreHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		result, account := runIn(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond}, lasting(4500, 50, time.Minute), nil)
		if s := result.Starts; s.Rate < 0.99*50 || s.BusiestSecond > 50 || account.MostCreates(time.Second) > 50 {
			t.Errorf("rate %v, busiest second %d; want the cap of 50", s.Rate, s.BusiestSecond)
		}
		if h := result.Held.Times; h.P99 != 60 || h.Max != 60 || h.Count != 4500 {
			t.Errorf("held %+v, want a minute each", h)
		}
		if peak := result.Records.PeakLive; peak < 3000 || peak > 3100 {
			t.Errorf("peak of %d live, want 3,000", peak)
		}
	})
}

// Two calls a second for half an hour, each for a minute.
func TestHalfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live, peak := 0, 0
		result, _ := runIn(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond, RingTime: 2 * time.Second}, lasting(3600, 2, time.Minute), func(e calls.Event) {
			switch e.(type) {
			case calls.Started:
				live++
				peak = max(peak, live)
			case calls.Over:
				live--
			}
		})
		if result.Starts.Accepted != 3600 || result.HangUps.Ended != 3600 || result.Held.Times.Max != 60 {
			t.Errorf("%d accepted, %d ended, held up to %v s; want 3600, 3600, 60", result.Starts.Accepted, result.HangUps.Ended, result.Held.Times.Max)
		}
		if live != 0 || peak < 118 || peak > 122 {
			t.Errorf("told %d live at the end and %d at the peak; want 0 and 120", live, peak)
		}
	})
}

// Whatever goes wrong, what holds of a run with a hold holds in the steady
// state, too.
func TestFaultMatrixInTheSteadyState(t *testing.T) {
	for i, row := range faultMatrix() {
		o := orders[i%len(orders)]
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(12 * time.Hour) // since midnight: lists are by the day
				row.cfg.ListOrder = o.order
				client, account := newClient(t, row.cfg)
				putHistory(account, 2000)
				row.plan.CallDuration = 4 * time.Second
				file := new(memory)
				result := calls.Run(t.Context(), context.Background(), client, row.plan, file, nil)
				checkNothingIsLeft(t, account, file)
				checkNothingIsDialedTwice(t, account, row.plan.CallCount)
				checkSums(t, row.plan, result)
				if live := result.HangUps.Live; live > 0 {
					t.Errorf("%d calls reported live", live)
				}
				if n := len(result.Starts.Strangers); n > 0 {
					t.Errorf("%d of our own calls are taken for somebody else's", n)
				}
			})
		})
	}
}

// The API is away for a minute, in which connections are refused: placing goes on
// when it is back, and what was due meanwhile is hung up at once.
func TestPlacingGoesOnWhenTheAPIIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := twiliosim.Config{ResponseTime: 100 * time.Millisecond, Faults: []twiliosim.Fault{{Do: twiliosim.Outage, From: 20 * time.Second, For: time.Minute}}}
		result, _ := runIn(t, cfg, lasting(500, 10, 10*time.Second), nil)
		s := result.Starts
		if result.Err != nil || s.Accepted+s.Adopted+s.NotFound != 500 || s.Accepted < 490 {
			t.Errorf("stopped by %v; %+v; want all accepted, but for some that were under way", result.Err, s)
		}
		if longest := result.Held.Times.Max; longest < 60 || longest > 85 {
			t.Errorf("held up to %v s, want the minute more, and the wait between two tries", longest)
		}
	})
}

// While the API answers nothing but 5xx placing stops after 20 starts, and what is
// live is hung up at once, not when it is due.
func TestAnErrorHangsUpAtOnce(t *testing.T) {
	for _, tc := range []struct {
		what  string
		fault twiliosim.Fault
	}{
		{"503 for a minute", twiliosim.Fault{Op: twiliosim.OpCreate, From: 20 * time.Second, For: time.Minute, Status: 503}},
		{"the account is suspended", twiliosim.Fault{Op: twiliosim.OpCreate, From: 20 * time.Second, Status: 403, Code: 20005}},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := twiliosim.Config{ResponseTime: 100 * time.Millisecond, Faults: []twiliosim.Fault{tc.fault}}
			var stopped, last time.Time
			result, _ := runIn(t, cfg, lasting(1000, 10, 10*time.Minute), func(e calls.Event) {
				switch e.(type) {
				case calls.Stopped:
					stopped = time.Now()
				case calls.EndingCall:
					last = time.Now()
				}
			})
			if result.Err == nil || last.Sub(stopped) > 2*time.Second {
				t.Errorf("%s: stopped by %v, the last hang-up %v later; want an error, and all at once", tc.what, result.Err, last.Sub(stopped))
			}
		})
	}
}

// An interrupt in the steady state hangs up all that is live at once.
func TestAnInterruptInTheSteadyState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond})
		stop, interrupt := context.WithTimeout(t.Context(), 30*time.Second)
		defer interrupt()
		file, p := new(memory), lasting(1000, 10, 20*time.Second)
		result := calls.Run(t.Context(), stop, client, p, file, nil)
		checkNothingIsLeft(t, account, file)
		checkSums(t, p, result)
		if took := time.Since(result.Began); took > 31*time.Second || result.Starts.NotStarted == 0 {
			t.Errorf("took %v, %d not started; want the end a moment after the interrupt at 30s", took, result.Starts.NotStarted)
		}
		if h := result.Held.Times; h.Max != 20 || h.Count < 95 || h.Count > 105 {
			t.Errorf("held %+v, want those alone that were due", h)
		}
	})
}

// Lost starts are looked up within five seconds while others are placed, and
// hung up when they are due; starts whose 201 is under way are not taken for
// somebody else's.
func TestLostStartsAreLookedUpWhilePlacing(t *testing.T) {
	for _, o := range orders {
		synctest.Test(t, func(t *testing.T) {
			cfg := twiliosim.Config{ResponseTime: time.Second, ListOrder: o.order, Faults: lost(33, 34, 200)}
			var lostAt time.Time
			adopted := 0
			result, account := runIn(t, cfg, lasting(400, 10, 12*time.Second), func(e calls.Event) {
				switch e.(type) {
				case calls.OutcomeUnknown:
					lostAt = time.Now()
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
			result := calls.Run(t.Context(), context.Background(), client, p, new(memory), nil)
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

// Where ten requests at once are allowed, hang-ups go before starts: they are
// about on time, and the starts take what is left.
func TestHangUpsGoBeforeStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := twiliosim.Config{ResponseTime: 200 * time.Millisecond, MaxConcurrent: 10}
		result, _ := runIn(t, cfg, lasting(1500, 50, 20*time.Second), nil)
		if result.Starts.Accepted != 1500 || result.HangUps.Ended != 1500 {
			t.Errorf("%d accepted, %d ended; want all", result.Starts.Accepted, result.HangUps.Ended)
		}
		if h := result.Held; h.Times.P50 > 20.5 || h.Times.P99 > 23 || h.AtOnce < 4 || h.AtOnce > 15 {
			t.Errorf("%+v, want hang-ups about on time, and the limit found", h)
		}
		if r := result.Starts.Rate; r < 20 || r > 45 {
			t.Errorf("%v starts a second, want what is left of 50 requests", r)
		}
	})
}

// A hang-up without effect is noticed and repeated while others are placed.
func TestAHangUpWithoutEffectIsRepeatedWhilePlacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{EndDelay: time.Hour})
		stop, interrupt := context.WithTimeout(t.Context(), time.Minute)
		defer interrupt()
		asked := 0
		time.AfterFunc(59*time.Second, func() { asked = account.Requests(twiliosim.OpHangUp) })
		p := lasting(1000, 1, 5*time.Second)
		result := calls.Run(t.Context(), stop, client, p, new(memory), nil)
		checkSums(t, p, result)
		if asked < 150 || asked > 400 {
			t.Errorf("%d hang-ups of some 55 calls in a minute, want each repeated about every ten seconds", asked)
		}
		if live := len(account.Live()); result.HangUps.Live != live || live == 0 || len(result.HangUps.LiveSIDs) != live {
			t.Errorf("%d told live, %d are", result.HangUps.Live, live)
		}
	})
}

// Calls that wait in Twilio's queue are hung up before they are dialed; that is
// warned of once, and counted.
func TestCallsHungUpBeforeTheyAreDialed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		warned := 0
		result, _ := runIn(t, twiliosim.Config{CPS: 2, RingTime: 3 * time.Second}, lasting(200, 10, 10*time.Second), func(e calls.Event) {
			if w, ok := e.(calls.QueuedTooLong); ok {
				warned++
				if w.Estimate < 10*time.Second || w.CallDuration != 10*time.Second {
					t.Errorf("told %+v", w)
				}
			}
		})
		h, d := result.Held, result.Records
		if warned != 1 || h.Undialed == 0 || h.Unanswered == 0 || h.Undialed != d.NeverDialed || h.Undialed+h.Unanswered != d.Canceled {
			t.Errorf("warned %d times, %+v, records %+v; want once, and both kinds", warned, h, d)
		}
	})
}

// Somebody hangs up calls that are still to be hung up here: each is over for
// both, once.
func TestCallsEndedByAnotherHandMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond})
		file, p := new(memory), lasting(300, 10, 10*time.Second)
		var theirs *calls.Result
		done := make(chan struct{})
		time.AfterFunc(15*time.Second, func() {
			defer close(done)
			file.mu.Lock()
			var placed []calls.Placed
			for _, sid := range file.sids {
				placed = append(placed, calls.Placed{SID: sid})
			}
			file.mu.Unlock()
			theirs = calls.End(t.Context(), client, slices.Values(placed), 1000, nil)
		})
		ours := calls.Run(t.Context(), context.Background(), client, p, file, nil)
		<-done
		checkNothingIsLeft(t, account, file)
		checkSums(t, p, ours)
		if e := theirs.HangUps; e.Ended+e.AlreadyOver != e.Asked || e.Ended < 90 || e.AlreadyOver < 40 {
			t.Errorf("the other hand: %+v; want those of the last ten seconds ended, the others over already", e)
		}
		if e := ours.HangUps; e.Ended+theirs.HangUps.Ended != 300 || e.Ended+e.AlreadyOver != 300 {
			t.Errorf("ended %d, over already %d, and %d by the other; want each of 300 ended once", e.Ended, e.AlreadyOver, theirs.HangUps.Ended)
		}
	})
}
