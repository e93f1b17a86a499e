package calls_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
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
	var told failed
	result := calls.Run(t.Context(), context.Background(), client, plan, file, told.beside(watch))
	told.check(t, result)
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
			if n := result.Held.AtOnce; n != 0 {
				t.Errorf("Twilio limits requests to %d at once, want no limit", n)
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

// Two calls a second for half an hour, each for a minute: every one is hung up
// exactly on time, and 120 are live from the first minute to the last.
func TestHalfAnHour(t *testing.T) {
	const response, duration = 200 * time.Millisecond, time.Minute
	synctest.Test(t, func(t *testing.T) {
		var told atomic.Int64       // live
		between := map[int64]bool{} // what was told between two bursts
		var looked sync.WaitGroup
		result, account := runIn(t, twiliosim.Config{ResponseTime: response, RingTime: 2 * time.Second}, lasting(3600, 2, duration), func(e calls.Event) {
			switch e := e.(type) {
			case calls.Started:
				told.Add(1)
				if e.N == 121 { // a minute after the first
					looked.Go(func() {
						for range 29 * 60 {
							time.Sleep(500 * time.Millisecond)
							between[told.Load()] = true
							time.Sleep(500 * time.Millisecond)
						}
					})
				}
			case calls.Over:
				told.Add(-1)
			}
		})
		looked.Wait()
		for i, call := range account.Calls() {
			if held := call.Ended.Sub(call.Created) - response; held != duration {
				t.Fatalf("call %d was held for %v, want %v", i, held, duration)
			}
		}
		if s, h := result.Starts, result.HangUps; s.Accepted != 3600 || h.Ended != 3600 || s.Rate != 2 || s.BusiestSecond != 2 || account.MostCreates(time.Second) != 2 {
			t.Errorf("%d accepted at %v a second, busiest %d, %d ended; want 3600, 2, 2, 3600", s.Accepted, s.Rate, s.BusiestSecond, h.Ended)
		}
		if h := result.Held.Times; h.Count != 3600 || h.P50 != 60 || h.Max != 60 {
			t.Errorf("held %+v, want 3600 times a minute", h)
		}
		if len(between) != 1 || !between[120] || told.Load() != 0 || result.Records.PeakLive != 120 {
			t.Errorf("told %v live between bursts and %d at the end, peak on record %d; want 120, none, 120", between, told.Load(), result.Records.PeakLive)
		}
	})
}

// Starts and hang-ups share connections, which are opened for both beforehand; and
// as many hang-ups go at once as are due, not the fifty of end.
func TestHangUpsFindConnectionsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		cfg := twiliosim.Config{ResponseTime: 900 * time.Millisecond, ConnectTime: 300 * time.Millisecond}
		result, account := runIn(t, cfg, lasting(4000, 200, 2*time.Second), func(e calls.Event) {
			if w, ok := e.(calls.Warming); ok {
				opened = w.Connections
			}
		})
		if opened != 4*200+50 {
			t.Errorf("%d connections are opened; want two bursts' worth for starts, as many for hang-ups, and fifty for reads", opened)
		}
		if n := account.PeakConcurrent(); n < 400 {
			t.Errorf("%d requests at once, want a burst of starts and one of hang-ups", n)
		}
		if h := result.Held.Times; h.Count != 4000 || h.Max != 2 || result.Starts.Rate != 200 {
			t.Errorf("held %+v at %v starts a second; want all 2 s, and 200", h, result.Starts.Rate)
		}
	})
}

// Where ten requests at once are allowed, hang-ups go before starts: they are
// about on time, and the starts take what is left.
func TestHangUpsGoBeforeStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// No two answers come at one moment, in which some would be answered and not seen yet.
		cfg := twiliosim.Config{ResponseTime: 200 * time.Millisecond, ResponseSpread: 40 * time.Millisecond, MaxConcurrent: 10}
		result, _ := runIn(t, cfg, lasting(1500, 50, 20*time.Second), nil)
		if result.Starts.Accepted != 1500 || result.HangUps.Ended != 1500 {
			t.Errorf("%d accepted, %d ended; want all", result.Starts.Accepted, result.HangUps.Ended)
		}
		if h := result.Held; h.Times.P50 > 20.5 || h.Times.P99 > 23 || h.AtOnce != 10 {
			t.Errorf("%+v, want hang-ups about on time, and the limit found", h)
		}
		if r := result.Starts.Rate; r < 20 || r > 45 {
			t.Errorf("%v starts a second, want what is left of 50 requests", r)
		}
	})
}

// How many requests Twilio takes at once is told as it was seen while placing, not as
// one more is tried at the end.
func TestRequestsAtOnce(t *testing.T) {
	ramped := lasting(120, 20, 3*time.Second)
	ramped.Ramp = 4 * time.Second
	const ms = time.Millisecond
	for _, tc := range []struct {
		response, spread time.Duration
		plan             calls.Plan
		atOnce           int
	}{
		{80 * ms, 10 * ms, ramped, 3}, // no two answers at one moment, in which some would be answered and not seen yet
		{200 * ms, 40 * ms, ramped, 3},
		{300 * ms, 30 * ms, lasting(60, 20, 5*time.Second), 1},
		{300 * ms, 30 * ms, lasting(60, 20, 15*time.Second), 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := twiliosim.Config{ResponseTime: tc.response, ResponseSpread: tc.spread, MaxConcurrent: tc.atOnce}
			result, _ := runIn(t, cfg, tc.plan, nil)
			if n := result.Held.AtOnce; n != tc.atOnce {
				t.Errorf("answers in %v, %d at once allowed: told %d", tc.response, tc.atOnce, n)
			}
		})
	}
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

// It is warned from an estimate on that is as long as the duration; and never where
// calls have none.
func TestTheEstimateOfTheQueueReachesTheDuration(t *testing.T) {
	for _, tc := range []struct {
		what   string
		plan   calls.Plan
		warned int
	}{
		{"the tenth call waits for nine seconds", lasting(10, 100, 10*time.Second), 0},
		{"the eleventh for ten", lasting(11, 100, 10*time.Second), 1},
		{"calls without a duration", plan(11, 100), 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			warned := 0
			result, _ := runIn(t, twiliosim.Config{CPS: 1}, tc.plan, func(e calls.Event) {
				if _, ok := e.(calls.QueuedTooLong); ok {
					warned++
				}
			})
			if warned != tc.warned || (result.Held != nil) != (tc.plan.CallDuration > 0) {
				t.Errorf("%s: warned %d times, want %d; held %+v", tc.what, warned, tc.warned, result.Held)
			}
		})
	}
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
