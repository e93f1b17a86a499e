package attack

import (
	"call-load-tester/pkg/webhook"
	"testing"
	"time"
)

// What an observer is told of each request, which is what Locust shows.
func TestWhatAnObserverIsTold(t *testing.T) {
	began := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		what    string
		request outcome
		want    Outcome
	}{
		{"accepted", outcome{due: time.Second, sent: 2 * time.Second, ended: 4 * time.Second, status: 200, length: 70},
			Outcome{Ended: began.Add(4 * time.Second), Latency: 3 * time.Second, Timed: true, Received: 70}},
		{"an error, of a step", outcome{ended: time.Second, class: errored, status: 502, code: 11217, step: &step{Step: Step{Name: "POST /next"}, verdicts: map[webhook.Code]int{}, latency: newDistribution(fewDigits)}},
			Outcome{Ended: began.Add(time.Second), Latency: time.Second, Timed: true, Step: "POST /next", Failure: "11217 HTTP status 4xx or 5xx"}},
		{"reset", outcome{ended: time.Second, class: unanswered, cause: "connection reset", code: 11200},
			Outcome{Ended: began.Add(time.Second), Latency: time.Second, Failure: "11200 no usable HTTP answer"}},
		{"forged, and refused", outcome{ended: time.Second, forged: true, class: refused, status: 403},
			Outcome{Ended: began.Add(time.Second), Latency: time.Second, Timed: true}},
		{"forged, and let through", outcome{ended: time.Second, forged: true, class: letThrough, status: 200},
			Outcome{Ended: began.Add(time.Second), Latency: time.Second, Timed: true, Failure: "bad signature let through"}},
	} {
		var told []Outcome
		r := newRecorder(func(o Outcome) { told = append(told, o) })
		r.begin(began)
		r.add([]outcome{tc.request})
		if len(told) != 1 || told[0] != tc.want {
			t.Errorf("%s: told %+v, want %+v", tc.what, told, tc.want)
		}
	}
}

// Counting a request takes this long, in batches as a sender does it.
func BenchmarkRecorder(b *testing.B) {
	r := newRecorder(nil)
	r.begin(time.Now())
	batch := make([]outcome, 0, batchSize)
	b.ReportAllocs()
	for i := range b.N {
		due := time.Duration(i) * 20 * time.Microsecond
		batch = append(batch, outcome{due: due, sent: due, ended: due + 3*time.Millisecond, status: 200, received: 1})
		if len(batch) == batchSize {
			r.add(batch)
			batch = batch[:0]
		}
	}
}
