package twiliosim_test

import (
	"sync"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

func TestResponseTime(t *testing.T) {
	cfg := twiliosim.Config{ResponseTime: time.Second, ResponseSpread: 500 * time.Millisecond, ConnectTime: 3 * time.Second}
	inBubble(t, cfg, func(t *phoneTest) {
		shortest, longest, sum := time.Hour, time.Duration(0), time.Duration(0)
		t.create(order())
		if d := time.Since(t.begin); d < 3500*time.Millisecond || d > 4500*time.Millisecond {
			t.Errorf("first request took %v, want 3 s more than the others", d)
		}
		const n = 400
		for range n {
			begin := time.Now()
			t.create(order())
			d := time.Since(begin)
			shortest, longest, sum = min(shortest, d), max(longest, d), sum+d
		}
		if shortest < 500*time.Millisecond || shortest > 550*time.Millisecond {
			t.Errorf("shortest %v, want just above 0.5 s", shortest)
		}
		if longest > 1500*time.Millisecond || longest < 1450*time.Millisecond {
			t.Errorf("longest %v, want just below 1.5 s", longest)
		}
		if mean := sum / n; (mean - time.Second).Abs() > 50*time.Millisecond {
			t.Errorf("mean %v, want 1 s", mean)
		}
		if creates := t.account.Creates(); creates[0].At.Sub(t.begin) != 3*time.Second {
			t.Errorf("first create arrived after %v, want 3 s", creates[0].At.Sub(t.begin))
		}
	})
}

func TestMaxConcurrent(t *testing.T) {
	cfg := twiliosim.Config{ResponseTime: time.Second, MaxConcurrent: 3}
	inBubble(t, cfg, func(t *phoneTest) {
		codes := make(chan int)
		for range 5 {
			go func() {
				_, err := t.twilio.CreateCall(order())
				codes <- codeOf(err)
			}()
		}
		count := map[int]int{}
		for i := range 5 {
			count[<-codes]++
			if d := time.Since(t.begin); i < 2 && d != 0 || i >= 2 && d != time.Second {
				t.Errorf("answer %d came after %v", i, d)
			}
		}
		if count[0] != 3 || count[20429] != 2 {
			t.Errorf("codes %v, want 3 accepted and 2 times 20429", count)
		}
		if n := len(t.account.Live()); n != 3 {
			t.Errorf("%d calls live, want 3: a refused request has no effect", n)
		}
		if n := t.account.PeakConcurrent(); n < 4 || n > 5 {
			t.Errorf("peak %d, want 3 served and 1 or 2 being refused", n)
		}
		if n := t.account.Requests(twiliosim.OpCreate); n != 5 {
			t.Errorf("%d creates, want 5", n)
		}
		if n := t.account.Requests(twiliosim.OpList, twiliosim.OpHangUp); n != 0 {
			t.Errorf("%d lists and hang-ups, want none", n)
		}
	})
}

func TestCreatesAreLogged(t *testing.T) {
	cfg := twiliosim.Config{ResponseTime: time.Second, Faults: []twiliosim.Fault{
		{Op: twiliosim.OpCreate, Nth: []int{2}, Status: 500, After: true},
		{Op: twiliosim.OpCreate, Nth: []int{3}, Do: twiliosim.Drop},
	}}
	inBubble(t, cfg, func(t *phoneTest) {
		for range 3 {
			t.twilio.CreateCall(order())
		}
		t.twilio.CreateCall(order().SetTo("1"))
		calls := t.account.Calls()
		want := []twiliosim.Create{
			{At: t.begin, From: caller, To: callee, Status: 201, SID: calls[0].SID},
			{At: t.begin.Add(time.Second), From: caller, To: callee, Status: 500, Code: 20500, SID: calls[1].SID},
			{At: t.begin.Add(2 * time.Second), From: caller, To: callee},
			{At: t.begin.Add(3 * time.Second), From: caller, To: "1", Status: 400, Code: 21211},
		}
		got := t.account.Creates()
		if len(got) != len(want) {
			t.Fatalf("log %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("line %d: %v, want %v", i, got[i], want[i])
			}
		}
	})
}

// Many clients at once, most of all for the race detector.
func TestManyAtOnce(t *testing.T) {
	cfg := twiliosim.Config{
		CPS: 100, RingTime: time.Second, ResponseTime: 100 * time.Millisecond, ResponseSpread: 90 * time.Millisecond,
		Numbers: []string{caller, callee}, Busy: 0.1, Faults: []twiliosim.Fault{{Op: twiliosim.OpFetch, Share: 0.5, Do: twiliosim.Drop}},
	}
	inBubble(t, cfg, func(t *phoneTest) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				for range 5 {
					c, err := t.twilio.CreateCall(order())
					if err != nil {
						t.Errorf("create: %v", err)
						return
					}
					t.twilio.FetchCall(*c.Sid, nil)
					if _, err := t.twilio.ListCall((&api.ListCallParams{}).SetStatus("ringing")); err != nil {
						t.Errorf("list: %v", err)
					}
					hangUp := (&api.UpdateCallParams{}).SetStatus("completed")
					if _, err := t.twilio.UpdateCall(*c.Sid, hangUp); err != nil && codeOf(err) != 21220 {
						t.Errorf("hang-up: %v", err)
					}
					t.account.Calls()
				}
			})
		}
		all.Wait()
		sids := map[string]bool{}
		for _, c := range t.account.Creates() {
			sids[c.SID] = true
		}
		if live := t.account.Live(); len(sids) != 100 || len(live) != 0 {
			t.Errorf("%d calls and %d of them live, want 100 and none", len(sids), len(live))
		}
	})
}
