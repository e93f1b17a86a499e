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
		got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil)
		if took := time.Since(began); took > calls.FollowFor+time.Second {
			t.Errorf("took %v, want at most %v", took, calls.FollowFor)
		}
		if got.Ended != 100 || len(got.Live) != 100 {
			t.Errorf("ended %d, live %d, want 100 and 100", got.Ended, len(got.Live))
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
		if took := time.Since(began); took > calls.LookUpFor+time.Second || result.LookUp.Took > calls.LookUpFor {
			t.Errorf("took %v, looked up for %v; want at most %v", took, result.LookUp.Took, calls.LookUpFor)
		}
		if len(result.LookUp.NotFound) != 10 {
			t.Errorf("%d not found, want 10", len(result.LookUp.NotFound))
		}
	})
}

// An API that takes requests and never answers is found out in minutes, with
// few requests.
func TestAHangingAPIIsFoundOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Hang}}})
		began := time.Now()
		placed := calls.Place(t.Context(), context.Background(), client, plan(5000, 200), new(memory), nil)
		if took := time.Since(began); took > 5*time.Minute {
			t.Errorf("took %v, want a few minutes", took)
		}
		if n := account.Requests(); len(placed.Calls) != 0 || placed.Stopped == nil || n > 2000 {
			t.Errorf("accepted %d, stopped by %v, %d requests; want none, a reason, and few", len(placed.Calls), placed.Stopped, n)
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
		if e := result.Ending; e.Ended != 5 || e.NotFound != 0 || len(e.Live) != 0 {
			t.Errorf("ended %d, not found %d, live %d; want all 5 ended", e.Ended, e.NotFound, len(e.Live))
		}
	})
}

// A hang-up whose answer is lost has ended the call all the same.
func TestALostAnswerDoesNotMakeACallOverAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpHangUp, Nth: []int{1, 2, 3}, Do: twiliosim.Drop, After: true}}})
		got := calls.End(t.Context(), client, slices.Values(putCalls(account, 3)), math.MaxInt, nil)
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

// Passwords in what the calls are to hear, and what may be such, are not shown.
func TestTreatmentShowsNoPassword(t *testing.T) {
	for twiml, want := range map[string]string{
		"https://bob:hunter2@example.com/a?key=hunter2":                           "https://example.com/a?…",
		`<Response><Play>https://bob:hunter2@example.com/a.mp3</Play></Response>`: `<Response><Play>https://…@example.com/a.mp3</Play></Response>`,
		` <Response><Dial><Sip password='hunter2'>x</Sip></Dial></Response>`:      ` <Response><Dial><Sip password='…'>x</Sip></Dial></Response>`,
	} {
		if got := (calls.Plan{TwiML: twiml}).Treatment(); got != want {
			t.Errorf("%s\nshown as %s\nwant     %s", twiml, got, want)
		}
	}
}
