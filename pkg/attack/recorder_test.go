package attack

import (
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
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

// What there is so far can be asked for at any time: before an agent has said a
// word, and when the result has been concluded, which changes nothing of it.
func TestWhatThereIsSoFarOfAnAgentWithoutAWord(t *testing.T) {
	r := newRecorder(nil)
	r.begin(time.Now())
	r.addHandshake(&handshakeOutcome{agent: "wss://a.example/", err: statusError(503)})
	step := r.step("POST /call")
	for _, when := range []string{"before the end", "after it"} {
		a := r.soFar(func() {}).Agents[0]
		if a.Begun != 1 || a.Unopened() != 1 || a.FirstWord.Count != 0 || a.Histograms.FirstWord.Count() != 0 {
			t.Errorf("%s: %+v", when, a)
		}
		if result := r.conclude(); len(result.Agents) != 1 || result.Agents[0].Histograms.FirstWord != nil || result.Steps[0].Latency != nil {
			t.Errorf("%s: %+v", when, result)
		}
	}
	answer := dialog.Answer{Answered: true, First: time.Second, Whole: time.Second}
	r.addTurn("wss://a.example/", 0, &dialog.SessionNext{Answer: &answer})
	step.count(&outcome{ended: time.Second, status: 200})
	if a := r.soFar(func() {}).Agents[0]; a.FirstWord.Max != 1000 {
		t.Errorf("a word that came later: %+v", a)
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
