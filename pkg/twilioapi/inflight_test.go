package twilioapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errThrottled = &APIError{Status: 429, Code: 20429}

// acquireAll takes as many slots as there are at once.
func acquireAll(t *testing.T, f *InFlight) []*Slot {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var slots []*Slot
	for {
		got := make(chan *Slot, 1)
		go func() {
			slot, err := f.Acquire(ctx, ForCreate)
			if err == nil {
				got <- slot
			}
			close(got)
		}()
		synctest.Wait()
		select {
		case slot := <-got:
			slots = append(slots, slot)
		default:
			cancel()
			synctest.Wait()
			return slots
		}
	}
}

func TestInFlightHalvesAndGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		f := NewInFlight(50, func(limit int) { told = append(told, limit) })
		slots := acquireAll(t, f)
		if len(slots) != 50 {
			t.Fatalf("%d in flight at first, want the ceiling of 50", len(slots))
		}
		for _, slot := range slots {
			slot.Release(errThrottled) // all at once: one halving
		}
		if f.limit != 25 || len(told) != 1 || told[0] != 25 || f.Throttled(ForCreate) != 50 {
			t.Errorf("limit %d, told %v, throttled %d; want 25, once, 50", f.limit, told, f.Throttled(ForCreate))
		}
		for range 10 { // one more a second, however many are accepted
			time.Sleep(time.Second)
			for _, slot := range acquireAll(t, f) {
				slot.Release(nil)
			}
		}
		if f.limit != 35 {
			t.Errorf("limit %d after ten accepted seconds, want 35", f.limit)
		}
		time.Sleep(time.Second)
		for _, slot := range acquireAll(t, f) {
			slot.Release(errors.New("anything else"))
		}
		if f.limit != 35 {
			t.Errorf("limit %d after a failure, want it unchanged", f.limit)
		}
		slots = acquireAll(t, f)
		slots[0].Release(errors.New("anything else"))
		for _, slot := range slots[1:] {
			slot.Release(nil)
		}
		if f.limit != 35 {
			t.Errorf("limit %d after successes while a slot was free, want it unchanged", f.limit)
		}
	})
}

// Once it is found what the account allows, it tries one more each
// second, and takes no more than that back.
func TestInFlightStaysAtWhatIsAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const allowed = 10
		halvings := 0
		f := NewInFlight(16, func(int) { halvings++ })
		for second := range 30 {
			slots := acquireAll(t, f)
			if second > 5 && (len(slots) < allowed || len(slots) > allowed+1) {
				t.Errorf("second %d: %d in flight, want 10 or 11", second, len(slots))
			}
			time.Sleep(time.Second)
			for i, slot := range slots {
				if i < allowed {
					slot.Release(nil)
				} else {
					slot.Release(errThrottled)
				}
			}
		}
		if halvings != 1 {
			t.Errorf("%d halvings, want the first one only", halvings)
		}
		for range 3 { // it allows less now
			for _, slot := range acquireAll(t, f) {
				slot.Release(errThrottled)
			}
		}
		if f.limit > 3 || halvings < 3 {
			t.Errorf("limit %d after %d halvings, want it lowered fast", f.limit, halvings)
		}
	})
}

func TestInFlightNeverCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(8, nil)
		for range 10 {
			slot, err := f.Acquire(t.Context(), ForCreate)
			if err != nil {
				t.Fatal(err)
			}
			slot.Release(errThrottled)
		}
		if f.limit != 1 {
			t.Errorf("limit %d, want 1", f.limit)
		}
	})
}

func TestThrottledAnswersAreCountedByUrgency(t *testing.T) {
	f := NewInFlight(10, nil)
	for _, u := range []Urgency{ForCreate, ForHangUp, ForHangUp, ForRead} {
		_ = f.Do(t.Context(), u, func() error { return errThrottled })
	}
	if c, h, all := f.Throttled(ForCreate), f.Throttled(ForHangUp), f.Throttled(ForHangUp, ForCreate, ForRead); c != 1 || h != 2 || all != 4 {
		t.Errorf("throttled %d creates, %d hang-ups, %d of all; want 1, 2, 4", c, h, all)
	}
	if f.limit != 1 {
		t.Errorf("limit %d, want 1", f.limit)
	}
}

// What is halved is what was in flight, where that was less than the limit.
func TestInFlightHalvesWhatWasInFlight(t *testing.T) {
	f := NewInFlight(50, nil)
	var slots []*Slot
	for range 8 {
		slot, err := f.Acquire(t.Context(), ForCreate)
		if err != nil {
			t.Fatal(err)
		}
		slots = append(slots, slot)
	}
	for _, slot := range slots {
		slot.Release(errThrottled)
	}
	if f.limit != 4 {
		t.Errorf("limit %d, want half of the eight that were too many", f.limit)
	}
}

// How many were in flight at once since the last 429 counts those that were so then.
func TestInFlightAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(8, nil)
		slots := acquireAll(t, f)
		if n := f.AtOnce(); n != 0 {
			t.Errorf("%d at once, want 0 where nothing was refused", n)
		}
		slots[0].Release(errThrottled)
		slots[1].Release(errThrottled)
		if n := f.AtOnce(); n != 6 {
			t.Errorf("%d at once, want the six that are left", n)
		}
		for _, slot := range slots[2:] {
			slot.Release(nil)
		}
		if n := f.AtOnce(); n != 6 {
			t.Errorf("%d at once after they were accepted, want six", n)
		}
		again := acquireAll(t, f) // half of the eight
		again[0].Release(errThrottled)
		if n := f.AtOnce(); len(again) != 4 || n != 3 {
			t.Errorf("%d at once after one of %d was refused, want 3 of 4", n, len(again))
		}
	})
}
