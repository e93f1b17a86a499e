package attack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// again returns a record as it comes back from its JSON.
func again(t *testing.T, r *attack.Result) *attack.Result {
	t.Helper()
	r.Command = "load"
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	read, err := attack.Read("a.json", text)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func asJSON(t *testing.T, r *attack.Result) map[string]any {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// Three processes that each send whole cycles of the rows, at once, give the same
// record as one that sends them all.
func TestTheRecordsOfManyProcessesAreThatOfOne(t *testing.T) {
	measure := func(firsts []int, each int) *attack.Result {
		var runs []*attack.Result
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20500*time.Millisecond)
			defer cancel()
			var mu sync.Mutex
			var processes sync.WaitGroup
			for _, first := range firsts {
				app := documents(map[string]string{"/first": `<Gather action="/next" numDigits="1"><Say>Hello</Say></Gather>`})
				app.paths["/next"] = after(300*time.Millisecond, response(`<Redirect>/last</Redirect>`))
				app.paths["/last"] = http.NotFound
				cfg := conversations(t, webhook.Call, app, 0, `{"Then": ["1"]}`, `{"Then": [""]}`, `{"Then": ["3"]}`)
				cfg.Pace, cfg.Rate, cfg.First, cfg.Wanted = attack.Real, 1, first, func() int { return each }
				limit := 1.5
				cfg.Pass.MaxFailedPercent, cfg.Prices = &limit, &webhook.Prices{Minute: 0.01}
				processes.Go(func() {
					r := runUntil(t, ctx, cfg)
					mu.Lock()
					defer mu.Unlock()
					runs = append(runs, again(t, r))
				})
			}
			processes.Wait()
			time.Sleep(time.Hour)
		})
		for _, run := range runs {
			if err := runs[0].Mergeable(run); err != nil {
				t.Error(err)
			}
		}
		merged := attack.Merge(runs)
		again(t, merged)
		return merged
	}
	want, got := measure([]int{0}, 9), measure([]int{0, 1, 2}, 3)
	if want.Requests.Sent < 300 || want.Conversations.Failed == 0 || want.Pass.Passed {
		t.Errorf("one process: %+v, %+v", want.Requests, want.Conversations)
	}
	one, three := asJSON(t, want), asJSON(t, got)
	for k, i := range one["timeline"].([]any) {
		if merged := three["timeline"].([]any)[k]; !reflect.DeepEqual(merged, i) {
			t.Errorf("interval %d of three processes is %v\nand of one %v", k, merged, i)
		}
	}
	for field, value := range one {
		if merged := three[field]; !reflect.DeepEqual(merged, value) {
			t.Errorf("%s of three processes is %v\nand of one %v", field, merged, value)
		}
	}
}

// Whatever is counted is doubled if a record is merged with itself. A new field
// that is a number must be added up, or stand here.
func TestEveryCountIsAddedUp(t *testing.T) {
	inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
		ctx, cancel := context.WithTimeout(t.Context(), 7500*time.Millisecond)
		defer cancel()
		app := documents(map[string]string{"/first": gatherNext})
		app.paths["/next"] = hangUpTheLine
		cfg := conversations(t, webhook.Call, app, 50, `{"Then": ["1", ""]}`, `{"Then": [""]}`)
		loop(&cfg)
		cfg.BadSignature, cfg.Prices, cfg.Rules.StatusURI = 12, &webhook.Prices{Receive: 0.1, Minute: 0.01}, "http://app.example/over"
		checkDoubled(t, how, runUntil(t, ctx, cfg))
	})
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: answering(800*time.Millisecond, "Hello ", "there.")}
		cfg := sessions(t, agent, 3, `{"Then": ["hello", "1", "goodbye"]}`)
		cfg.Rate, cfg.Rules.Speech = 3, 10
		checkDoubled(t, "voice agents", run(t, cfg))
	})
}

// checkDoubled merges a record with itself.
func checkDoubled(t *testing.T, what string, r *attack.Result) {
	t.Helper()
	kept := regexp.MustCompile(`^(record_version|seconds|exit_status)$|_ms\b|\.ms$|\.percent$|latency_curve|longest_ns|\.code$|\.status$` +
		`|^plan\.(rows|timeout_seconds|bad_signature_percent|ramp_seconds)$|^cost\..*_price$|(start|width)_seconds$|_percent$` +
		`|lasted_ms\.(mean|p|max)|tokens_per_second`)
	doubled := regexp.MustCompile(`_ms\.count$`)
	one := leaves("", asJSON(t, again(t, r)))
	two := leaves("", asJSON(t, attack.Merge([]*attack.Result{again(t, r), again(t, r)})))
	for path, n := range one {
		want := 2 * n
		if kept.MatchString(path) && !doubled.MatchString(path) {
			want = n
		}
		if got, ok := two[path]; !ok || got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("%s: %s is %v in one, and %v in two", what, path, n, two[path])
		}
	}
	if len(one) != len(two) || len(one) < 100 {
		t.Errorf("%s: %d numbers in one, %d in two", what, len(one), len(two))
	}
}

// leaves returns the numbers of JSON, by their paths.
func leaves(path string, value any) map[string]float64 {
	all := make(map[string]float64)
	switch value := value.(type) {
	case float64:
		all[strings.TrimPrefix(path, ".")] = value
	case map[string]any:
		for name, part := range value {
			maps.Copy(all, leaves(path+"."+name, part))
		}
	case []any:
		for i, part := range value {
			maps.Copy(all, leaves(fmt.Sprintf("%s.%d", path, i), part))
		}
	}
	return all
}

// Timelines are put together by the second of the wall clock, and at the width of
// the widest.
func TestTimelinesByTheWallClock(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	run := func(began time.Time, width float64, sent, live []int) *attack.Result {
		r := &attack.Result{Began: began, Seconds: width * float64(len(sent))}
		for k, n := range sent {
			r.Timeline = append(r.Timeline, attack.Interval{Start: float64(k) * width, Width: width, Sent: n, Begun: n, Live: live[k]})
			r.Requests.Sent += n
		}
		r.Conversations = &attack.Conversations{Begun: r.Requests.Sent, PeakLive: 100}
		return r
	}
	for _, tc := range []struct {
		what       string
		runs       []*attack.Result
		began      time.Time
		width      float64
		sent, live []int
		peak       int
	}{
		{"begun in different seconds", []*attack.Result{run(at.Add(2*time.Second), 1, []int{5, 6}, []int{4, 7}), run(at, 1, []int{1, 2, 3}, []int{1, 3, 2})},
			at, 1, []int{1, 2, 8, 6}, []int{1, 3, 6, 7}, 7},
		{"begun within a second", []*attack.Result{run(at, 1, []int{5, 6}, []int{4, 7}), run(at.Add(400*time.Millisecond), 1, []int{1, 2}, []int{1, 3})},
			at, 1, []int{6, 8}, []int{5, 10}, 10},
		{"of different widths", []*attack.Result{run(at, 1, []int{1, 2, 3}, []int{9, 3, 2}), run(at, 2, []int{10, 20}, []int{1, 3})},
			at, 2, []int{13, 23}, []int{10, 5}, 10},
		{"one after the other, too long", []*attack.Result{run(at, 1, []int{1, 2, 3}, []int{9, 3, 2}), run(at.Add(1197*time.Second), 1, []int{10, 20}, []int{1, 3})},
			at, 4, append(append([]int{6}, make([]int, 298)...), 30), append(append([]int{9}, make([]int, 298)...), 3), 9},
		{"two thousand years apart", []*attack.Result{run(at, 1, []int{10, 20}, []int{1, 3}), run(time.Time{}, 1, []int{1, 2, 3}, []int{9, 3, 2})},
			time.Time{}, 1 << 25, append(append([]int{6}, make([]int, 273)...), 30), append(append([]int{9}, make([]int, 273)...), 3), 9},
	} {
		r := attack.Merge(tc.runs)
		var sent, live []int
		for k, i := range r.Timeline {
			sent, live = append(sent, i.Sent), append(live, i.Live)
			if i.Start != float64(k)*tc.width || i.Width != tc.width {
				t.Errorf("%s: interval %d begins after %v s, and is %v wide", tc.what, k, i.Start, i.Width)
			}
		}
		if !r.Began.Equal(tc.began) || !reflect.DeepEqual(sent, tc.sent) || !reflect.DeepEqual(live, tc.live) || r.Conversations.PeakLive != tc.peak {
			t.Errorf("%s: began %v, sent %v, live %v, at most %d; want %v, %v, %v, %d", tc.what, r.Began, sent, live, r.Conversations.PeakLive, tc.began, tc.sent, tc.live, tc.peak)
		}
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	limit, other := 1.0, 2.0
	for want, change := range map[string]func(*attack.Result){
		"": func(r *attack.Result) { r.Plan.Users, r.Plan.Open, r.Plan.Rate, r.Pass.Passed = 7, true, 0, true },
		"the loop is closed, and not open: there is a Rate":                 func(r *attack.Result) { r.Plan.Rate = 0 },
		"the kind is voice, and not sms":                                    func(r *attack.Result) { r.Plan.Kind = "voice" },
		"the pace is real, and not fast":                                    func(r *attack.Result) { r.Plan.Pace = "real" },
		"both tell of the same run, which would count twice":                func(r *attack.Result) { r.Runs = []string{"another", "one"} },
		"the run is dry, and not real":                                      func(r *attack.Result) { r.DryRun = true },
		"what [Pass] asks for is nothing, and not Failed 1%":                func(r *attack.Result) { r.Pass = nil },
		"what [Pass] asks for is Failed 2%, and not Failed 1%":              func(r *attack.Result) { r.Pass.MaxFailedPercent = &other },
		"what [Pass] asks for is Failed 1% and P99 2 ms, and not Failed 1%": func(r *attack.Result) { r.Pass.MaxP99 = &other },
	} {
		record := func() *attack.Result {
			return &attack.Result{Runs: []string{"one"}, Plan: attack.PlanSummary{Kind: "sms", Pace: "fast", Rate: 5}, Pass: &attack.Pass{MaxFailedPercent: &limit}}
		}
		with := record()
		with.Runs = []string{"two"}
		change(with)
		got := ""
		if err := record().Mergeable(with); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Of one Locust test with fewer users than workers some have none: their loop is
// still that of the others.
func TestAWorkerWithoutUsersIsMerged(t *testing.T) {
	for _, tc := range []struct {
		rate int
		open bool
	}{{1, true}, {0, false}} {
		var runs []*attack.Result
		for _, users := range []int{2, 0} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
				defer cancel()
				cfg := attack.Config{Rate: tc.rate, Wanted: func() int { return users }, Connect: inMemory(always(time.Second))}
				cfg.Envelope.URL = "http://app.example/sms"
				runs = append(runs, again(t, runUntil(t, ctx, cfg)))
			})
			if r := runs[len(runs)-1]; r.Plan.IsOpen() != tc.open || r.Plan.Users != users {
				t.Errorf("rate %d, %d users: %+v", tc.rate, users, r.Plan)
			}
		}
		if err := runs[0].Mergeable(runs[1]); err != nil {
			t.Error(err)
		}
		if r := attack.Merge(runs); r.Plan.Open != tc.open || r.Requests.Sent == 0 {
			t.Errorf("rate %d: %+v, %+v", tc.rate, r.Plan, r.Requests)
		}
	}
}

// Locust adds up times by these: they must be those of our histogram.
func TestRoundedTimesAreThoseOfTheHistogram(t *testing.T) {
	for _, ns := range []int64{0, 1, 511, 512, 999, 1000, 1023, 1024, 1 << 20, 1<<20 - 1, 1<<20 + 1, 1234567, 99_999_999, 1_000_000_000, 15_000_000_000, 3_600_000_000_000} {
		h := hdrhistogram.New(int64(time.Microsecond), int64(24*time.Hour), 3)
		if err := h.RecordValue(ns); err != nil {
			t.Fatal(err)
		}
		if got, want := attack.Rounded(time.Duration(ns)), time.Duration(h.ValueAtPercentile(100)); got != want {
			t.Errorf("%d ns is rounded to %d, and the histogram says %d", ns, got, want)
		}
	}
}

// The hosts that were not asked are those of all runs, once each, and no more than
// of one.
func TestHostsThatWereNotAskedAreMerged(t *testing.T) {
	run := func(hosts ...string) *attack.Result {
		return &attack.Result{Conversations: &attack.Conversations{Elsewhere: len(hosts), ElsewhereHosts: hosts}}
	}
	for _, tc := range []struct {
		runs []*attack.Result
		want string
	}{
		{[]*attack.Result{run("b", "c"), run("a", "b"), run()}, "a b c"},
		{[]*attack.Result{run("b", "d", "f", "h", "j", "l", "n"), run("a", "c", "e", "g", "i", "k")}, "a b c d e f g h i j"},
	} {
		if got := strings.Join(attack.Merge(tc.runs).Conversations.ElsewhereHosts, " "); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}
