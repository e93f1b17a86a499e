package calls_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// A call is counted once, by what is known of it in the end, whatever became of
// its first hang-up.
func TestWhatFollowsAHangUp(t *testing.T) {
	type fault = twiliosim.Fault
	const hangUp, fetch = twiliosim.OpHangUp, twiliosim.OpFetch
	for _, tc := range []struct {
		what    string
		calls   int  // put into the account and hung up
		unknown bool // not put
		cfg     twiliosim.Config
		want    calls.HangUps
		records int
		failed  int // told as failed
	}{
		{"a hang-up that was refused is asked for again", 3, false,
			twiliosim.Config{Faults: []fault{{Op: hangUp, For: 20 * time.Second, Status: 409}}},
			calls.HangUps{Asked: 3, Ended: 3}, 3, 3},
		{"by then the call may be over by itself", 3, false,
			twiliosim.Config{TalkTime: 22 * time.Second, Faults: []fault{{Op: hangUp, For: 20 * time.Second, Status: 409}}},
			calls.HangUps{Asked: 3, AlreadyOver: 3}, 3, 3},
		{"it may turn out that Twilio does not know it", 3, true,
			twiliosim.Config{Faults: []fault{{Op: hangUp, For: 500 * time.Millisecond, Status: 409}}},
			calls.HangUps{Asked: 3, NotFound: 3}, 0, 3},
		{"a call that lives on is hung up again, and may be over by then", 9, false,
			twiliosim.Config{ResponseTime: 200 * time.Millisecond, EndDelay: 11900 * time.Millisecond},
			calls.HangUps{Asked: 9, Ended: 9}, 9, 0},
		{"a call that is over is counted, though its record is not found", 3, false,
			twiliosim.Config{Faults: []fault{{Op: hangUp, Code: 21220}, {Op: fetch, Status: 404}}},
			calls.HangUps{Asked: 3, AlreadyOver: 3}, 0, 0},
		{"nor read", 3, false,
			twiliosim.Config{Faults: []fault{{Op: hangUp, Code: 21220}, {Op: fetch, Status: 500}}},
			calls.HangUps{Asked: 3, AlreadyOver: 3}, 0, 0},
		{"what lists do not show is fetched", 9, false,
			twiliosim.Config{EndDelay: time.Second, ListDelay: time.Hour},
			calls.HangUps{Asked: 9, Ended: 9}, 9, 0},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, tc.cfg)
				placed := make([]calls.Placed, tc.calls)
				for i := range placed {
					placed[i].SID = fmt.Sprintf("CA%032x", i)
					if !tc.unknown {
						account.Put(placed[i].SID, from, to)
					}
				}
				failed := 0
				got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, func(e calls.Event) {
					if _, ok := e.(calls.EndFailed); ok {
						failed++
					}
				})
				got.HangUps.Failures, got.HangUps.LiveSIDs = nil, nil
				if fmt.Sprint(*got.HangUps) != fmt.Sprint(tc.want) || got.Records.Calls != tc.records || failed != tc.failed {
					t.Errorf("%+v, %d records, %d told as failed; want %+v, %d, %d", *got.HangUps, got.Records.Calls, failed, tc.want, tc.records, tc.failed)
				}
			})
		})
	}
}

// Up to eight calls between two parties are fetched, more are found in lists.
func TestFewCallsAreFetched(t *testing.T) {
	for _, tc := range []struct{ calls, fetches, lists int }{{8, 8, 0}, {9, 0, 8}} {
		synctest.Test(t, func(t *testing.T) {
			client, account := newClient(t, twiliosim.Config{EndDelay: time.Second})
			calls.End(t.Context(), client, slices.Values(putCalls(account, tc.calls)), math.MaxInt, nil)
			if fetches, lists := account.Requests(twiliosim.OpFetch), account.Requests(twiliosim.OpList); fetches != tc.fetches || lists != tc.lists {
				t.Errorf("%d calls: %d fetched, %d lists; want %d and %d", tc.calls, fetches, lists, tc.fetches, tc.lists)
			}
		})
	}
}

// The looks become rarer, down to one in ten seconds.
func TestLooksBecomeRarer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{EndDelay: time.Hour})
		var looks []time.Duration
		began := time.Now()
		calls.End(t.Context(), client, slices.Values(putCalls(account, 1)), math.MaxInt, func(e calls.Event) {
			if f, ok := e.(calls.Following); ok && f.Live == 1 {
				looks = append(looks, time.Since(began))
			}
		})
		want := []time.Duration{0, 1, 3, 7, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(looks, want) {
			t.Errorf("looked after %v, want %v", looks, want)
		}
		// Each look fetches the call; those from ten seconds on hang it up again.
		if fetches, hangUps := account.Requests(twiliosim.OpFetch), account.Requests(twiliosim.OpHangUp); fetches != len(want)-1 || hangUps != 1+len(want)-4 {
			t.Errorf("%d fetches, %d hang-ups; want %d and %d", fetches, hangUps, len(want)-1, 1+len(want)-4)
		}
	})
}

// A hang-up whose answers were all lost has ended the call, as far as can be told.
func TestAHangUpThatIsLostForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const other = "+14155550199"
		client, account := newClient(t, twiliosim.Config{Faults: []twiliosim.Fault{
			{Op: twiliosim.OpHangUp, To: other, Do: twiliosim.Drop, After: true, For: 5 * time.Minute},
			{Op: twiliosim.OpFetch, Status: 500}}})
		placed := append(putCalls(account, 2), calls.Placed{SID: "CA0000000000000000000000000000dead"})
		account.Put(placed[2].SID, from, other)
		got := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, nil).HangUps
		if got.Ended != 3 || got.Live != 0 || got.AlreadyOver != 0 {
			t.Errorf("%+v, want all three ended", got)
		}
	})
}
