package attack_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// Ten thousand calls are up when the run is stopped: the callers hang up there
// and then, all status callbacks go out, and what was to begin is told of.
func TestAnInterruptWithTenThousandCallsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10500*time.Millisecond)
		defer cancel()
		app := documents(map[string]string{"/first": `<Gather action="/next" timeout="60"><Say>Please hold.</Say></Gather>`})
		cfg := conversations(t, webhook.Call, app, 50_000, `{"Then": [""]}`)
		cfg.Pace, cfg.Rate, cfg.MaxInFlight = attack.Real, 1000, 10_000
		cfg.Rules.StatusURI = "http://app.example/over"
		r := runUntil(t, ctx, cfg)
		c := r.Conversations
		if !r.Interrupted || r.Seconds != 10.5 || endings(r) != "interrupted: 10000" || c.PeakLive != 10_000 || c.AsMeant != 0 {
			t.Errorf("%v s, %s, %d at once; want all 10,000 to hang up after 10.5 s", r.Seconds, endings(r), c.PeakLive)
		}
		// Eleven bursts were due; the last one found no place.
		if r.Requests.Sent != 20_000 || r.Requests.Unsent != 1000 || c.Callbacks != 10_000 || c.CallbacksIncomplete != 0 {
			t.Errorf("%d sent, %d not, %d callbacks; want 20,000, 1,000 and 10,000", r.Requests.Sent, r.Requests.Unsent, c.Callbacks)
		}
		over := app.to("/over")
		sids := make(map[string]bool)
		durations := make(map[string]int)
		for _, a := range over {
			if a.at != 10500*time.Millisecond || !a.isSigned() || a.fields.Get("CallStatus") != "completed" || a.fields.Get("Timestamp") != "Sat, 01 Jan 2000 00:00:10 +0000" {
				t.Fatalf("%+v", a)
			}
			sids[a.fields.Get("CallSid")] = true
			durations[a.fields.Get("CallDuration")]++
		}
		if len(over) != 10_000 || len(sids) != 10_000 {
			t.Errorf("%d status callbacks of %d calls", len(over), len(sids))
		}
		for second := 2; second <= 11; second++ { // rounded up
			if n := durations[fmt.Sprint(second)]; n != 1000 {
				t.Errorf("%d calls of %d s, want 1,000", n, second)
			}
		}
	})
}

// Before anything has begun, nothing begins and nobody is called back.
func TestAnInterruptBeforeAnyConversation(t *testing.T) {
	inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		app := documents(nil)
		cfg := conversations(t, webhook.Call, app, 10, `{}`)
		loop(&cfg)
		cfg.Rules.StatusURI = "http://app.example/over"
		r := runUntil(t, ctx, cfg)
		if r.Requests.Sent != 0 || len(app.came()) != 0 || r.Conversations != nil || len(r.Steps) != 0 || r.Plan.Conversations != 10 || !r.Interrupted {
			t.Errorf("%s: %+v", how, r)
		}
	})
}

// Who awaits an answer when the run is stopped gets it, and then hangs up: what
// it asks for is not asked, unless the call was over with it.
func TestAnInterruptWhileAnswersAreAwaited(t *testing.T) {
	for _, tc := range []struct {
		what       string
		next       string
		endings    string // of three
		callbacks  int
		fromTheApp []time.Duration
	}{
		{"and a Gather follows", gatherNext, "interrupted: 3", 3, []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second}},
		{"and it is over", `<Hangup/>`, "by the application: 3", 3, []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second}},
	} {
		inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			app := documents(nil)
			app.paths["/first"] = after(5*time.Second, response(tc.next))
			cfg := conversations(t, webhook.Call, app, 30, `{"Then": ["1"]}`)
			loop(&cfg)
			cfg.Concurrency = 3
			cfg.Rules.StatusURI = "http://app.example/over"
			r := runUntil(t, ctx, cfg)
			if endings(r) != tc.endings || r.Conversations.Callbacks != tc.callbacks || r.Seconds != 5 || len(app.to("/next")) != 0 || r.Requests.Unsent != 0 {
				t.Errorf("%s, %s: %s, %+v, %v s, %d follow-ups", tc.what, how, endings(r), r.Requests, r.Seconds, len(app.to("/next")))
			}
			if got := app.times("/over"); !slices.Equal(got, tc.fromTheApp) {
				t.Errorf("%s, %s: status callbacks at %v", tc.what, how, got)
			}
		})
	}
}

// A caller who hangs up in a Record when the run is stopped has hung up; the
// action of it is not asked any more. Callbacks that were to come later come now.
func TestAnInterruptBringsCallbacksForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		app := documents(map[string]string{"/first": `<Record action="/saved" recordingStatusCallback="/recording"/>`})
		cfg := conversations(t, webhook.Call, app, 1, `{"Then": ["Twenty-eight characters, say"]}`)
		cfg.Pace, cfg.Rules.StatusURI = attack.Real, "http://app.example/over"
		r := runUntil(t, ctx, cfg)
		// The words last from 2 s to 4 s; the recording ends at 9 s, and can be had at
		// 10 s.
		now := []time.Duration{3500 * time.Millisecond}
		if !slices.Equal(app.times("/recording"), now) || !slices.Equal(app.times("/over"), now) || len(app.to("/saved")) != 0 {
			t.Errorf("the recording is told of at %v, the end at %v, the action at %v; want the first two at 3.5 s",
				app.times("/recording"), app.times("/over"), app.times("/saved"))
		}
		if endings(r) != "interrupted: 1" || r.Requests.Late != 0 || r.Latency.Max != 0 {
			t.Errorf("%s, %d late, latency %v", endings(r), r.Requests.Late, r.Latency.Max)
		}
	})
}

// A status callback that hangs makes the end take as long as it does, and no
// longer; many hang in turns.
func TestAnInterruptWithCallbacksThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		app := documents(map[string]string{"/first": `<Pause/><Pause length="600"/>`})
		app.paths["/over"] = after(time.Hour, response(""))
		cfg := conversations(t, webhook.Call, app, 600, `{}`)
		cfg.Pace, cfg.Rate = attack.Real, 600
		cfg.Rules.StatusURI = "http://app.example/over"
		r := runUntil(t, ctx, cfg)
		if r.Seconds != 1+3*15 || endings(r) != "interrupted: 600" || r.Conversations.CallbacksIncomplete != 600 || r.Requests.Late != 0 {
			t.Errorf("%v s, %s, %d callbacks incomplete, %d late", r.Seconds, endings(r), r.Conversations.CallbacksIncomplete, r.Requests.Late)
		}
		time.Sleep(2 * time.Hour)
	})
}
