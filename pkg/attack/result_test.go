package attack_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// A result says what was asked for, without what may be secret of it, when the
// run began, and what it cost.
func TestARecordOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := 10.0
		cfg := attack.Config{
			Total: 20, Users: 10, Concurrency: 2, Timeout: 3 * time.Second, BadSignature: 25,
			Envelope: webhook.Envelope{Kind: webhook.SMS, URL: "http://me:secret@a.example:81/a%2fb?key=1#rc=1"},
			Rows:     []webhook.Row{{{Name: "Body", Value: "a"}}, {{Name: "Body", Value: "b"}}},
			Prices:   &webhook.Prices{Receive: 0.5, Send: 7, MMS: 7},
			Pass:     attack.Pass{MaxFailedPercent: &failed},
			Connect:  inMemory(always(time.Second)),
		}
		time.Sleep(time.Minute)
		began := time.Now()
		r := run(t, cfg)
		want := attack.PlanSummary{
			Endpoint: "http://a.example:81/a%2fb", Path: "/a%2fb", Kind: "sms", Users: 10, Concurrency: 2, Requests: 20, Rows: 2,
			TimeoutSeconds: 3, BadSignature: 25,
		}
		if r.Plan != want {
			t.Errorf("plan %+v, want %+v", r.Plan, want)
		}
		if !r.Began.Equal(began) || r.Seconds != 10 || r.Rate != 2 || r.Interrupted {
			t.Errorf("began %v, %v s, %v a second, interrupted %v; want %v, 10 s, 2 a second, not", r.Began, r.Seconds, r.Rate, r.Interrupted, began)
		}
		if want := (attack.Cost{Priced: true, Prices: *cfg.Prices, Total: 7.5}); r.Cost != want {
			t.Errorf("cost %+v, want %+v: of 15 messages, without 5 forged ones", r.Cost, want)
		}
		// Whoever answers all with 204 lets through what is forged.
		if r.Pass == nil || r.Pass.Passed || r.Requests.LetThrough != 5 || r.IncompletePercent() != 25 {
			t.Errorf("pass %+v of %+v; want it missed, with 25 %% incomplete", r.Pass, r.Requests)
		}
	})
}

// A run that ended before it could send anything has no rate, no cost and no
// times, and says that it was interrupted.
func TestARecordOfNothing(t *testing.T) {
	for what, cfg := range map[string]attack.Config{"closed loop": {Concurrency: 1}, "open loop": {Rate: 1}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			cfg.Total, cfg.Envelope.URL, cfg.Connect = 10, "http://a.example", inMemory(always(0))
			r := runUntil(t, ctx, cfg)
			if !r.Interrupted || r.Rate != 0 || r.Cost != (attack.Cost{}) || r.Pass != nil || r.Latency != (attack.Times{}) ||
				len(r.Curve) != 0 || r.IncompletePercent() != 0 || r.HasP99() {
				t.Errorf("%s: %+v", what, r)
			}
		})
	}
}

func TestVerdictsHaveTheirCodesIfTheyAreTwilios(t *testing.T) {
	for want, v := range map[string]attack.Verdict{
		"accepted":          {Code: 0, Name: "accepted"},
		"12100 not XML":     {Code: 12100, Name: "not XML"},
		"no verdict at all": {Code: -1, Name: "no verdict at all"},
	} {
		if got := v.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
