package calls

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/twilioapi"
)

// Records sums up what Twilio's own records say of calls. Their clock shows whole
// seconds, and so do the times here. Its memory grows with the length of the run,
// not with the number of calls.
type Records struct {
	Calls       int `json:"calls"`    // records read
	Dialed      int `json:"dialed"`   // those that Twilio gave a start time
	Answered    int `json:"answered"` // in progress or completed
	Busy        int `json:"busy"`
	NoAnswer    int `json:"no_answer"`
	Failed      int `json:"failed"`
	Canceled    int `json:"canceled"`     // hung up before they were answered
	NeverDialed int `json:"never_dialed"` // over without having been dialed

	DialRate      float64 `json:"dial_cps_average"`
	BusiestSecond int     `json:"dial_busiest_second"`
	PeakLive      int     `json:"peak_live"` // most calls at once that were dialed and not over

	Queue    Quantiles `json:"queue_s"`          // creation to dialing
	Estimate Quantiles `json:"queue_estimate_s"` // Twilio's own estimate of it
	Answer   Quantiles `json:"answer_s"`         // dialing to the answer, of completed calls

	BilledMinutes int                `json:"billed_minutes"` // each answered call rounded up
	Cost          map[string]float64 `json:"cost"`           // by currency, of the calls that have a price
	Unpriced      int                `json:"unpriced"`       // answered calls that have no price yet
	SlowerThanCap string             `json:"slower_than_cap,omitempty"`

	canceledInQueue int // canceled without having been dialed

	dialsAt map[int64]int // dialed calls by Unix second
	live    map[int64]int // by Unix second: how many calls more are live than the second before
	waiting map[int64]int // by Unix second: how many more wait in Twilio's queue

	queue, answer *hdrhistogram.Histogram // seconds
	estimate      *hdrhistogram.Histogram // milliseconds
}

func newRecords() *Records {
	const day = 24 * 60 * 60
	return &Records{
		dialsAt:  map[int64]int{},
		live:     map[int64]int{},
		waiting:  map[int64]int{},
		queue:    hdrhistogram.New(1, day, 3),
		estimate: hdrhistogram.New(1, day*1000, 3),
		answer:   hdrhistogram.New(1, day, 3),
		Cost:     map[string]float64{},
	}
}

// add takes in the final record of a call.
func (r *Records) add(c twilioapi.Call) {
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
	_ = r.estimate.RecordValue(c.QueueTime.Milliseconds())
	r.addWait(c)
	if c.Started.IsZero() {
		r.NeverDialed++
		if c.Status == twilioapi.StatusCanceled {
			r.canceledInQueue++
		}
		return
	}
	r.Dialed++
	r.dialsAt[c.Started.Unix()]++
	_ = r.queue.RecordValue(int64(max(0, c.Started.Sub(c.Created)) / time.Second))
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
		_ = r.answer.RecordValue(int64(max(0, end.Sub(c.Started)-c.Duration) / time.Second))
	}
}

// summarize works out the figures of all records, for calls that were started at
// up to cps a second, 0 if that is not known; and, if there was a ramp, at up to
// so many on average.
func (r *Records) summarize(cps int, average float64) {
	r.DialRate = r.dialRate()
	for _, n := range r.dialsAt {
		r.BusiestSecond = max(r.BusiestSecond, n)
	}
	for _, second := range r.seconds() {
		r.PeakLive = max(r.PeakLive, second.live)
	}
	r.Queue, r.Estimate, r.Answer = quantiles(r.queue, 1), quantiles(r.estimate, 1000), quantiles(r.answer, 1)
	limit, ramp := float64(cps), ""
	if average > 0 {
		limit, ramp = average, fmt.Sprintf(" (%.1f on average, with the ramp)", average)
	}
	if r.isSlowerThan(limit) {
		r.SlowerThanCap = fmt.Sprintf("The account dials slower than the cap of %d%s: about %.1f calls a second; %d calls never rang.",
			cps, ramp, r.DialRate, r.NeverDialed)
	}
}

// dialRate returns the calls dialed per second. The average leaves out the last
// second, which was not full, unless there is no other.
func (r *Records) dialRate() float64 {
	if len(r.dialsAt) == 0 {
		return 0
	}
	seconds := slices.Sorted(maps.Keys(r.dialsAt))
	first, last := seconds[0], seconds[len(seconds)-1]
	if first == last {
		return float64(r.Dialed)
	}
	return float64(r.Dialed-r.dialsAt[last]) / float64(last-first)
}

// isSlowerThan reports whether Twilio dialed markedly slower than the given calls
// per second. Three things must show it, since the records have whole seconds:
// calls were dialed in three seconds or more, one in twenty waited for two
// seconds or more, and the rate is below nine tenths of what was given.
func (r *Records) isSlowerThan(cps float64) bool {
	return len(r.dialsAt) > 2 && r.Queue.P95 >= 2 && r.DialRate < 0.9*cps
}

// A second is one of Twilio's clock in which something changed.
type second struct {
	at      int64 // Unix time
	dialed  int   // calls dialed in it
	live    int   // calls dialed and not over, from then on
	waiting int   // calls in Twilio's queue, from then on
}

func (s second) since(first second) time.Duration { return time.Duration(s.at-first.at) * time.Second }

// seconds returns the seconds in which something changed, in order.
func (r *Records) seconds() []second {
	changed := map[int64]bool{}
	for _, times := range []map[int64]int{r.live, r.waiting} {
		for at := range times {
			changed[at] = true
		}
	}
	seconds := make([]second, 0, len(changed))
	live, waiting := 0, 0
	for _, at := range slices.Sorted(maps.Keys(changed)) {
		live += r.live[at]
		waiting += r.waiting[at]
		seconds = append(seconds, second{at, r.dialsAt[at], live, waiting})
	}
	return seconds
}
