package attack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// Of runs whose numbers are asked for while they run. A test in fake time begins
// with a whole second of the wall clock.

// wanted returns how many are wanted, by the time since now: the last of the
// changes that has come.
func wanted(changes map[time.Duration]int) func() int {
	began := time.Now()
	return func() int {
		n, since := 0, time.Duration(math.MinInt64)
		for at, number := range changes {
			if at <= time.Since(began) && at > since {
				n, since = number, at
			}
		}
		return n
	}
}

// arrivals counts the requests that come to an endpoint, by when they come.
type arrivals struct {
	began time.Time
	mu    sync.Mutex
	at    map[time.Duration]int
}

// connect opens connections to an endpoint that answers after so long.
func (a *arrivals) connect(answers time.Duration) func(context.Context, string) (net.Conn, error) {
	a.began, a.at = time.Now(), make(map[time.Duration]int)
	return inMemory(func(int) time.Duration {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.at[time.Since(a.began)]++
		return answers
	})
}

func TestARateThatIsAskedFor(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		what    string
		changes map[time.Duration]int
		want    map[time.Duration]int // in the seconds from when the run begins, after 300 ms
		most    int
	}{
		{"bursts fall on whole seconds of the wall clock", map[time.Duration]int{0: 3},
			map[time.Duration]int{700 * ms: 3, 1700 * ms: 3, 2700 * ms: 3, 3700 * ms: 3}, 3},
		{"a change counts from the next second on", map[time.Duration]int{0: 3, 1699 * ms: 5, 2701 * ms: 2},
			map[time.Duration]int{700 * ms: 3, 1700 * ms: 5, 2700 * ms: 5, 3700 * ms: 2}, 5},
		{"what is wanted between two seconds only is not sent", map[time.Duration]int{0: 3, 1800 * ms: 5, 2600 * ms: 1},
			map[time.Duration]int{700 * ms: 3, 1700 * ms: 3, 2700 * ms: 1, 3700 * ms: 1}, 5},
		{"none, and then some", map[time.Duration]int{1500 * ms: 4, 2500 * ms: 0, 3500 * ms: 1},
			map[time.Duration]int{1700 * ms: 4, 3700 * ms: 1}, 4},
		{"a hundred times as many", map[time.Duration]int{0: 2, 1500 * ms: 200},
			map[time.Duration]int{700 * ms: 2, 1700 * ms: 200, 2700 * ms: 200, 3700 * ms: 200}, 200},
		{"none at all", nil, map[time.Duration]int{}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(300 * ms)
			ctx, cancel := context.WithTimeout(t.Context(), 4200*ms)
			defer cancel()
			var came arrivals
			r := runUntil(t, ctx, attack.Config{Rate: 1, Wanted: wanted(tc.changes), Connect: came.connect(1400 * ms), Envelope: webhook.Envelope{URL: "http://a.example"}})
			sum := total(tc.want)
			if !maps.Equal(came.at, tc.want) || r.Requests.Accepted != sum || r.Requests.Late != 0 || r.Requests.Unsent != 0 {
				t.Errorf("%s: requests come at %v, want %v; %+v", tc.what, came.at, tc.want, r.Requests)
			}
			if r.Interrupted || r.Plan.Requests != sum || r.Plan.Rate != tc.most || !r.Began.Equal(time.Date(2000, 1, 1, 0, 0, 1, 0, time.UTC)) {
				t.Errorf("%s: interrupted %v, began %v, planned %+v; want %d requests, at most %d a second", tc.what, r.Interrupted, r.Began, r.Plan, sum, tc.most)
			}
		})
	}
}

// What was asked for and could not be sent was asked for all the same.
func TestWhatWasAskedForAndNotSent(t *testing.T) {
	for _, kind := range []webhook.Kind{webhook.SMS, webhook.Call} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
			defer cancel()
			cfg := attack.Config{Connect: inMemory(always(10 * time.Second)), Envelope: webhook.Envelope{URL: "http://a.example"}}
			if kind == webhook.Call {
				app := documents(nil)
				app.paths["/first"] = after(10*time.Second, response(""))
				cfg = conversations(t, kind, app, 0, `{}`)
			}
			cfg.Rate, cfg.Wanted, cfg.MaxInFlight = 1, wanted(map[time.Duration]int{0: 4}), 3
			r := runUntil(t, ctx, cfg)
			if asked := r.Plan.Requests + r.Plan.Conversations; asked != 12 || r.Requests.Unsent != 9 || r.Plan.Rate+r.Plan.ConversationRate != 4 {
				t.Errorf("%v: %+v, %d unsent; want 12 asked for, four a second, and 9 of them not sent", kind, r.Plan, r.Requests.Unsent)
			}
			time.Sleep(time.Minute)
		})
	}
}

// The number of connections follows what is wanted, from second to second; who is
// one too many first gets the answer.
func TestSendersThatAreAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 6500*time.Millisecond)
		defer cancel()
		changes := map[time.Duration]int{0: 2, 1500 * time.Millisecond: 5, 3500 * time.Millisecond: 1, 4500 * time.Millisecond: 3}
		var came arrivals
		r := runUntil(t, ctx, attack.Config{Wanted: wanted(changes), Connect: came.connect(370 * time.Millisecond), Envelope: webhook.Envelope{URL: "http://a.example"}})
		perSecond := make(map[int]int)
		for at, n := range came.at {
			perSecond[int(at/time.Second)] += n
		}
		// Two send at 1.00, 1.37 and 1.74; from 2 s on at 2.11, 2.48 and 2.85, and three
		// more at 2.00, 2.37 and 2.74; and so on. From 4 s on one, at 4.33 and 4.70.
		want := map[int]int{1: 6, 2: 15, 3: 15, 4: 2, 5: 9, 6: 5}
		if !maps.Equal(perSecond, want) || r.Requests.Accepted != total(want) || r.Plan.Concurrency != 5 || r.Plan.Rate != 0 || r.Plan.Requests != total(want) {
			t.Errorf("requests come in seconds %v, want %v; %+v, %+v", perSecond, want, r.Requests, r.Plan)
		}
	})
}

// Begin none, callers hang up, callbacks go out, and what takes too long is cut
// off: nothing of it is lost.
func TestAStopAndTheCutoff(t *testing.T) {
	inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
		const second = time.Second
		app := documents(map[string]string{"/first": gatherNext})
		app.paths["/next"] = after(time.Minute, response(""))
		app.paths["/over"] = after(time.Minute, response(""))
		cfg := conversations(t, webhook.Call, app, 0, `{"Then": ["1"]}`, `{"Then": [""]}`)
		loop(&cfg)
		cfg.Pace, cfg.Timeout = attack.Real, time.Hour
		cfg.Rules.StatusURI = "http://app.example/over"
		cfg.Token, cfg.Concurrency, cfg.Wanted = token, 0, wanted(map[time.Duration]int{0: 4})
		a, err := attack.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(4500*time.Millisecond, stop)
		time.AfterFunc(20*second, a.Cut)
		r := a.Run(ctx)
		checkSums(t, r)
		checkConversations(t, r, true)

		// One in two has pressed 1 after 2 s, and waits for the answer for ever; the
		// others hang up when the run is stopped, and the callback hangs.
		begun := map[bool]int{true: 16, false: 4}[cfg.Rate > 0]
		firsts, nexts, overs := app.times("/first"), app.times("/next"), app.times("/over")
		if len(firsts) != begun || firsts[begun-1] > 4500*time.Millisecond || r.Requests.Unsent != 0 {
			t.Errorf("%s: conversations begin at %v, and %d do not; want %d before the stop", how, firsts, r.Requests.Unsent, begun)
		}
		cut := len(nexts) + len(overs)
		if endings(r) != fmt.Sprintf("interrupted: %d", begun) || r.Seconds != 19 || verdicts(r)[webhook.CutOff] != cut || r.Requests.Unanswered != cut || r.Requests.Sent != begun+cut {
			t.Errorf("%s: %s after %v s, %v, %+v; want %d requests cut off after 19 s", how, endings(r), r.Seconds, verdicts(r), r.Requests, cut)
		}
		if c := r.Conversations; len(overs) != begun-len(nexts) || c.Callbacks != len(overs) || c.CallbacksUnsent != len(nexts) {
			t.Errorf("%s: %d callbacks go out, %d do not, of %d conversations, of which %d wait for an answer", how, c.Callbacks, c.CallbacksUnsent, begun, len(nexts))
		}
		time.Sleep(time.Hour)
	})
}

// A worker begins somewhere in the rows, and forges its exact share of each
// 1,000 requests.
func TestFirstAndForgeriesOfARunThatIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		g := &guard{url: "http://a.example"}
		rows := make([]webhook.Row, 10)
		for i := range rows {
			rows[i] = webhook.Row{{Name: "Body", Value: fmt.Sprint(i)}}
		}
		run := runUntil(t, ctx, attack.Config{Rows: rows, First: 4, Rate: 1, Wanted: wanted(map[time.Duration]int{0: 1001}), BadSignature: 12.5,
			Connect: answeredBy(g), Envelope: webhook.Envelope{URL: "http://a.example"}})
		if run.Requests.Sent != 3003 || run.Requests.BadSignatures != 375 || run.Requests.Refused != 375 {
			t.Errorf("%+v; want 375 of 3,003 forged: 125 of each 1,000", run.Requests)
		}
		for i := range 10 {
			want := 300
			if i >= 4 && i < 7 {
				want++
			}
			if got := g.bodies[fmt.Sprint(i)]; got != want {
				t.Errorf("row %d is sent %d times, want %d", i, got, want)
			}
		}
	})
}

// One process, and three that each send whole cycles of the rows, send the same
// rows and measure the same.
func TestManyProcessesAreOne(t *testing.T) {
	rows := make([]webhook.Row, 12)
	for i := range rows {
		rows[i] = webhook.Row{{Name: "Body", Value: fmt.Sprint(i)}}
	}
	measure := func(firsts []int, each int) (bodies map[string]int, latencies []time.Duration) {
		g := &guard{url: "http://a.example"}
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
			defer cancel()
			var mu sync.Mutex
			var processes sync.WaitGroup
			for _, first := range firsts {
				processes.Go(func() {
					runUntil(t, ctx, attack.Config{Rows: rows, First: first, Rate: 1, Wanted: func() int { return each }, Envelope: webhook.Envelope{URL: "http://a.example"},
						Connect: answeredBy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							body, _ := io.ReadAll(r.Body)
							r.Body = io.NopCloser(bytes.NewReader(body))
							form, _ := url.ParseQuery(string(body))
							row, _ := strconv.Atoi(form.Get("Body"))
							time.Sleep(time.Duration(row*row) * 1234 * time.Microsecond)
							g.ServeHTTP(w, r)
						})),
						Observe: func(o attack.Outcome) {
							mu.Lock()
							defer mu.Unlock()
							latencies = append(latencies, o.Latency)
						}})
				})
			}
			processes.Wait()
		})
		slices.Sort(latencies)
		return g.bodies, latencies
	}
	wantBodies, wantLatencies := measure([]int{0}, 36)
	gotBodies, gotLatencies := measure([]int{0, 7, 2}, 12)
	if !maps.Equal(gotBodies, wantBodies) || !slices.Equal(gotLatencies, wantLatencies) || len(wantLatencies) != 5*36 {
		t.Errorf("three processes send %v, one %v; %d and %d requests", gotBodies, wantBodies, len(gotLatencies), len(wantLatencies))
	}
}
