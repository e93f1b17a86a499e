package twilioapi

import (
	"testing"
	"time"
)

// A list is cut off only where its order was seen, and only where that order
// says that nothing late enough follows.
func TestOrder(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 22, 12, minute, 0, 0, time.UTC) }
	// dated returns a call that was created and started in some minutes; 0: never.
	dated := func(created, started int) Call {
		c := Call{Created: at(created)}
		if started > 0 {
			c.Started = at(started)
		}
		return c
	}
	calls := func(pairs ...int) (list []Call) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, dated(pairs[i], pairs[i+1]))
		}
		return list
	}
	both := calls(40, 40, 39, 39, 38, 38, 37, 37, 36, 36, 35, 35, 34, 34, 33, 33, 32, 32)
	for _, tc := range []struct {
		what  string
		calls []Call
		since int
		past  bool
	}{
		{"nothing was read", nil, 50, false},
		{"one old call shows no order", calls(1, 1), 50, false},
		{"seven steps down show none", both[:8], 50, false},
		{"eight do", both, 50, true},
		{"the last call is late enough", both, 32, false},
		{"it is not", both, 33, true},
		{"many calls of one second show no order", calls(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9), 50, false},
		{"they do not disturb one", append(calls(40, 40, 40, 40, 40, 40), both[1:]...), 50, true},
		{"earliest first", calls(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9), 50, false},
		{"one is out of order", append(calls(20, 20), both...), 50, false},
		{"one at the end is", append(both[:len(both):len(both)], dated(41, 41)), 50, false},
		{"by creation, with calls that were never dialed", calls(40, 40, 39, 0, 38, 38, 37, 37, 36, 36, 35, 35, 34, 34, 33, 33, 32, 32), 33, true},
		{"by creation, whenever started", calls(40, 40, 39, 50, 38, 38, 37, 37, 36, 36, 35, 35, 34, 34, 33, 33, 32, 59), 33, true},
		{"by start, whenever created", calls(40, 50, 1, 49, 38, 48, 37, 47, 36, 46, 35, 45, 34, 44, 33, 43, 2, 42), 43, true},
		{"by start, and the last call says nothing of those created later", calls(40, 50, 1, 49, 38, 48, 37, 47, 36, 46, 35, 45, 34, 44, 33, 43, 2, 42), 42, false},
		{"by creation or by start: both must be past, and only one is", calls(40, 50, 39, 49, 38, 48, 37, 47, 36, 46, 35, 45, 34, 44, 33, 43, 32, 42), 40, false},
		{"both are", calls(40, 50, 39, 49, 38, 48, 37, 47, 36, 46, 35, 45, 34, 44, 33, 43, 32, 42), 43, true},
	} {
		var seen order
		for _, c := range tc.calls {
			seen.see(c)
		}
		if got := seen.isPast(at(tc.since)); got != tc.past {
			t.Errorf("%s: past %v, want %v", tc.what, got, tc.past)
		}
	}
}
