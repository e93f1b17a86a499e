package locust_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/locust"
)

// A load counts what it would send: a request per user every tenth of a second. The first three fail.
type load struct {
	mu       sync.Mutex
	requests int
	delta    locust.Stats // since the last report
}

// run plays one test to its end, and the load takes half a second more to wind down.
func (l *load) run(t *testing.T, test *locust.Test) {
	test.Report(l.stats)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for range test.Users() {
				l.send(now)
			}
		case <-test.Stopping().Done():
			time.Sleep(500 * time.Millisecond)
			l.send(time.Now())
			if err := test.End([]byte(strconv.Itoa(l.requests))); err != nil && !errors.Is(err, context.Cause(test.Stopping())) {
				t.Errorf("end of the test: %v", err)
			}
			return
		}
	}
}

func (l *load) send(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.delta.Entries == nil {
		l.delta.Entries = []locust.Entry{{
			Name: "/sms", Method: "SMS", Min: time.Hour,
			Times: make(map[time.Duration]int64), PerSecond: make(map[int64]locust.Second),
		}}
	}
	l.requests++
	e, second := &l.delta.Entries[0], locust.Second{Requests: 1}
	if l.requests <= 3 {
		second.Failures = 1
		l.delta.Errors = []locust.Error{{
			Name: "/sms", Method: "SMS", Error: "12100 document unreadable", Occurrences: e.Failures + 1, First: now, Last: now,
		}}
	}
	took := time.Duration(1+l.requests%2) * 1500 * time.Microsecond
	e.Requests++
	e.Failures += second.Failures
	e.ContentLength += 100
	e.Times[took]++
	e.TotalTime += took
	e.Min, e.Max, e.Last = min(e.Min, took), max(e.Max, took), now
	sum := e.PerSecond[now.Unix()]
	e.PerSecond[now.Unix()] = locust.Second{Requests: sum.Requests + second.Requests, Failures: sum.Failures + second.Failures}
}

func (l *load) stats() (delta locust.Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delta, l.delta = l.delta, locust.Stats{}
	if delta.Entries != nil {
		delta.Extra = []byte(strconv.FormatInt(delta.Entries[0].Requests, 10))
	}
	return delta
}

// serve lets w run every test of the master's, until there is none any more. It returns the loads, and why it ended.
func serve(t *testing.T, w *locust.Worker) (loads []*load, err error) {
	for {
		test, err := w.Wait(t.Context())
		if err != nil {
			return loads, err
		}
		l := new(load)
		loads = append(loads, l)
		l.run(t, test)
	}
}
