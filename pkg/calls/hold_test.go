package calls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// Calls are held from the last that was placed on; what is waited for meanwhile
// takes nothing away, and adds nothing.
func TestHold(t *testing.T) {
	refusedLate := []twiliosim.Fault{{Op: twiliosim.OpCreate, Nth: []int{10}, Code: 21211, Delay: 3 * time.Second}}
	for _, tc := range []struct {
		what       string
		hold       time.Duration
		faults     []twiliosim.Fault
		told, held time.Duration
	}{
		{"none", 0, nil, 0, 0},
		{"five seconds", 5 * time.Second, nil, 5 * time.Second, 5 * time.Second},
		{"the last start is refused three seconds late", 5 * time.Second, refusedLate, 2 * time.Second, 5 * time.Second},
		{"and the hold is over by then", 2 * time.Second, refusedLate, 0, 3 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := plan(10, 100)
			p.Hold = tc.hold
			var told time.Duration
			_, account := runIn(t, twiliosim.Config{Faults: tc.faults}, p, func(e calls.Event) {
				if e, ok := e.(calls.Holding); ok {
					if told = e.For; told == 0 {
						t.Errorf("%s: told that nothing is held", tc.what)
					}
				}
			})
			if first := account.Calls()[0]; told != tc.told || first.Ended.Sub(first.Created) != tc.held {
				t.Errorf("%s: told %v, held for %v; want %v and %v", tc.what, told, first.Ended.Sub(first.Created), tc.told, tc.held)
			}
		})
	}
}
