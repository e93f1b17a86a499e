package attack_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// These tests run in fake time: waiting takes none, and times are exact.

// inMemory returns a Connect that opens connections to somebody who answers
// request k (of those that come, from 0) after the time that respond gives.
func inMemory(respond func(k int) time.Duration) func(context.Context, string) (net.Conn, error) {
	var mu sync.Mutex
	k := -1
	next := func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		k++
		return respond(k)
	}
	return answeredBy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(next())
		w.WriteHeader(http.StatusNoContent)
	}))
}

func always(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

// exactly compares times that a histogram of three digits has held.
func exactly(t *testing.T, what string, got float64, want time.Duration) {
	t.Helper()
	h := hdrhistogram.New(int64(time.Microsecond), int64(24*time.Hour), 3)
	if !h.ValuesAreEquivalent(int64(got*1e6), int64(want)) {
		t.Errorf("%s = %v ms, want %v", what, got, want)
	}
}

// ms is a time as it is in a result.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func TestClosedLoopWorksBackToBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := run(t, attack.Config{Total: 1000, Concurrency: 10, Connect: inMemory(always(100 * time.Millisecond)), Envelope: webhook.Envelope{URL: "http://a.example"}})
		if got := time.Since(start); got != 10*time.Second || r.Seconds != got.Seconds() || r.Rate != 100 {
			t.Errorf("took %v, result says %v at %v a second; want 10s at 100", got, r.Seconds, r.Rate)
		}
		exactly(t, "p50", r.Latency.P50, 100*time.Millisecond)
		if r.Latency.Mean != ms(100*time.Millisecond) || r.Latency.Max != ms(100*time.Millisecond) || r.Service.Mean != r.Latency.Mean || r.Requests.Late != 0 {
			t.Errorf("latency %+v, service %+v, late %d; want 100ms for all", r.Latency, r.Service, r.Requests.Late)
		}
		for i, v := range r.Timeline[:10] {
			if v.Sent != 100 || v.Start != float64(i) || v.Width != 1 {
				t.Errorf("second %d: %+v, want 100 requests", i, v)
			}
		}
	})
}

func TestOpenLoopSendsInBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		arrivals := map[time.Duration]int{}
		r := run(t, attack.Config{Total: 25, Rate: 10, Envelope: webhook.Envelope{URL: "http://a.example"},
			Connect: inMemory(func(int) time.Duration {
				arrivals[time.Since(start)]++
				return 1700 * time.Millisecond
			})})
		if len(arrivals) != 3 || arrivals[0] != 10 || arrivals[time.Second] != 10 || arrivals[2*time.Second] != 5 {
			t.Errorf("requests arrive at %v, want 10, 10 and 5 at 0, 1 and 2 s", arrivals)
		}
		if r.Seconds != 3.7 || r.Requests.Late != 0 {
			t.Errorf("%v, %d late; want 3.7s and none", r.Seconds, r.Requests.Late)
		}
	})
}

// Connections take 300 ms to open, answers 1.2 s: no burst waits for any, and
// none is opened that is not needed.
func TestConnectionsAreOpenedBeforeABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opened atomic.Int64
		connect := inMemory(always(1200 * time.Millisecond))
		r := run(t, attack.Config{Total: 45, Rate: 10, Envelope: webhook.Envelope{URL: "http://a.example"},
			Connect: func(ctx context.Context, addr string) (net.Conn, error) {
				opened.Add(1)
				time.Sleep(300 * time.Millisecond)
				return connect(ctx, addr)
			}})
		if r.Latency.Max != ms(1200*time.Millisecond) || r.Requests.Late != 0 || r.Seconds != 5.2 {
			t.Errorf("latency at most %v, %d late, %v in all; want 1.2s, none, 5.2s", r.Latency.Max, r.Requests.Late, r.Seconds)
		}
		if opened.Load() != 20 {
			t.Errorf("%d connections were opened, want 20", opened.Load())
		}
	})
}

// As many connections are opened ahead as there can be requests, with those in
// flight: more would not be used.
func TestNoConnectionIsOpenedBeyondTheBoundOnRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opened atomic.Int64
		connect := inMemory(always(1700 * time.Millisecond))
		run(t, attack.Config{Total: 24, Rate: 8, MaxInFlight: 12, Envelope: webhook.Envelope{URL: "http://a.example"},
			Connect: func(ctx context.Context, addr string) (net.Conn, error) {
				opened.Add(1)
				return connect(ctx, addr)
			}})
		if opened.Load() != 12 {
			t.Errorf("%d connections were opened, want 12", opened.Load())
		}
	})
}

// A run that takes no time at all has no rate, rather than an endless one.
func TestARunOfNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, attack.Config{Total: 5, Envelope: webhook.Envelope{URL: "http://a.example"}, Connect: inMemory(always(0))})
		if r.Requests.Accepted != 5 || r.Rate != 0 || r.Seconds != 0 {
			t.Errorf("%d accepted, %v a second in %v s; want 5, 0 and 0", r.Requests.Accepted, r.Rate, r.Seconds)
		}
	})
}

func TestLateIsAHundredMilliseconds(t *testing.T) {
	for behind, late := range map[time.Duration]int{attack.Late: 1, attack.Late - 1: 0} {
		synctest.Test(t, func(t *testing.T) {
			// The second request waits until the first is answered.
			r := run(t, attack.Config{Total: 2, Rate: 2, MaxInFlight: 1, Connect: inMemory(always(behind)), Envelope: webhook.Envelope{URL: "http://a.example"}})
			if r.Requests.Late != late || r.Latency.Max != ms(2*behind) || r.Service.Max != ms(behind) {
				t.Errorf("a request sent %v after it was due: %d late, latency %v, service %v; want %d, %v and %v", behind, r.Requests.Late, r.Latency.Max, r.Service.Max, late, 2*behind, behind)
			}
		})
	}
}

// However slow the endpoint, no request waits for an answer to another.
func TestABurstIsSentAtOnce(t *testing.T) {
	for what, respond := range map[string]func(k int) time.Duration{
		"answers at once":      always(0),
		"answers after 4 ms":   always(4 * time.Millisecond),
		"no answer for 1 s":    always(time.Second),
		"an answer every 4 ms": func(k int) time.Duration { return time.Duration(k%125+1) * 4 * time.Millisecond },
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var last time.Duration
			r := run(t, attack.Config{Total: 500, Rate: 500, Envelope: webhook.Envelope{URL: "http://a.example"},
				Connect: inMemory(func(k int) time.Duration {
					last = time.Since(start)
					return respond(k)
				})})
			if last != 0 || r.Requests.Late != 0 || r.Requests.Accepted != 500 {
				t.Errorf("%s: the last of the burst goes after %v, %d late; want at once and none", what, last, r.Requests.Late)
			}
		})
	}
}

func TestOpenLoopRateIsThatOfTheBursts(t *testing.T) {
	for _, tc := range []struct {
		what    string
		cfg     attack.Config
		respond time.Duration
		want    float64
	}{
		{"on time", attack.Config{Total: 1000, Rate: 200}, time.Millisecond, 200},
		{"the last answer takes long", attack.Config{Total: 1000, Rate: 200}, 10 * time.Second, 200},
		{"a last second that is half empty", attack.Config{Total: 25, Rate: 10}, time.Millisecond, 10},
		// One at a time, a second each: the last goes at 3 s, and was due at 1 s.
		{"half as fast", attack.Config{Total: 4, Rate: 2, MaxInFlight: 1}, time.Second, 4. / (2 + 2)},
	} {
		synctest.Test(t, func(t *testing.T) {
			tc.cfg.Connect, tc.cfg.Envelope.URL = inMemory(always(tc.respond)), "http://a.example"
			if r := run(t, tc.cfg); r.Rate != tc.want {
				t.Errorf("%s: %v a second, want %v", tc.what, r.Rate, tc.want)
			}
		})
	}
}

func TestConnectionsAreKeptAsLongAsServersKeepThem(t *testing.T) {
	for _, tc := range []struct {
		what string
		cfg  attack.Config
		took func(k int) time.Duration
		want int // connections opened
	}{
		{"back to back", attack.Config{Total: 100, Concurrency: 4}, always(time.Millisecond), 4},
		{"slow answers are no idle time", attack.Config{Total: 8, Concurrency: 4}, always(10 * time.Second), 4},
		{"from burst to burst", attack.Config{Total: 100, Rate: 10}, always(100 * time.Millisecond), 10},
		// The second connection is needed again when it has been idle for 5 s.
		{"not over a longer pause", attack.Config{Total: 8, Rate: 1}, func(k int) time.Duration {
			if k == 0 || k == 5 {
				return 1200 * time.Millisecond
			}
			return 0
		}, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			var opened atomic.Int64
			connect := inMemory(tc.took)
			tc.cfg.Envelope.URL = "http://a.example"
			tc.cfg.Connect = func(ctx context.Context, addr string) (net.Conn, error) {
				opened.Add(1)
				return connect(ctx, addr)
			}
			if r := run(t, tc.cfg); int(opened.Load()) != tc.want || r.Requests.Accepted != tc.cfg.Total {
				t.Errorf("%s: %d connections, want %d (%+v)", tc.what, opened.Load(), tc.want, causes(r))
			}
		})
	}
}

func TestAnInterruptWaitsForAnswers(t *testing.T) {
	for _, tc := range []struct {
		what string
		cfg  attack.Config
		sent int
		took time.Duration
	}{
		{"closed loop", attack.Config{Total: 100, Concurrency: 2}, 6, 3 * time.Second},
		{"open loop", attack.Config{Total: 100, Rate: 3}, 9, 3 * time.Second},
		{"open loop, held up", attack.Config{Total: 100, Rate: 3, MaxInFlight: 2}, 6, 3 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			tc.cfg.Envelope.URL, tc.cfg.Connect = "http://a.example", inMemory(always(time.Second))
			r := runUntil(t, ctx, tc.cfg)
			if r.Requests.Sent != tc.sent || r.Requests.Accepted != tc.sent || r.Seconds != tc.took.Seconds() || r.Plan.Requests != 100 {
				t.Errorf("%s: %d sent, %d accepted in %v; want %d in %v", tc.what, r.Requests.Sent, r.Requests.Accepted, r.Seconds, tc.sent, tc.took)
			}
		})
	}
}

func TestALongRunHasWiderIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, attack.Config{Total: 2 * 1000, Rate: 2, Connect: inMemory(always(0)), Envelope: webhook.Envelope{URL: "http://a.example"}})
		if len(r.Timeline) != 250 {
			t.Fatalf("1000 s are in %d intervals, want 250 of 4 s", len(r.Timeline))
		}
		for i, v := range r.Timeline {
			if v.Width != 4 || v.Start != float64(4*i) || v.Sent != 8 || v.Answered != 8 || v.Accepted != 8 {
				t.Errorf("interval %d: %+v, want 8 requests in 4 s", i, v)
			}
		}
	})
}

func TestOpenLoopDoesNotDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var last time.Duration
		r := run(t, attack.Config{Total: 3600, Rate: 1, Connect: inMemory(func(int) time.Duration {
			last = time.Since(start)
			return 0
		}), Envelope: webhook.Envelope{URL: "http://a.example"}})
		if last != 3599*time.Second || r.Requests.Late != 0 {
			t.Errorf("the last of an hour's requests goes at %v, %d late; want 59m59s", last, r.Requests.Late)
		}
	})
}
