package calls

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/twilioapi"
)

// Records sums up what Twilio's own records say of calls. Their clock shows
// whole seconds, and so do the times here. Its memory grows with the length of
// the run, not with the number of calls.
type Records struct {
	Calls       int // records seen
	Dialed      int // those that Twilio gave a start time
	Answered    int // in progress or completed
	Busy        int
	NoAnswer    int
	Failed      int
	Canceled    int // hung up before they were answered
	NeverDialed int // over without having been dialed

	DialsAt map[int64]int // dialed calls by Unix second
	live    map[int64]int // by Unix second: how many calls more are live than the second before
	waiting map[int64]int // by Unix second: how many more wait in Twilio's queue

	Queue    *hdrhistogram.Histogram // seconds from creation to dialing
	Estimate *hdrhistogram.Histogram // milliseconds, Twilio's estimate of the same
	Answer   *hdrhistogram.Histogram // seconds from dialing to the answer, of completed calls

	BilledMinutes int                // each answered call rounded up
	Cost          map[string]float64 // by currency, of the calls that have a price
	Unpriced      int                // answered calls that have no price yet
}

// NewRecords returns Records of no calls.
func NewRecords() *Records {
	const day = 24 * 60 * 60
	return &Records{
		DialsAt:  map[int64]int{},
		live:     map[int64]int{},
		waiting:  map[int64]int{},
		Queue:    hdrhistogram.New(1, day, 3),
		Estimate: hdrhistogram.New(1, day*1000, 3),
		Answer:   hdrhistogram.New(1, day, 3),
		Cost:     map[string]float64{},
	}
}

// Add takes in the final record of a call.
func (r *Records) Add(c twilioapi.Call) {
	r.Calls++
	switch c.Status {
	case twilioapi.StatusCompleted, twilioapi.StatusInProgress:
		r.Answered++
		r.bill(c)
	case twilioapi.StatusBusy:
		r.Busy++
	case twilioapi.StatusNoAnswer:
		r.NoAnswer++
	case twilioapi.StatusFailed:
		r.Failed++
	case twilioapi.StatusCanceled:
		r.Canceled++
	}
	_ = r.Estimate.RecordValue(c.QueueTime.Milliseconds())
	r.addWait(c)
	if c.Started.IsZero() {
		r.NeverDialed++
		return
	}
	r.Dialed++
	r.DialsAt[c.Started.Unix()]++
	_ = r.Queue.RecordValue(int64(max(0, c.Started.Sub(c.Created)) / time.Second))
	r.addLive(c)
}

// bill adds what an answered call costs (Twilio rounds each up to whole
// minutes; Twilio: billing changes for Conference, Voice Insights and BYOC).
func (r *Records) bill(c twilioapi.Call) {
	r.BilledMinutes += ceilMinutes(c.Duration)
	price, err := strconv.ParseFloat(c.Price, 64)
	if err != nil {
		r.Unpriced++
		return
	}
	r.Cost[c.PriceUnit] -= price
}

// addWait notes from when to when a call was in Twilio's queue.
func (r *Records) addWait(c twilioapi.Call) {
	until := c.Started
	if until.IsZero() {
		until = c.Over()
	}
	if c.Created.IsZero() || until.Before(c.Created) {
		return
	}
	r.waiting[c.Created.Unix()]++
	r.waiting[until.Unix()]--
}

// addLive notes from when to when a dialed call was live.
func (r *Records) addLive(c twilioapi.Call) {
	end := c.Over()
	// A call that came and went within a second of their clock was live, too.
	r.live[c.Started.Unix()]++
	r.live[max(end.Unix(), c.Started.Unix()+1)]--
	if c.Status == twilioapi.StatusCompleted {
		_ = r.Answer.RecordValue(int64(max(0, end.Sub(c.Started)-c.Duration) / time.Second))
	}
}

// DialRate returns the calls dialed per second, on average and in the busiest
// second. The average leaves out the last second, which was not full, unless
// there is no other.
func (r *Records) DialRate() (average float64, busiest int) {
	if len(r.DialsAt) == 0 {
		return 0, 0
	}
	seconds := slices.Sorted(maps.Keys(r.DialsAt))
	for _, n := range r.DialsAt {
		busiest = max(busiest, n)
	}
	first, last := seconds[0], seconds[len(seconds)-1]
	if first == last {
		return float64(r.Dialed), busiest
	}
	return float64(r.Dialed-r.DialsAt[last]) / float64(last-first), busiest
}

// A Second is one of Twilio's clock in which something changed.
type Second struct {
	At      int64 // Unix time
	Dialed  int   // calls dialed in it
	Live    int   // calls dialed and not over, from then on
	Waiting int   // calls in Twilio's queue, from then on
}

// Timeline returns the seconds in which something changed, in order.
func (r *Records) Timeline() []Second {
	changed := map[int64]bool{}
	for _, times := range []map[int64]int{r.live, r.waiting} {
		for second := range times {
			changed[second] = true
		}
	}
	timeline := make([]Second, 0, len(changed))
	live, waiting := 0, 0
	for _, second := range slices.Sorted(maps.Keys(changed)) {
		live += r.live[second]
		waiting += r.waiting[second]
		timeline = append(timeline, Second{second, r.DialsAt[second], live, waiting})
	}
	return timeline
}

// PeakLive returns the most calls that were live at once, dialed and not over.
func (r *Records) PeakLive() int {
	peak := 0
	for _, second := range r.Timeline() {
		peak = max(peak, second.Live)
	}
	return peak
}

// SlowerThan reports whether Twilio dialed markedly slower than the given calls
// per second: over more than a second, with calls that waited in its queue for
// longer than whole seconds can be off.
func (r *Records) SlowerThan(cps int) bool {
	rate, _ := r.DialRate()
	return len(r.DialsAt) > 2 && r.Queue.ValueAtQuantile(95) >= 2 && rate < 0.9*float64(cps)
}
