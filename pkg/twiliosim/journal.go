package twiliosim

import "time"

// Create is a request to create a call, as it arrived.
type Create struct {
	At       time.Time // arrival
	From, To string    // as the request names them
	Status   int       // HTTP status of the answer; 0: none was given (yet)
	Code     int       // Twilio's code in the answer; 0: none
	SID      string    // the call it made; empty: none (yet)
}

// journal is what an account remembers of its requests.
type journal struct {
	creates  []*Create
	requests [numOps]int // those of OpAny include all others
	inFlight int
	peak     int
}

// Creates returns every request to create a call that arrived, in order of arrival. An answer on its way counts as
// given once nothing but the network can stop it.
func (a *Account) Creates() []Create {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]Create, len(a.log.creates))
	for i, c := range a.log.creates {
		all[i] = *c
	}
	return all
}

// MostCreates returns the largest number of requests to create a call that arrived within any span of time, a half-open
// interval.
func (a *Account) MostCreates(span time.Duration) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	most, first := 0, 0
	for i, c := range a.log.creates {
		for c.At.Sub(a.log.creates[first].At) >= span {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// Requests returns how many requests of the given kinds arrived; of all kinds, and for paths that are no part of the
// Calls API too, if none is given.
func (a *Account) Requests(ops ...Op) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(ops) == 0 {
		return a.log.requests[OpAny]
	}
	n := 0
	for _, op := range ops {
		n += a.log.requests[op]
	}
	return n
}

// PeakConcurrent returns the largest number of requests that were in flight at once, refused ones included.
func (a *Account) PeakConcurrent() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.log.peak
}

// enter counts a request that arrived and returns how many are in flight with it.
func (a *Account) enter(op Op) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log.requests[OpAny]++
	if op != OpAny {
		a.log.requests[op]++
	}
	a.log.inFlight++
	a.log.peak = max(a.log.peak, a.log.inFlight)
	return a.log.inFlight
}

// leave counts a request out.
func (a *Account) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log.inFlight--
}
