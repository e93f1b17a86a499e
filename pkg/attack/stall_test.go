package attack_test

import (
	"context"
	"maps"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// Until a run is stopped after 2.5 s, twelve requests are due: four each at 0, 1
// and 2 s. An endpoint that answers nothing gets as many as may be in flight.
func TestWhatWasDueAtAnInterruptIsTold(t *testing.T) {
	for _, tc := range []struct {
		what        string
		stop        time.Duration
		total       int
		maxInFlight int
		respond     time.Duration
		sent        int
		unsent      int
		waited      time.Duration
	}{
		{"stalled", 2500 * time.Millisecond, 100, 2, 10 * time.Second, 2, 10, 2500 * time.Millisecond},
		{"stalled, and stopped as a burst is due", 2 * time.Second, 100, 2, 10 * time.Second, 2, 10, 2 * time.Second},
		{"stalled, and no more than seven were to be sent", 2500 * time.Millisecond, 7, 2, 10 * time.Second, 2, 5, 2500 * time.Millisecond},
		{"stalled from the second burst on", 2500 * time.Millisecond, 100, 6, 10 * time.Second, 6, 6, 1500 * time.Millisecond},
		{"likewise, and no more than nine were to be sent", 2500 * time.Millisecond, 9, 6, 10 * time.Second, 6, 3, 1500 * time.Millisecond},
		{"on time", 2500 * time.Millisecond, 100, 100, time.Second, 12, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), tc.stop)
			defer cancel()
			r := runUntil(t, ctx, attack.Config{Total: tc.total, Rate: 4, MaxInFlight: tc.maxInFlight, Connect: inMemory(always(tc.respond)), Envelope: webhook.Envelope{URL: "http://a.example"}})
			if r.Requests.Sent != tc.sent || r.Requests.Unsent != tc.unsent || r.Requests.Late != tc.unsent || r.Requests.MostLate != ms(tc.waited) {
				t.Errorf("%s: %d sent, %d not, %d late, at most %v; want %d, %d, %d and %v", tc.what, r.Requests.Sent, r.Requests.Unsent, r.Requests.Late, r.Requests.MostLate, tc.sent, tc.unsent, tc.unsent, tc.waited)
			}
		})
	}
}

// The endpoint answers at once, but not at all from the fifth second to the
// fifteenth. At 10 requests a second, those of bursts 5 to 14 wait 10, 9, …, 1 s:
// 100 of 200 requests wait, 10 of them for each of these times.
func TestAStallShowsInTheIntendedStartPercentiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		stalled := func(int) time.Duration {
			if since := time.Since(start); since >= 5*time.Second {
				return max(0, 15*time.Second-since)
			}
			return 0
		}
		cfg := attack.Config{Total: 200, Rate: 10, Envelope: webhook.Envelope{URL: "http://a.example"}, Connect: inMemory(stalled)}
		r := run(t, cfg)
		exactly(t, "p50", r.Latency.P50, 0)
		exactly(t, "p90", r.Latency.P90, 8*time.Second)  // 180 of 200: 100 at once, 10 each of 1 to 8 s
		exactly(t, "p95", r.Latency.P95, 9*time.Second)  // 190 of 200
		exactly(t, "p99", r.Latency.P99, 10*time.Second) // 198 of 200
		if r.Latency.Max != ms(10*time.Second) || r.Latency.Mean != ms(2750*time.Millisecond) || r.Requests.Late != 0 || r.Requests.Accepted != 200 {
			t.Errorf("%+v, want at most 10s, 2.75s in the mean, none late", r)
		}
	})
}

// The same stall with only 20 requests in flight: the rest is not sent in time,
// and that too is found in the latency, not in the service time.
func TestAStallCannotHideBehindTheBoundOnRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		stalled := func(int) time.Duration {
			if since := time.Since(start); since >= 5*time.Second {
				return max(0, 15*time.Second-since)
			}
			return 0
		}
		cfg := attack.Config{Total: 100, Rate: 10, MaxInFlight: 20, Envelope: webhook.Envelope{URL: "http://a.example"}, Connect: inMemory(stalled)}
		r := run(t, cfg)
		// Bursts 5 and 6 are sent and wait. Bursts 7 and 8, due at 7 and 8 s, go at
		// 15 s, as many as the limiter lets through, and burst 9 at 16 s. So 50 take
		// no time, 20 take 7 s, 10 each take 8, 9 and 10 s.
		if r.Requests.Late != 30 || r.Requests.MostLate != 8000 || r.Latency.Max != ms(10*time.Second) {
			t.Errorf("%d late, the most by %v, latency at most %v; want 30, 8s and 10s", r.Requests.Late, r.Requests.MostLate, r.Latency.Max)
		}
		exactly(t, "p70", at(r, 70), 7*time.Second)
		exactly(t, "p80", at(r, 80), 8*time.Second)
		exactly(t, "p90", r.Latency.P90, 9*time.Second)
		exactly(t, "p99", r.Latency.P99, 10*time.Second)
		if want := 1900 * time.Millisecond; r.Service.Mean != ms(want) {
			t.Errorf("service time %v in the mean, want %v: 20 requests waited", r.Service.Mean, want)
		}
	})
}

func at(r *attack.Result, percent float64) float64 {
	for _, p := range r.Curve {
		if p.Percent == percent {
			return p.Time
		}
	}
	return -1
}

func TestTimeoutsAreTwilios(t *testing.T) {
	for _, tc := range []struct {
		what    string
		connect func(context.Context, string) (net.Conn, error)
		want    webhook.Code
		after   time.Duration
	}{
		{"no answer", inMemory(always(time.Hour)), webhook.AnswerTimeout, 15 * time.Second},
		{"an answer just in time", inMemory(always(15*time.Second - 1)), webhook.Accepted, 15*time.Second - 1},
		{"no connection in two attempts of five seconds", func(ctx context.Context, addr string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, webhook.ConnectTimeout, 10 * time.Second},
		{"a connection after nine seconds leaves six", slowly(9*time.Second, inMemory(always(7*time.Second))), webhook.AnswerTimeout, 15 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := run(t, attack.Config{Total: 1, Connect: tc.connect, Envelope: webhook.Envelope{URL: "http://a.example"}})
			if verdicts(r)[tc.want] != 1 || r.Seconds != tc.after.Seconds() || r.Latency.Max != ms(tc.after) {
				t.Errorf("%s: %v (%v) after %v, latency %v; want %d after %v", tc.what, verdicts(r), causes(r), r.Seconds, r.Latency.Max, tc.want, tc.after)
			}
			time.Sleep(time.Hour) // until the endpoint is done too
		})
	}
}

// A time-out is one, on a kept connection too: nobody need have closed it.
func TestATimeoutOnAKeptConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, attack.Config{Total: 2, Envelope: webhook.Envelope{URL: "http://a.example"},
			Connect: inMemory(func(k int) time.Duration { return time.Duration(k) * time.Hour })})
		if want := map[string]int{"time is up": 1}; !maps.Equal(causes(r), want) {
			t.Errorf("%v, want %v", causes(r), want)
		}
		time.Sleep(time.Hour) // until the endpoint is done too
	})
}

// slowly takes so long to connect, over as many attempts as it takes.
func slowly(d time.Duration, connect func(context.Context, string) (net.Conn, error)) func(context.Context, string) (net.Conn, error) {
	var begun time.Time
	return func(ctx context.Context, addr string) (net.Conn, error) {
		if begun.IsZero() {
			begun = time.Now()
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(d - time.Since(begun)):
			return connect(ctx, addr)
		}
	}
}
