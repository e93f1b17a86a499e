package calls_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// A call between the two numbers of a start that was answered by an error is taken
// for that start's only if it was created by then, give or take what dates and
// clocks may be off. Where no answer of Twilio's own came, it may be at any time.
func TestACallCreatedAfterTheAnswerIsNotAdopted(t *testing.T) {
	type fault = twiliosim.Fault
	const stranger = "CA0000000000000000000000000057ace1"
	const create = twiliosim.OpCreate
	nth := func(f fault, n ...int) fault {
		f.Op, f.Nth = create, n
		return f
	}
	refuses := fault{Status: 500}
	for _, tc := range []struct {
		what     string
		faults   []fault
		at       time.Duration // when another program places a call; the first start is sent at 0.2 s, five each second
		adopted  int
		strange  bool // its call is adopted, and hung up
		notFound int
	}{
		{"in the second of the answer", []fault{nth(refuses, 3)}, 300 * time.Millisecond, 1, true, 0},
		{"two seconds after it", []fault{nth(refuses, 3)}, 2 * time.Second, 1, true, 0},
		{"three seconds after it", []fault{nth(refuses, 3)}, 3 * time.Second, 0, false, 1},
		{"18 s after it", []fault{nth(refuses, 3)}, 18 * time.Second, 0, false, 1},
		{"18 s after a web page of a proxy", []fault{nth(fault{Do: twiliosim.HTML}, 3)}, 18 * time.Second, 1, true, 0},
		{"18 s after the connection was lost", []fault{nth(fault{Do: twiliosim.Drop}, 3)}, 18 * time.Second, 1, true, 0},
		{"18 s after half an answer that placed it, too: two calls for one start are left alone",
			[]fault{nth(fault{Do: twiliosim.Cut}, 3)}, 18 * time.Second, 0, false, 1},
		{"none, and of two starts that failed the later one was placed", []fault{nth(refuses, 3), nth(fault{Status: 500, After: true}, 50)}, -1, 1, false, 1},
		{"none, and the earlier one was placed", []fault{nth(fault{Status: 500, After: true}, 3), nth(refuses, 50)}, -1, 1, false, 1},
		{"none, and of one lost and one failed later both were placed",
			[]fault{nth(fault{Do: twiliosim.Drop, After: true}, 3), nth(fault{Status: 500, After: true}, 50)}, -1, 2, false, 0},
	} {
		for _, o := range orders {
			t.Run(tc.what+"/"+o.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond, ListOrder: o.order, Faults: tc.faults})
					if tc.at >= 0 {
						time.AfterFunc(tc.at, func() { account.Put(stranger, from, to) })
					}
					p := plan(100, 5)
					var told failed
					result := calls.Run(t.Context(), context.Background(), client, p, new(memory), told.beside(nil))
					told.check(t, result)
					checkSums(t, p, result)
					if s := result.Starts; s.Adopted != tc.adopted || s.NotFound != tc.notFound {
						t.Errorf("%d adopted, %d not found; want %d and %d", s.Adopted, s.NotFound, tc.adopted, tc.notFound)
					}
					for _, call := range account.Calls() {
						if over := !call.Ended.IsZero(); call.SID == stranger && over != tc.strange {
							t.Errorf("the other program's call was hung up: %t, want %t", over, tc.strange)
						}
					}
				})
			})
		}
	}
}
