package calls

import (
	"slices"
	"time"
)

const (
	queueSeconds  = 10              // over which Twilio's queue must have grown
	queueGrowth   = 0.1             // seconds of wait a second; less may be chance
	queueNotShort = 2 * time.Second // a wait that deserves a word
)

// A queueTrend watches how long Twilio says that accepted calls will wait in its queue.
// Where the wait grows by s seconds a second, Twilio dials 1/(1+s) of what it
// accepts.
type queueTrend struct {
	first   time.Time
	seconds []queueSecond // in order: of the last ten, and the one before them
}

// A queueSecond is what was accepted of the starts that were sent in one second.
type queueSecond struct {
	k        int // since the first start
	accepted int
	wait     time.Duration // the longest, by Twilio's estimate
}

// add takes in a call that was accepted: when its start was sent, and its wait.
// With the first call of each second it reports whether the queue grows, judged by
// the seconds before, and how many calls a second the account seems to dial.
func (q *queueTrend) add(sent time.Time, wait time.Duration) (dialed float64, grows bool) {
	if q.first.IsZero() {
		q.first = sent
	}
	k := int(sent.Sub(q.first) / time.Second)
	if i := slices.IndexFunc(q.seconds, func(s queueSecond) bool { return s.k == k }); i >= 0 {
		q.seconds[i].accepted++
		q.seconds[i].wait = max(q.seconds[i].wait, wait)
		return 0, false
	}
	if n := len(q.seconds); n > 0 && k < q.seconds[n-1].k {
		return 0, false // an answer that came late
	}
	dialed, grows = q.judge()
	q.seconds = append(q.seconds, queueSecond{k, 1, wait})
	for len(q.seconds) > 1 && q.seconds[1].k <= k-queueSeconds {
		q.seconds = q.seconds[1:]
	}
	return dialed, grows
}

// judge compares the latest second with that ten seconds before.
func (q *queueTrend) judge() (dialed float64, grows bool) {
	if len(q.seconds) == 0 {
		return 0, false
	}
	before, latest := q.seconds[0], q.seconds[len(q.seconds)-1]
	took := float64(latest.k - before.k)
	if took < queueSeconds || latest.wait <= queueNotShort {
		return 0, false
	}
	growth := (latest.wait - before.wait).Seconds() / took
	if growth <= queueGrowth {
		return 0, false
	}
	accepted := 0
	for _, s := range q.seconds[1:] {
		accepted += s.accepted
	}
	return float64(accepted) / took / (1 + growth), true
}
