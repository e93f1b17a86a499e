package twiliosim_test

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

func TestQueue(t *testing.T) {
	inBubble(t, twiliosim.Config{CPS: 4, RingTime: time.Minute}, func(t *phoneTest) {
		var sids []string
		for range 8 {
			sids = append(sids, t.create(order()))
		}
		for i, want := range []string{"0", "250", "500", "750", "1000", "1250", "1500", "1750"} {
			if got := show(t.fetch(sids[i]).QueueTime); got != want {
				t.Errorf("call %d expects to wait %s ms, want %s", i, got, want)
			}
		}
		t.at(600 * time.Millisecond) // 0, 1, 2 are dialed
		if got := t.hangUp(sids[3]); got != "canceled" {
			t.Errorf("a queued call became %s", got)
		}
		t.hangUp(sids[5])
		t.at(10 * time.Second)
		late := t.create(order())
		for i, want := range []time.Duration{0, 250, 500, -1, 750, -1, 1000, 1250, 10000} {
			c := t.account.Calls()[i]
			if got := c.Dialed.Sub(t.begin); c.Dialed.IsZero() != (want < 0) || want >= 0 && got != want*time.Millisecond {
				t.Errorf("call %d was dialed after %v, want %d ms (-1: never)", i, got, want)
			}
		}
		t.is(late, "ringing") // an idle queue dials at once
	})
}

// Whoever comes and goes, the queue is fair, even, and never idle while somebody waits.
func TestQueueProperty(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		cps := rapid.IntRange(1, 7).Draw(draw, "cps")
		steps := rapid.SliceOfN(rapid.IntRange(-900, 900), 1, 60).Draw(draw, "steps")
		problem := "no verdict"
		synctest.Test(t, func(t *testing.T) { problem = playQueue(cps, steps) })
		if problem != "" {
			draw.Fatal(problem)
		}
	})
}

// playQueue plays steps on an account and returns what went wrong. A positive step is a call, followed by that many
// milliseconds if three divides it; a negative one hangs up some call.
func playQueue(cps int, steps []int) (problem string) {
	a := twiliosim.New(twiliosim.Config{CPS: cps, RingTime: time.Second})
	defer a.Close()
	phone := twilio(a.Transport())
	for i, n := range steps {
		if calls := a.Calls(); n < 0 && len(calls) > 0 {
			c := calls[(i-n)%len(calls)]
			_, err := phone.UpdateCall(c.SID, (&api.UpdateCallParams{}).SetStatus("completed"))
			if want := map[bool]int{true: 0, false: 21220}[c.Live()]; codeOf(err) != want {
				return fmt.Sprintf("hang-up of %v: %v", c, err)
			}
			continue
		}
		if _, err := phone.CreateCall(order()); err != nil {
			return err.Error()
		}
		if n > 0 && n%3 == 0 {
			time.Sleep(time.Duration(n) * time.Millisecond)
		}
	}
	time.Sleep(time.Hour)
	return checkQueue(a.Calls(), cps)
}

// checkQueue checks that the calls that were dialed were dialed in order, as early as the rate allows and no earlier.
func checkQueue(calls []twiliosim.Call, cps int) (problem string) {
	slot := time.Duration(math.Ceil(float64(time.Second) / float64(cps)))
	var free time.Time
	for i, c := range calls {
		if c.Dialed.IsZero() {
			if c.Status != "canceled" {
				return fmt.Sprintf("call %d was never dialed and is %s", i, c.Status)
			}
			continue
		}
		want := c.Created
		if free.After(want) {
			want = free
		}
		if !c.Dialed.Equal(want) {
			return fmt.Sprintf("call %d was dialed %v off", i, c.Dialed.Sub(want))
		}
		free = want.Add(slot)
	}
	return ""
}
