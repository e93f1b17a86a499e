package calls

import (
	"time"

	"call-load-tester/pkg/timeline"
	"call-load-tester/pkg/twilioapi"
)

// A Timeline says what happened when, in bins of equal width.
type Timeline struct {
	Width float64 `json:"width_seconds"`
	Bins  []Bin   `json:"bins"` // at most 300
}

// A Bin is a part of the run. Requests are in the bin in which they were sent.
// What Twilio's records say of dialing and of live and waiting calls is right to
// a second or two: their clock has whole seconds.
type Bin struct {
	Start float64 `json:"start_seconds"` // since the first request; of end, since the first call was created

	Accepted int `json:"accepted"`
	Refused  int `json:"refused"`
	Unknown  int `json:"unknown"`  // outcome not seen
	Repeated int `json:"repeated"` // certainly not processed, and sent again later

	Dialed  int `json:"dialed"`
	Live    int `json:"live"`    // most at once: dialed and not over
	Waiting int `json:"waiting"` // most at once: in Twilio's queue

	Responses int     `json:"responses"`
	P50       float64 `json:"response_p50_ms"`
	P99       float64 `json:"response_p99_ms"`
	Max       float64 `json:"response_max_ms"`
}

// newTimeline puts the requests, in order of time, and the seconds of Twilio's
// records into bins; either may be missing. Twilio's clock and ours are laid upon
// each other at the first request and the first creation. It returns nil for
// nothing.
func newTimeline(sent []start, seconds []second) *Timeline {
	if len(sent)+len(seconds) == 0 {
		return nil
	}
	var end time.Duration
	if n := len(sent); n > 0 {
		end = sent[n-1].at.Sub(sent[0].at)
	}
	if n := len(seconds); n > 0 {
		end = max(end, seconds[n-1].since(seconds[0]))
	}
	bins := timeline.New[Bin](end, nil) // wide enough from the beginning, so none are merged
	addStarts(bins, sent)
	addSeconds(bins, seconds, end)
	for i := range bins.Bins {
		bins.Bins[i].Start = (time.Duration(i) * bins.Width).Seconds()
	}
	return &Timeline{Width: bins.Width.Seconds(), Bins: bins.Bins}
}

func addStarts(bins *timeline.Timeline[Bin], sent []start) {
	took := newTimes()
	for i, start := range sent {
		since := start.at.Sub(sent[0].at)
		bin := bins.At(since)
		switch start.outcome {
		case twilioapi.Accepted:
			bin.Accepted++
		case twilioapi.Refused:
			bin.Refused++
		case twilioapi.Unknown:
			bin.Unknown++
		case twilioapi.NotProcessed:
			bin.Repeated++
		}
		_ = took.RecordValue(start.took.Microseconds())
		if i+1 == len(sent) || sent[i+1].at.Sub(sent[0].at)/bins.Width != since/bins.Width {
			q := quantiles(took, 1000)
			bin.Responses, bin.P50, bin.P99, bin.Max = q.Count, q.P50, q.P99, q.Max
			took.Reset()
		}
	}
}

// addSeconds takes in seconds of Twilio's clock. What is live or waiting stays so
// until the next of them.
func addSeconds(bins *timeline.Timeline[Bin], seconds []second, end time.Duration) {
	for i, s := range seconds {
		from, until := s.since(seconds[0]), end
		if i+1 < len(seconds) {
			until = seconds[i+1].since(seconds[0]) - time.Second
		}
		bins.At(from).Dialed += s.dialed
		for at := from.Truncate(bins.Width); at <= until; at += bins.Width {
			bin := bins.At(at)
			bin.Live = max(bin.Live, s.live)
			bin.Waiting = max(bin.Waiting, s.waiting)
		}
	}
}
