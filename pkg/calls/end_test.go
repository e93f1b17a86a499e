package calls_test

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// putCalls adds live calls to an account and returns them as a SID file would.
func putCalls(account *twiliosim.Account, n int) []calls.Placed {
	placed := make([]calls.Placed, n)
	for i := range placed {
		placed[i].SID = fmt.Sprintf("CA%032x", i+1)
		account.Put(placed[i].SID, from, to)
	}
	return placed
}

func TestEveryCallIsCountedOnce(t *testing.T) {
	for _, tc := range []struct {
		what string
		cfg  twiliosim.Config
		want calls.HangUps
	}{
		{"live calls are ended", twiliosim.Config{},
			calls.HangUps{Asked: 12, Ended: 10, NotFound: 1, AlreadyOver: 1}},
		{"a call that is over may be answered 200", twiliosim.Config{AllowEndTwice: true},
			calls.HangUps{Asked: 12, Ended: 10, NotFound: 1, AlreadyOver: 1}},
		{"calls that take a while to end are followed", twiliosim.Config{EndDelay: 15 * time.Second},
			calls.HangUps{Asked: 12, Ended: 10, NotFound: 1, AlreadyOver: 1}},
		{"a call whose hang-up is answered 500 again and again is failed, and left over",
			twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpHangUp, To: to, Status: 500}}},
			calls.HangUps{Asked: 12, Failed: 10, Live: 10, NotFound: 1, AlreadyOver: 1}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, tc.cfg)
				placed := putCalls(account, 10)
				over := putOver(t, account, client)
				time.Sleep(2 * time.Second) // so that it was over before, on a clock of whole seconds
				all := append(placed, over, calls.Placed{SID: "CAffffffffffffffffffffffffffffffff"})

				result := calls.End(t.Context(), client, slices.Values(all), math.MaxInt, nil)
				got := result.HangUps
				counts := calls.HangUps{Asked: got.Asked, Ended: got.Ended, AlreadyOver: got.AlreadyOver, NotFound: got.NotFound, Failed: got.Failed, Live: got.Live}
				if fmt.Sprint(counts) != fmt.Sprint(tc.want) {
					t.Errorf("counted %+v, want %+v", counts, tc.want)
				}
				if len(account.Live()) != tc.want.Live || len(got.LiveSIDs) != tc.want.Live {
					t.Errorf("%d are live, %v told, want %d", len(account.Live()), got.LiveSIDs, tc.want.Live)
				}
				if want := 11 - tc.want.Failed; result.Records.Calls != want {
					t.Errorf("%d final records, want %d", result.Records.Calls, want)
				}
			})
		})
	}
}

// putOver places a call to a destination of its own that is over at once.
func putOver(t *testing.T, account *twiliosim.Account, client *twilioapi.Client) calls.Placed {
	t.Helper()
	over := calls.Placed{SID: "CA0000000000000000000000000000dead"}
	account.Put(over.SID, from, "+14155550199")
	if got := calls.End(t.Context(), client, slices.Values([]calls.Placed{over}), 0, nil).HangUps; got.Ended != 1 {
		t.Fatalf("ending the call beforehand: %+v", got)
	}
	return over
}

// Calls that do not end are reported live, after they were asked again.
func TestCallsThatDoNotEndAreLeftOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{EndDelay: time.Hour})
		placed := putCalls(account, 100)
		began := time.Now()
		got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil).HangUps
		if got.Ended != 0 || got.Live != 100 || got.Failed != 0 {
			t.Errorf("ended %d, live %d, failed %d; want all 100 live, and none failed", got.Ended, got.Live, got.Failed)
		}
		if took := time.Since(began); took > calls.FollowFor || took < calls.FollowFor-10*time.Second {
			t.Errorf("followed for %v, want about %v", took, calls.FollowFor)
		}
		if n := account.Requests(twiliosim.OpHangUp); n < 200 {
			t.Errorf("%d hang-ups for 100 calls that do not end, want each asked again", n)
		}
	})
}

// Many calls between two numbers are followed by lists, not one by one.
func TestManyCallsAreFollowedByLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{EndDelay: 5 * time.Second})
		got := calls.End(t.Context(), client, slices.Values(putCalls(account, 2500)), math.MaxInt, nil)
		if got.HangUps.Ended != 2500 || got.HangUps.Live != 0 || got.Records.Calls != 2500 {
			t.Errorf("ended %d, live %d, records %d; want 2500, 0, 2500", got.HangUps.Ended, got.HangUps.Live, got.Records.Calls)
		}
		if fetches := account.Requests(twiliosim.OpFetch); fetches != 0 {
			t.Errorf("%d calls were fetched singly, want none", fetches)
		}
	})
}

// A million SIDs that Twilio does not know need no memory each.
func TestEndStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{})
		got := calls.End(t.Context(), client, unknownCalls(5000), math.MaxInt, nil).HangUps
		if got.NotFound != 5000 || got.Failed != 0 {
			t.Errorf("not found %d, failed %d, want 5000 and 0", got.NotFound, got.Failed)
		}
	})
}

func unknownCalls(n int) iter.Seq[calls.Placed] {
	return func(yield func(calls.Placed) bool) {
		for i := range n {
			if !yield(calls.Placed{SID: fmt.Sprintf("CA%032x", i)}) {
				return
			}
		}
	}
}

// With up to 50 under way, 1,000 calls at 200 ms take four seconds.
func TestHangUpsAreConcurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond})
		began := time.Now()
		calls.End(t.Context(), client, slices.Values(putCalls(account, 1000)), math.MaxInt, nil)
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("took %v, want 4s", took)
		}
		if peak := account.PeakConcurrent(); peak != 50 {
			t.Errorf("%d hang-ups at once, want 50", peak)
		}
	})
}

// So it is when a run is over that was not to hang up calls beside its starts.
func TestHangUpsAfterStartsAreFiftyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond})
		calls.Run(t.Context(), context.Background(), client, plan(600, 20), new(memory), nil)
		if peak := account.PeakConcurrent(); peak != 50 {
			t.Errorf("%d requests at once, want the 50 hang-ups", peak)
		}
	})
}

// An account that allows ten requests at once loses nothing and is slowed to
// what it allows, but for the seconds in which that is found out.
func TestHangUpsAdaptToTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond, MaxConcurrent: 10})
		var slowed []int
		watch := func(e calls.Event) {
			if s, ok := e.(calls.Slowed); ok {
				slowed = append(slowed, s.Limit)
			}
		}
		began := time.Now()
		got := calls.End(t.Context(), client, slices.Values(putCalls(account, 1000)), math.MaxInt, watch).HangUps
		if got.Ended != 1000 || len(account.Live()) != 0 {
			t.Errorf("ended %d, %d live, want 1000 and none", got.Ended, len(account.Live()))
		}
		if got.Throttled == 0 || len(slowed) == 0 || slices.Max(slowed) > 25 {
			t.Errorf("throttled %d times, limits %v; want halvings told, to 25 at most", got.Throttled, slowed)
		}
		if took := time.Since(began); took > 23*time.Second { // 20 s with ten at once, all the time
			t.Errorf("took %v, want little more than the 20s that the account needs", took)
		}
	})
}

func TestEndGivesUpWhenTwilioIsOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{{Do: twiliosim.Outage}}})
		placed := putCalls(account, 1000)
		began := time.Now()
		got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil).HangUps
		if got.Failed != 1000 || got.Live != 1000 {
			t.Errorf("failed %d, live %d, want 1000", got.Failed, got.Live)
		}
		if took := time.Since(began); took > twilioapi.RetryFor {
			t.Errorf("gave up after %v, want within %v", took, twilioapi.RetryFor)
		}
	})
}

func TestEndStopsAtBadCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{})
		placed := putCalls(account, 1000)
		account.SetPassword("another")
		got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil).HangUps
		if got.Failed != 1000 || got.Live != 1000 {
			t.Errorf("failed %d, live %d, want 1000", got.Failed, got.Live)
		}
		if n := account.Requests(twiliosim.OpHangUp); n > 50 {
			t.Errorf("%d hang-ups sent, want none after the first answers", n)
		}
	})
}

func TestLeavingAtOnceCutsEverythingOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, twiliosim.Config{ResponseTime: 10 * time.Second})
		leave, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		began := time.Now()
		result := calls.Run(leave, leave, client, plan(100, 10), new(memory), nil)
		if took := time.Since(began); took != 15*time.Second {
			t.Errorf("left after %v, want at once at 15s", took)
		}
		checkSums(t, plan(100, 10), result)
	})
}
