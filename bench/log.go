package main

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A logEndpoint answers in its own time, and keeps a log.
type logEndpoint struct {
	// takes tells how long the answer to request k takes, which arrived so long
	// after the first; nil: none takes long.
	takes func(k int, sinceFirst time.Duration) time.Duration

	mu       sync.Mutex
	arrived  []time.Time
	answered []time.Time // of the same request
}

func (e *logEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	k := len(e.arrived)
	e.arrived, e.answered = append(e.arrived, time.Now()), append(e.answered, time.Time{})
	sinceFirst := e.arrived[k].Sub(e.arrived[0])
	e.mu.Unlock()

	_, _ = io.Copy(io.Discard, r.Body)
	if e.takes != nil {
		time.Sleep(e.takes(k, sinceFirst))
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(twiml)))
	_, _ = io.WriteString(w, twiml)
	_ = http.NewResponseController(w).Flush()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answered[k] = time.Now()
}

// requests returns how many have arrived.
func (e *logEndpoint) requests() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.arrived)
}

// latencies returns, sorted, how long after they were due the requests were
// answered: so many are due in each second from the first arrival.
func (e *logEndpoint) latencies(rate int) (sorted []time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for k, answered := range e.answered {
		due := e.arrived[0].Add(time.Duration(k/rate) * time.Second)
		sorted = append(sorted, answered.Sub(due))
	}
	slices.Sort(sorted)
	return sorted
}

// longestBurst returns the most time that so many arrivals in a row took, each
// such burst from the first.
func (e *logEndpoint) longestBurst(burst int) (longest time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for first := 0; first < len(e.arrived); first += burst {
		last := min(first+burst, len(e.arrived)) - 1
		longest = max(longest, e.arrived[last].Sub(e.arrived[first]))
	}
	return longest
}
