package calls_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

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
				putHistory(account, older())
				row.plan.CallDuration = 4 * time.Second
				file := new(memory)
				var told failed
				result := calls.Run(t.Context(), context.Background(), client, row.plan, file, told.beside(nil))
				told.check(t, result)
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

// While starts come to no certain outcome placing stops after 20 of them, and what
// is live is hung up at once, not when it is due; as soon as hang-ups work, where
// those fail, too.
func TestAnErrorHangsUpAtOnce(t *testing.T) {
	type fault = twiliosim.Fault
	const aMinute = time.Minute
	for _, tc := range []struct {
		what     string
		fault    fault
		unknown  int           // starts, at most
		hangUpIn time.Duration // from the end of placing until nothing is live
	}{
		{"503 for creates", fault{Op: twiliosim.OpCreate, From: 20 * time.Second, For: aMinute, Status: 503}, 20, 2 * time.Second},
		{"503 for everything", fault{From: 20 * time.Second, For: aMinute, Status: 503}, 20, 80 * time.Second},
		{"creates hang", fault{Op: twiliosim.OpCreate, From: 20 * time.Second, For: aMinute, Do: twiliosim.Hang}, 320, 2 * time.Second},
		{"everything hangs", fault{From: 20 * time.Second, For: aMinute, Do: twiliosim.Hang}, 320, 80 * time.Second},
		{"creates hang, but are placed", fault{Op: twiliosim.OpCreate, From: 20 * time.Second, For: aMinute, Do: twiliosim.Hang, After: true}, 320, 36 * time.Second},
		{"the account is suspended", fault{Op: twiliosim.OpCreate, From: 20 * time.Second, Status: 403, Code: 20005}, 0, 2 * time.Second},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := twiliosim.Config{ResponseTime: 100 * time.Millisecond, Faults: []fault{tc.fault}}
				var stopped time.Time
				asked := false
				result, account := runIn(t, cfg, lasting(1000, 10, 10*time.Minute), func(e calls.Event) {
					switch e.(type) {
					case calls.Stopped:
						stopped = time.Now()
					case calls.EndingCall:
						if stopped.IsZero() {
							t.Error("a call was hung up before placing stopped")
						}
						if after := time.Since(stopped); !asked && after > 0 {
							t.Errorf("the first hang-up came %v after placing stopped, want at once", after)
						}
						asked = true
					}
				})
				s := result.Starts
				if unknown := s.Adopted + s.NotFound; result.Err == nil || s.Accepted < 190 || unknown > tc.unknown || tc.unknown > 0 && unknown < 20 {
					t.Errorf("stopped by %v after %d accepted, %d unknown; want an error after about 190, and 20 to %d", result.Err, s.Accepted, unknown, tc.unknown)
				}
				for _, call := range account.Calls() {
					if after := call.Ended.Sub(stopped); after > tc.hangUpIn {
						t.Fatalf("a call ended %v after placing stopped, want at most %v", after, tc.hangUpIn)
					}
				}
			})
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
		// Among the 200 hang-ups at the interrupt those that are due 100 ms later may be that late, and later.
		if h := result.Held.Times; h.P50 != 20 || h.Max > 20.3 || h.Count < 95 || h.Count > 115 {
			t.Errorf("held %+v, want those alone that were due, or were while all were hung up", h)
		}
	})
}
