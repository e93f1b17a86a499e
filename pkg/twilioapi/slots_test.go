package twilioapi

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestInFlightGivesBackTheSlotOfWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(1, nil)
		slot, _ := f.Acquire(t.Context(), ForCreate)
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error)
		go func() {
			_, err := f.Acquire(ctx, ForCreate)
			gaveUp <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("acquiring with a cancelled context: %v", err)
		}
		slot.Release(nil)
		if _, err := f.Acquire(t.Context(), ForCreate); err != nil || f.taken != 1 {
			t.Errorf("error %v, %d in flight, want the one slot free again", err, f.taken)
		}
	})
}

// Whoever gives up lets nobody in: the slot is in use still.
func TestInFlightServesNobodyWhenOneGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(1, nil)
		slot, _ := f.Acquire(t.Context(), ForCreate)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = f.Acquire(ctx, ForRead) }()
		synctest.Wait()
		var served bool
		go func() { _, _ = f.Acquire(t.Context(), ForHangUp); served = true }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if served || f.taken != 1 {
			t.Errorf("served %v, %d in flight; want the one that was", served, f.taken)
		}
		slot.Release(nil)
		synctest.Wait()
		if !served {
			t.Error("the one who waits is not served")
		}
	})
}

// A slot that comes at the moment when its waiter gives up is free again. Which of
// the two the waiter sees is chance.
func TestInFlightGivesBackTheSlotThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(1, nil)
		for range 200 {
			slot, _ := f.Acquire(t.Context(), ForCreate)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if slot, err := f.Acquire(ctx, ForCreate); err == nil {
					slot.Release(nil)
				}
			}()
			synctest.Wait()
			f.mu.Lock() // the waiter goes on when both have come
			go slot.Release(nil)
			cancel()
			f.mu.Unlock()
			synctest.Wait()
			if f.taken != 0 {
				t.Fatalf("%d in flight, want none", f.taken)
			}
		}
	})
}

// Calls that must end come before calls that may start, and both before reads; but
// a read that has waited for two seconds comes before creates.
func TestSlotsGoByUrgency(t *testing.T) {
	for _, tc := range []struct {
		what   string
		waited time.Duration
		want   []Urgency
	}{
		{"a read that has just come is last", time.Second, []Urgency{ForHangUp, ForHangUp, ForCreate, ForCreate, ForRead}},
		{"a read that has waited is next after hang-ups", 2 * time.Second, []Urgency{ForHangUp, ForHangUp, ForRead, ForCreate, ForCreate}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := NewInFlight(1, nil)
			slot, _ := f.Acquire(t.Context(), ForCreate)
			var got []Urgency
			for _, u := range []Urgency{ForRead, ForCreate, ForHangUp, ForCreate, ForHangUp} {
				go func() {
					_ = f.Do(t.Context(), u, func() error {
						got = append(got, u) // one at a time: there is one slot
						return nil
					})
				}()
				synctest.Wait()
			}
			time.Sleep(tc.waited)
			slot.Release(nil)
			synctest.Wait()
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: served %v, want %v", tc.what, got, tc.want)
			}
		})
	}
}

// However many hang-ups there are, a read has its turn each five seconds.
func TestReadsAreLateAndNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(1, nil)
		began := time.Now()
		var read []time.Duration
		ask := func(u Urgency, n int) {
			for range n {
				go func() {
					_ = f.Do(t.Context(), u, func() error {
						if u == ForRead {
							read = append(read, time.Since(began)) // one at a time: there is one slot
						}
						time.Sleep(time.Second)
						return nil
					})
				}()
				synctest.Wait()
			}
		}
		ask(ForHangUp, 17)
		ask(ForRead, 5)
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []time.Duration{5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 21 * time.Second}
		if !slices.Equal(read, want) {
			t.Errorf("reads were sent after %v, want %v: the last when the hang-ups were through", read, want)
		}
	})
}

// Slots that come free go to those who wait, first come, first served, and no
// more than there are.
func TestInFlightServesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewInFlight(2, nil)
		slots := acquireAll(t, f)
		served := make(chan int, 10)
		for i := range 4 {
			go func() {
				if _, err := f.Acquire(t.Context(), ForCreate); err == nil {
					served <- i
				}
			}()
			synctest.Wait()
		}
		if len(served) != 0 || f.taken != 2 {
			t.Errorf("%d served, %d taken; want nobody while two are taken", len(served), f.taken)
		}
		for i, slot := range slots {
			slot.Release(nil)
			synctest.Wait()
			if len(served) != 1 || <-served != i || f.taken != 2 {
				t.Errorf("%d taken after a release, want the next served, and two taken", f.taken)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.Acquire(ctx, ForCreate); !errors.Is(err, context.Canceled) || len(f.waiting[ForCreate]) != 2 {
			t.Errorf("%v, %d waiting; want no wait with a context that is over", err, len(f.waiting[ForCreate]))
		}
		(&Slot{f, ForCreate, f.lowered}).Release(errThrottled) // the limit is halved, and nobody is served
		synctest.Wait()
		if len(served) != 0 || f.limit != 1 || f.taken != 1 {
			t.Errorf("%d served, limit %d, %d taken; want none, 1, 1", len(served), f.limit, f.taken)
		}
	})
}
