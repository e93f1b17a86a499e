package calls_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// What the user is told to take "up to" a time takes no longer, also when
// Twilio goes out of reach meanwhile and there are many pairs to look up.

func TestFollowingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{EndDelay: time.Hour, Faults: []twiliosim.Fault{
			{Do: twiliosim.Outage, From: time.Second, For: time.Hour}}})
		var placed []calls.Placed
		for i := range 100 {
			placed = append(placed, calls.Placed{SID: fmt.Sprintf("CA%032x", i)})
			account.Put(placed[i].SID, from, fmt.Sprintf("+1415555%04d", i%5))
		}
		began := time.Now()
		got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil).HangUps
		if took := time.Since(began); took > calls.FollowFor+time.Second {
			t.Errorf("took %v, want at most %v", took, calls.FollowFor)
		}
		if got.Ended != 0 || got.Live != 100 || got.Failed != 0 {
			t.Errorf("ended %d, live %d, failed %d, want all live and none failed", got.Ended, got.Live, got.Failed)
		}
	})
}

func TestLookingUpIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpCreate, Do: twiliosim.Drop, For: time.Minute},
			{Do: twiliosim.Outage, From: time.Second, For: 10 * time.Hour}}})
		many := plan(10, 10)
		many.Destinations = nil
		for i := range 10 {
			many.Destinations = append(many.Destinations, fmt.Sprintf("+1415555%04d", i))
		}
		began := time.Now()
		result := calls.Run(t.Context(), context.Background(), client, many, new(memory), nil)
		if took := time.Since(began); took > calls.LookUpFor+time.Second || result.Starts.LookedUp > calls.LookUpFor.Seconds() {
			t.Errorf("took %v, looked up for %v s; want at most %v", took, result.Starts.LookedUp, calls.LookUpFor)
		}
		if result.Starts.NotFound != 10 {
			t.Errorf("%d not found, want 10", result.Starts.NotFound)
		}
	})
}

// An API that takes requests and never answers is found out in minutes, with
// few requests.
func TestAHangingAPIIsFoundOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Hang}}})
		began := time.Now()
		placed := place(t, client, plan(5000, 200), new(memory))
		if took := time.Since(began); took > 5*time.Minute+calls.LookUpFor {
			t.Errorf("took %v, want a few minutes", took)
		}
		if n := account.Requests(); placed.Starts.Accepted != 0 || placed.Err == nil || n > 2000 {
			t.Errorf("accepted %d, stopped by %v, %d requests; want none, a reason, and few", placed.Starts.Accepted, placed.Err, n)
		}
	})
}

// Twilio's records are eventually consistent: it may not find a call that it
// has just accepted. Such a call is asked for again.
func TestOurOwnCallsAreNotGivenUpAsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpHangUp, For: 20 * time.Second, Status: 404, Code: 20404},
			{Op: twiliosim.OpFetch, For: 20 * time.Second, Status: 404, Code: 20404}}})
		file := new(memory)
		result := calls.Run(t.Context(), context.Background(), client, plan(5, 5), file, nil)
		checkNothingIsLeft(t, account, file)
		if e := result.HangUps; e.Ended != 5 || e.NotFound != 0 || e.Live != 0 {
			t.Errorf("ended %d, not found %d, live %d; want all 5 ended", e.Ended, e.NotFound, e.Live)
		}
	})
}

// A hang-up whose answer is lost has ended the call all the same.
func TestALostAnswerDoesNotMakeACallOverAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpHangUp, Nth: []int{1, 2, 3}, Do: twiliosim.Drop, After: true}}})
		got := calls.End(t.Context(), client, slices.Values(putCalls(account, 3)), math.MaxInt, nil).HangUps
		if got.Ended != 3 || got.AlreadyOver != 0 {
			t.Errorf("ended %d, over already %d; want 3 and 0", got.Ended, got.AlreadyOver)
		}
	})
}

// Calls that are left running are not held.
func TestNoHoldWithoutHangingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{})
		goOn := plan(10, 10)
		goOn.EndCalls, goOn.Hold = false, time.Hour
		began := time.Now()
		calls.Run(t.Context(), context.Background(), client, goOn, new(memory), nil)
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v, want no time", took)
		}
	})
}
