package callrun

import (
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/calls"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/twilioapi"
)

// maxBins bounds the length of a series. A longer run has wider bins.
const maxBins = 300

// Series says what happened when: the requests, and what Twilio's records say
// of the calls; either may be missing. Twilio's clock and ours are laid upon
// each other at the first request and the first creation.
func Series(requests []calls.Start, records *calls.Records) *callsreport.Series {
	requests = slices.SortedFunc(slices.Values(requests), func(a, b calls.Start) int { return a.At.Compare(b.At) })
	var timeline []calls.Second
	if records != nil {
		timeline = records.Timeline()
	}
	span := int64(0)
	if n := len(requests); n > 0 {
		span = int64(requests[n-1].At.Sub(requests[0].At) / time.Second)
	}
	if n := len(timeline); n > 0 {
		span = max(span, timeline[n-1].At-timeline[0].At)
	}
	if len(requests)+len(timeline) == 0 {
		return nil
	}
	s := newSeries(span)
	s.addRequests(requests)
	s.addRecords(timeline)
	return &s.Series
}

// A series is one that is being filled.
type series struct {
	callsreport.Series
	width int64 // in seconds
}

// newSeries makes the bins of a run that goes on for so many seconds after the
// one it begins in.
func newSeries(span int64) *series {
	s := &series{width: span/maxBins + 1}
	s.Width = float64(s.width)
	s.Bins = make([]callsreport.Bin, span/s.width+1)
	for i := range s.Bins {
		s.Bins[i].Start = float64(int64(i) * s.width)
	}
	return s
}

// addRequests takes in the requests, in the order they were sent.
func (s *series) addRequests(requests []calls.Start) {
	took := newTimes()
	for i, r := range requests {
		at := s.binOf(r.At.Sub(requests[0].At))
		bin := &s.Bins[at]
		switch r.Outcome {
		case twilioapi.Accepted:
			bin.Accepted++
		case twilioapi.Refused:
			bin.Refused++
		case twilioapi.Unknown:
			bin.Unknown++
		case twilioapi.NotProcessed:
			bin.Repeated++
		}
		_ = took.RecordValue(r.Took.Microseconds())
		if i+1 == len(requests) || s.binOf(requests[i+1].At.Sub(requests[0].At)) != at {
			q := quantiles(took, 1000)
			bin.Responses, bin.P50, bin.P99, bin.Max = q.Count, q.P50, q.P99, q.Max
			took.Reset()
		}
	}
}

func (s *series) binOf(since time.Duration) int64 { return int64(since/time.Second) / s.width }

// addRecords takes in the seconds of Twilio's clock. What is live or waiting
// stays so until the next of them.
func (s *series) addRecords(timeline []calls.Second) {
	for i, second := range timeline {
		first, last := (second.At-timeline[0].At)/s.width, int64(len(s.Bins))-1
		if i+1 < len(timeline) {
			last = (timeline[i+1].At - 1 - timeline[0].At) / s.width
		}
		s.Bins[first].Dialed += second.Dialed
		for b := first; b <= last; b++ {
			s.Bins[b].Live = max(s.Bins[b].Live, second.Live)
			s.Bins[b].Waiting = max(s.Bins[b].Waiting, second.Waiting)
		}
	}
}

// newTimes returns a histogram of microseconds.
func newTimes() *hdrhistogram.Histogram { return hdrhistogram.New(1, time.Hour.Microseconds(), 3) }
