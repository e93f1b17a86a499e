package attack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// earlier runs an attack in fake time, and returns its record as it is read again.
func earlier(t *testing.T, cfg attack.Config) (r *attack.Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg.Envelope.URL = "http://a.example/"
		written := run(t, cfg)
		written.Command = "load"
		text, err := json.Marshal(written)
		if err == nil {
			r, err = attack.Read("before.json", text)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return r
}

// twentySeconds is a run of 100 requests a second, of which each takes from 20 to
// 29 ms, and so many more.
func twentySeconds(slower time.Duration) attack.Config {
	return attack.Config{
		Total: 2000, Rate: 100, MaxInFlight: 1000, Prices: &webhook.Prices{Receive: 0.01},
		Connect: inMemory(func(k int) time.Duration { return slower + time.Duration(20+k%10)*time.Millisecond }),
	}
}

func text(f attack.ComparedFigure) string {
	number := func(v *float64) string {
		if v == nil {
			return "none"
		}
		return fmt.Sprintf("%.4g", *v)
	}
	return fmt.Sprintf("%s: %s to %s %s, %s", f.Name, number(f.Before), number(f.Now), f.Unit, f.Verdict)
}

func TestWhatIsCompared(t *testing.T) {
	usual := earlier(t, twentySeconds(0))
	for _, tc := range []struct {
		what        string
		now         attack.Config
		change      func(*attack.Config)
		differences []string
		lines       []string
	}{
		{what: "the same again", now: twentySeconds(0), lines: []string{
			"requests: 100 to 100 per second, no difference beyond chance",
			"latency p50: 24 to 24 ms, no difference beyond chance",
			"latency p90: 28 to 28 ms, no difference beyond chance",
			"latency p99: 29 to 29 ms, no difference beyond chance",
			"latency p99.9: 29 to 29 ms, no difference beyond chance",
			"cost of a request: 0.01 to 0.01 $, no difference beyond chance",
		}},
		{what: "slower by a fifth", now: twentySeconds(5 * time.Millisecond), lines: []string{
			"requests: 100 to 100 per second, no difference beyond chance",
			"latency p50: 24 to 29.02 ms, changed",
			"latency p90: 28 to 33.01 ms, changed",
			"latency p99: 29 to 34 ms, changed",
			"latency p99.9: 29 to 34 ms, changed",
			"cost of a request: 0.01 to 0.01 $, no difference beyond chance",
		}},
		{what: "half as many, over half of the time, and dearer", now: twentySeconds(0), change: func(cfg *attack.Config) {
			cfg.Total, cfg.Rate, cfg.Prices, cfg.Rows = 600, 50, &webhook.Prices{Receive: 0.02}, slices.Repeat(oneRow, 3)
		}, differences: []string{"rows: 1 before, 3 now", "rate: 100 before, 50 now", "price of a segment received: 0.01 before, 0.02 now"}, lines: []string{
			"requests: 100 to 50 per second, changed",
			"latency p50: 24 to 24 ms, no difference beyond chance",
			"latency p90: 28 to 28 ms, no difference beyond chance",
			"latency p99: 29 to 29 ms, no difference beyond chance",
			"latency p99.9: 29 to 29 ms, no difference beyond chance",
			"cost of a request: 0.01 to 0.02 $, changed",
		}},
		{what: "as fast as they are answered", now: twentySeconds(0), change: func(cfg *attack.Config) {
			cfg.Rate, cfg.Total, cfg.Concurrency, cfg.Prices = 0, 4, 4, nil
		}, differences: []string{"rate: 100 before, back to back over 4 now", "price of a segment received: 0.01 before, 0 now"}, lines: []string{
			"requests: 100 to 173.9 per second, too little to tell",
			"latency p50: 24 to 21 ms, too little to tell",
			"latency p90: 28 to 23 ms, too little to tell",
			"latency p99: 29 to 23 ms, too little to tell",
			"latency p99.9: 29 to 23 ms, too little to tell",
		}},
		{what: "every tenth takes longer than may be", now: twentySeconds(0), change: func(cfg *attack.Config) {
			cfg.Timeout, cfg.Prices = 28500*time.Microsecond, nil
		}, differences: []string{"time-out, in seconds: 15 before, 0.0285 now", "price of a segment received: 0.01 before, 0 now"}, lines: []string{
			"requests: 100 to 100 per second, no difference beyond chance",
			"latency p50: 24 to 24 ms, no difference beyond chance",
			"latency p90: 28 to 28 ms, no difference beyond chance",
			"latency p99: 29 to 28.5 ms, changed",
			"latency p99.9: 29 to 28.5 ms, changed",
			"11205 no answer in time: 0 to 10 %, changed",
		}},
		{what: "five seconds", now: twentySeconds(50 * time.Millisecond), change: func(cfg *attack.Config) { cfg.Total = 500 }, lines: []string{
			"requests: 100 to 100 per second, too little to tell",
			"latency p50: 24 to 74.06 ms, too little to tell",
			"latency p90: 28 to 78.05 ms, too little to tell",
			"latency p99: 29 to 79 ms, too little to tell",
			"latency p99.9: 29 to 79 ms, too little to tell",
			"cost of a request: 0.01 to 0.01 $, too little to tell",
		}},
	} {
		tc.now.Before, tc.now.BeforeFile = usual, "before.json"
		if tc.change != nil {
			tc.change(&tc.now)
		}
		c := earlier(t, tc.now).Comparison
		var differences, lines []string
		for _, d := range c.Differences {
			differences = append(differences, d.String())
		}
		for _, f := range c.Lines {
			lines = append(lines, text(f))
			if changed := f.Verdict == attack.BeyondChance; changed && *f.Before > 0 && (*f.Low > *f.Now / *f.Before || *f.High < *f.Now / *f.Before || *f.P > 0.05) {
				t.Errorf("%s: %s by %v to %v, p = %v", tc.what, f.Name, *f.Low, *f.High, *f.P)
			}
			if f.Verdict == attack.WithinChance && (f.Low != nil && *f.Low < 0.5 || f.High != nil && *f.High > 2) {
				t.Errorf("%s: %s is no difference by %v to %v", tc.what, f.Name, *f.Low, *f.High)
			}
		}
		if !slices.Equal(differences, tc.differences) || !slices.Equal(lines, tc.lines) || c.File != "before.json" || !c.Began.Equal(usual.Began) {
			t.Errorf("%s: %q\n%s\nwant %q\n%s", tc.what, differences, strings.Join(lines, "\n"), tc.differences, strings.Join(tc.lines, "\n"))
		}
	}
}

// A run passes as long as it is not slower than is allowed, and that is no chance;
// what cannot be told is not passed.
func TestPassIfNotSlower(t *testing.T) {
	usual := earlier(t, twentySeconds(0))
	for _, tc := range []struct {
		what    string
		now     attack.Config
		percent float64
		verdict attack.ComparedVerdict
		passed  bool
	}{
		{"as fast", twentySeconds(0), 0, attack.WithinChance, true},
		{"faster", twentySeconds(-5 * time.Millisecond), 0, attack.WithinChance, true},
		{"slower by 17 %, and 20 % may be", twentySeconds(5 * time.Millisecond), 20, attack.WithinChance, true},
		{"slower by 17 %, and 10 % may be", twentySeconds(5 * time.Millisecond), 10, attack.BeyondChance, false},
		{"five seconds", attack.Config{Total: 500, Rate: 100, Connect: twentySeconds(0).Connect}, 10, attack.TooShort, false},
		{"no answer at all", attack.Config{Total: 20, Rate: 1, Connect: func(context.Context, string) (net.Conn, error) { return nil, errors.New("nobody is there") }}, 10, attack.NotInBoth, false},
	} {
		tc.now.Before, tc.now.BeforeFile, tc.now.Pass.MaxSlower = usual, "before.json", &tc.percent
		if r := earlier(t, tc.now); r.Comparison.Slower != tc.verdict || r.Pass.Passed != tc.passed {
			t.Errorf("%s: %s, passed %v; want %s, %v", tc.what, r.Comparison.Slower, r.Pass.Passed, tc.verdict, tc.passed)
		}
	}
	now, dying, percent := twentySeconds(0), *usual, 10.0
	dying.Requests.Untimed = dying.Requests.Sent / 50
	now.Before, now.Pass.MaxSlower = &dying, &percent
	if r := earlier(t, now); r.Comparison.Slower != attack.NotInBoth || r.Pass.Passed {
		t.Errorf("before, one request in fifty had no latency: %s, passed %v; want it not told", r.Comparison.Slower, r.Pass.Passed)
	}
}

// Whether the load is slower is judged of all of it, and not of the part of one whose
// numbers are asked for.
func TestAPartIsNotJudgedSlower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		percent := 10.0
		cfg := twentySeconds(0)
		cfg.Envelope.URL = "http://a.example"
		cfg.Total, cfg.Wanted, cfg.Pass.MaxSlower = 0, func() int { return 10 }, &percent
		r := runUntil(t, ctx, cfg)
		if !r.Pass.Passed || r.Pass.MaxSlower != &percent || len(r.Pass.Missed) > 0 {
			t.Errorf("the part: %+v, want it passed, and the limit kept", r.Pass)
		}
		if all := attack.Merge([]*attack.Result{r}); all.Pass.Passed || !slices.Equal(all.Pass.Missed, []string{"Slower"}) {
			t.Errorf("the whole, without an earlier run: %+v, want it missed", all.Pass)
		}
	})
}

// Steps are compared one by one, each with what it fails by.
func TestStepsAreCompared(t *testing.T) {
	calls := func(now bool, before *attack.Result) (r *attack.Result) {
		synctest.Test(t, func(t *testing.T) {
			app := documents(map[string]string{"/first": gatherNext})
			app.paths["/next"] = after(30*time.Millisecond, response(""))
			if now {
				app.paths["/next"] = after(60*time.Millisecond, response("<Oh/>"))
			}
			cfg := conversations(t, webhook.Call, app, 200, `{"Then": ["1"]}`)
			cfg.Rate, cfg.Before, cfg.Prices = 10, before, &webhook.Prices{Minute: 0.01}
			r = run(t, cfg)
			time.Sleep(time.Hour)
		})
		return r
	}
	var lines []string
	for _, f := range calls(true, calls(false, nil)).Comparison.Lines {
		lines = append(lines, text(f))
	}
	if want := []string{
		"requests: 21.02 to 20.99 per second, no difference beyond chance",
		"latency p50: 0.000511 to 0.000511 ms, no difference beyond chance",
		"latency p90: 30 to 60 ms, changed",
		"latency p99: 30 to 60 ms, changed",
		"latency p99.9: 30 to 60 ms, changed",
		"12200 TwiML has an unknown verb or attribute: 0 to 50 %, changed",
		"POST /first p50: 0 to 0 ms, no difference beyond chance",
		"POST /first p99: 0 to 0 ms, no difference beyond chance",
		"POST /next p50: 30 to 60 ms, changed",
		"POST /next p99: 30 to 60 ms, changed",
		"POST /next failed: 0 to 100 %, changed",
		"cost of a conversation: 0.01 to 0.01 $, no difference beyond chance",
	}; !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
