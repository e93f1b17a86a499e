package twiliosim_test

import (
	"math"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
)

// looks is what the API shows of a call at a moment; times count from the beginning of the test.
type looks struct {
	status               string
	start, end           string // whole seconds since the beginning; null
	duration, price, due string
}

// look asks how a call looks.
func (t *phoneTest) look(sid string) looks {
	t.Helper()
	c := t.fetch(sid)
	return looks{*c.Status, t.since(c.StartTime), t.since(c.EndTime), show(c.Duration), show(c.Price), show(c.QueueTime)}
}

// since reads a date of the API as time since the beginning, which in a bubble is a whole second.
func (t *phoneTest) since(date *string) string {
	t.Helper()
	if date == nil {
		return "null"
	}
	moment, err := time.Parse("Mon, 02 Jan 2006 15:04:05 +0000", *date)
	if err != nil {
		t.Errorf("date %q: %v", *date, err)
	}
	return moment.Sub(t.begin).String()
}

func TestLifeOfACall(t *testing.T) {
	priced := twiliosim.Config{RingTime: 5500 * time.Millisecond, TalkTime: 61 * time.Second, PricePerMinute: 0.014, PriceDelay: 10 * time.Second}
	with := func(change func(*twiliosim.Config)) twiliosim.Config {
		cfg := priced
		change(&cfg)
		return cfg
	}
	for _, row := range []struct {
		says  string
		cfg   twiliosim.Config
		order *api.CreateCallParams
		at    time.Duration
		looks looks
	}{
		{"a call rings from the moment it is dialed", priced, order(), 0,
			looks{"ringing", "0s", "null", "null", "null", "0"}},
		{"rings until its ring time is over", priced, order(), 5500*time.Millisecond - 1,
			looks{"ringing", "0s", "null", "null", "null", "0"}},
		{"then it is answered", priced, order(), 5500 * time.Millisecond,
			looks{"in-progress", "0s", "null", "null", "null", "0"}},
		{"runs for its talk time", priced, order(), 66500*time.Millisecond - 1,
			looks{"in-progress", "0s", "null", "null", "null", "0"}},
		{"then it is completed, without a price yet; dates have whole seconds", priced, order(), 66500 * time.Millisecond,
			looks{"completed", "0s", "1m6s", "61", "null", "0"}},
		{"and after a while charged for each started minute", priced, order(), 76500 * time.Millisecond,
			looks{"completed", "0s", "1m6s", "61", "-0.02800", "0"}},
		{"a time limit counts from the answer", priced, order().SetTimeLimit(60), 65500*time.Millisecond - 1,
			looks{"in-progress", "0s", "null", "null", "null", "0"}},
		{"and cuts the talk short", priced, order().SetTimeLimit(60), 75500 * time.Millisecond,
			looks{"completed", "0s", "1m5s", "60", "-0.01400", "0"}},
		{"without talk time a call runs for four hours", with(func(c *twiliosim.Config) { c.TalkTime = 0 }), order(), 4*time.Hour + 5500*time.Millisecond - 1,
			looks{"in-progress", "0s", "null", "null", "null", "0"}},
		{"and no longer", with(func(c *twiliosim.Config) { c.TalkTime = 0 }), order(), 4*time.Hour + 5500*time.Millisecond,
			looks{"completed", "0s", "4h0m5s", "14400", "null", "0"}},
		{"on a trial account for ten minutes", with(func(c *twiliosim.Config) { c.TalkTime, c.Trial = 0, true }), order(), 10*time.Minute + 5500*time.Millisecond,
			looks{"completed", "0s", "10m5s", "600", "null", "0"}},
		{"a busy call ends when it is dialed and shows no end", with(func(c *twiliosim.Config) { c.Busy = 1 }), order(), time.Hour,
			looks{"busy", "0s", "null", "null", "null", "0"}},
		{"so does a failed one", with(func(c *twiliosim.Config) { c.Failed = 1 }), order(), 0,
			looks{"failed", "0s", "null", "null", "null", "0"}},
		{"an unanswered one rings for a minute", with(func(c *twiliosim.Config) { c.NoAnswer = 1 }), order(), time.Minute - 1,
			looks{"ringing", "0s", "null", "null", "null", "0"}},
		{"and then is over", with(func(c *twiliosim.Config) { c.NoAnswer = 1 }), order(), time.Minute,
			looks{"no-answer", "0s", "null", "null", "null", "0"}},
		{"or for as long as was asked", with(func(c *twiliosim.Config) { c.NoAnswer = 1 }), order().SetTimeout(7), 7 * time.Second,
			looks{"no-answer", "0s", "null", "null", "null", "0"}},
		{"who picks up too late has missed the call", priced, order().SetTimeout(5), 5 * time.Second,
			looks{"no-answer", "0s", "null", "null", "null", "0"}},
		{"without a price per minute there is none", with(func(c *twiliosim.Config) { c.PricePerMinute = 0 }), order(), time.Hour,
			looks{"completed", "0s", "1m6s", "61", "null", "0"}},
	} {
		t.Run(row.says, func(t *testing.T) {
			inBubble(t, row.cfg, func(t *phoneTest) {
				sid := t.create(row.order)
				t.at(row.at)
				if got := t.look(sid); got != row.looks {
					t.Errorf("after %v it looks %v, want %v", row.at, got, row.looks)
				}
			})
		})
	}
}

func TestHangUp(t *testing.T) {
	cfg := twiliosim.Config{CPS: 1, RingTime: 10 * time.Second, TalkTime: time.Minute}
	friendly := cfg
	friendly.AllowEndTwice = true
	for _, row := range []struct {
		says   string
		cfg    twiliosim.Config
		at     time.Duration // the call is dialed after 1 s
		status string
		code   int
		looks  looks
	}{
		{"completed takes a call out of the queue; it never started", cfg, 0, "completed", 0,
			looks{"canceled", "null", "null", "null", "null", "1000"}},
		{"canceled does too", cfg, 0, "canceled", 0,
			looks{"canceled", "null", "null", "null", "null", "1000"}},
		{"completed on a ringing call cancels it", cfg, 5 * time.Second, "completed", 0,
			looks{"canceled", "1s", "null", "null", "null", "1000"}},
		{"canceled does too", cfg, 5 * time.Second, "canceled", 0,
			looks{"canceled", "1s", "null", "null", "null", "1000"}},
		{"completed on an answered call completes it; started seconds count", cfg, 13100 * time.Millisecond, "completed", 0,
			looks{"completed", "1s", "13s", "3", "null", "1000"}},
		{"canceled leaves it running", cfg, 13 * time.Second, "canceled", 0,
			looks{"in-progress", "1s", "null", "null", "null", "1000"}},
		{"a call that is over cannot be ended", cfg, 2 * time.Minute, "completed", 21220,
			looks{"completed", "1s", "1m11s", "60", "null", "1000"}},
		{"nor canceled", cfg, 2 * time.Minute, "canceled", 21220,
			looks{"completed", "1s", "1m11s", "60", "null", "1000"}},
		{"unless the account allows it", friendly, 2 * time.Minute, "completed", 0,
			looks{"completed", "1s", "1m11s", "60", "null", "1000"}},
		{"no other status can be asked for", cfg, 13 * time.Second, "busy", 20422,
			looks{"in-progress", "1s", "null", "null", "null", "1000"}},
	} {
		t.Run(row.says, func(t *testing.T) {
			inBubble(t, row.cfg, func(t *phoneTest) {
				t.create(order())
				sid := t.create(order())
				t.at(row.at)
				_, err := t.twilio.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus(row.status))
				t.refused(err, row.code)
				if got := t.look(sid); got != row.looks {
					t.Errorf("it looks %v, want %v", got, row.looks)
				}
			})
		})
	}
}

func TestUpdate(t *testing.T) {
	inBubble(t, twiliosim.Config{RingTime: 10 * time.Second}, func(t *phoneTest) {
		update := func(sid string, p *api.UpdateCallParams) error {
			_, err := t.twilio.UpdateCall(sid, p)
			return err
		}
		sid := t.create(order())
		t.refused(update(sid, (&api.UpdateCallParams{}).SetUrl("https://example.com/2")), 21220) // ringing
		t.at(20 * time.Second)
		t.refused(update(sid, (&api.UpdateCallParams{}).SetUrl("https://example.com/2")), 0)
		t.refused(update(sid, (&api.UpdateCallParams{}).SetTimeLimit(90)), 0)
		t.refused(update(sid, (&api.UpdateCallParams{}).SetTimeLimit(59)), 20422)
		t.at(100*time.Second - 1)
		t.is(sid, "in-progress")
		t.at(100 * time.Second)
		t.is(sid, "completed")
		t.refused(update("CA00000000000000000000000000000000", (&api.UpdateCallParams{}).SetStatus("completed")), 20404)

		late := t.create(order())
		t.at(1000 * time.Second)
		t.refused(update(late, (&api.UpdateCallParams{}).SetTimeLimit(60)), 0)
		t.is(late, "completed")
	})
}

func TestDelete(t *testing.T) {
	inBubble(t, twiliosim.Config{}, func(t *phoneTest) {
		sid := t.create(order())
		t.refused(t.twilio.DeleteCall(sid, nil), 20009)
		t.hangUp(sid)
		t.refused(t.twilio.DeleteCall(sid, nil), 0)
		_, err := t.twilio.FetchCall(sid, nil)
		t.refused(err, 20404)
		t.refused(t.twilio.DeleteCall(sid, nil), 20404)
		if calls := t.account.Calls(); len(calls) != 0 {
			t.Errorf("still there: %v", calls)
		}
	})
}

func TestFates(t *testing.T) {
	cfg := twiliosim.Config{Busy: 0.1, NoAnswer: 0.2, Failed: 0.3, TalkTime: time.Second}
	inBubble(t, cfg, func(t *phoneTest) {
		const n = 4000
		for range n {
			t.create(order())
		}
		t.at(time.Hour)
		count := map[string]int{}
		for _, c := range t.account.Calls() {
			count[c.Status]++
		}
		for status, share := range map[string]float64{"busy": 0.1, "no-answer": 0.2, "failed": 0.3, "completed": 0.4} {
			off := math.Abs(float64(count[status]) - share*n)
			if four := 4 * math.Sqrt(n*share*(1-share)); off > four {
				t.Errorf("%d of %d calls are %s, want a share of %v", count[status], n, status, share)
			}
		}
	})
}

func TestInboundRecords(t *testing.T) {
	cfg := twiliosim.Config{Numbers: []string{caller, callee}, CPS: 1, RingTime: 2 * time.Second, MaxLive: 4}
	inBubble(t, cfg, func(t *phoneTest) {
		stranger := t.create(order().SetTo("+14155550199"))
		sid := t.create(order())
		if n := len(t.account.Calls()); n != 2 {
			t.Errorf("%d records, want no inbound one while the call is queued", n)
		}
		t.at(time.Second)
		calls := t.account.Calls()
		if len(calls) != 3 {
			t.Fatalf("%d records, want a third one for the call that arrived", len(calls))
		}
		twin := calls[2]
		want := twiliosim.Call{SID: twin.SID, From: caller, To: callee, Direction: "inbound", Status: "ringing",
			Created: t.begin.Add(time.Second), Dialed: t.begin.Add(time.Second)}
		if twin != want {
			t.Errorf("inbound record %v, want %v", twin, want)
		}
		if live := t.account.Live(); len(live) != 2 {
			t.Errorf("live: %v, want the two outbound calls", live)
		}
		t.create(order().SetTo("+14155550199"))
		_, err := t.twilio.CreateCall(order())
		t.refused(err, 10004) // three calls and an inbound record

		t.at(4 * time.Second)
		t.is(twin.SID, "in-progress")
		t.hangUp(twin.SID) // the called side hangs up
		t.is(sid, "completed")
		t.is(stranger, "in-progress")
		_, err = t.twilio.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus("completed"))
		t.refused(err, 21220)
	})
	cfg = twiliosim.Config{Numbers: []string{caller, callee}, Failed: 1}
	inBubble(t, cfg, func(t *phoneTest) {
		t.create(order())
		if n := len(t.account.Calls()); n != 1 {
			t.Errorf("%d records, want one: a failed call arrives nowhere", n)
		}
	})
}

func TestLimits(t *testing.T) {
	inBubble(t, twiliosim.Config{CPS: 1, MaxQueue: 2, RingTime: time.Hour}, func(t *phoneTest) {
		t.create(order())
		t.create(order())
		sid := t.create(order()) // one is dialed, two wait
		_, err := t.twilio.CreateCall(order())
		t.refused(err, 22005)
		t.hangUp(sid)
		t.create(order())
	})
	inBubble(t, twiliosim.Config{MaxLive: 2, TalkTime: time.Minute}, func(t *phoneTest) {
		sid := t.create(order())
		t.create(order())
		_, err := t.twilio.CreateCall(order())
		t.refused(err, 10004)
		t.hangUp(sid)
		t.create(order())
		_, err = t.twilio.CreateCall(order())
		t.refused(err, 10004)
		t.at(time.Minute)
		t.create(order())
	})
}
