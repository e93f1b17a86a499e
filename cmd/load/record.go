package main

import (
	"maps"
	"slices"
	"time"

	"call-load-tester/pkg/attack"
	loadreport "call-load-tester/pkg/report/load"
	"call-load-tester/pkg/webhook"
)

// record turns what came of the run into its record.
func (p *plan) record(r *attack.Result, began time.Time, interrupted bool) *loadreport.Record {
	c := p.attack
	record := &loadreport.Record{
		Command: "load",
		DryRun:  p.dryRun,
		Began:   began,
		Seconds: r.Elapsed.Seconds(),
		Plan: loadreport.Plan{
			Endpoint:       p.endpoint(),
			Path:           p.url().EscapedPath(),
			Kind:           c.Envelope.Kind.String(),
			Users:          p.users,
			Concurrency:    c.Concurrency,
			Requests:       c.Requests,
			Rows:           len(c.Rows),
			Rate:           c.Rate,
			TimeoutSeconds: c.Timeout.Seconds(),
			BadSignature:   c.BadSignature,
		},
		Requests: loadreport.Requests{
			Sent: r.Sent, Completed: r.Completed(), NotCompleted: r.Sent - r.Completed(),
			Accepted: r.Accepted, Errors: r.Failed, Unanswered: r.Unanswered, Untimed: r.Sent - r.Latency.Count,
			BadSignatures: r.Forged, Refused: r.Refused, LetThrough: r.LetThrough,
			OwnLimit: r.Verdicts[webhook.OwnLimit],
			Unsent:   r.Unsent, Late: r.Late, MostLate: ms(r.MostLate),
		},
		Rate:          r.Rate,
		Latency:       times(r.Latency),
		Service:       times(r.Service),
		Curve:         []loadreport.Percentile{},
		Verdicts:      verdicts(r.Verdicts),
		Statuses:      statuses(r.Statuses),
		Causes:        causes(r.Causes),
		BytesSent:     r.BytesSent,
		BytesReceived: r.BytesReceived,
		Replies:       loadreport.Replies{Count: r.Replies.Count, Segments: r.Replies.Segments, Media: r.Replies.Media},
		Messages:      r.Messages,
		Received:      r.Received,
		Cost: loadreport.Cost{
			Priced: p.priced, Receive: p.prices.Receive, Send: p.prices.Send, MMS: p.prices.MMS,
			Total: p.prices.Cost(r.Traffic()),
		},
		Timeline:    intervals(r.Timeline, r.Latency.Max),
		Interrupted: interrupted,
	}
	for _, point := range r.Latency.Curve {
		record.Curve = append(record.Curve, loadreport.Percentile{Percent: point.Percent, Time: ms(point.Time)})
	}
	record.Pass = p.judge(record)
	record.ExitStatus = status(record)
	return record
}

// judge says whether the run has reached what was asked of it; nil if nothing
// was. A run that sent nothing has reached nothing, and one in which too many
// requests died has no P99.
func (p *plan) judge(r *loadreport.Record) *loadreport.Pass {
	if p.pass.failed == nil && p.pass.p99 == nil {
		return nil
	}
	pass := &loadreport.Pass{Passed: r.Requests.Sent > 0, MaxFailedPercent: p.pass.failed}
	if p.pass.failed != nil && r.FailedPercent() > *p.pass.failed {
		pass.Passed = false
	}
	if p.pass.p99 != nil {
		limit := ms(*p.pass.p99)
		pass.MaxP99 = &limit
		if !r.HasP99() || r.Latency.P99 > limit {
			pass.Passed = false
		}
	}
	return pass
}

// ms is a time in milliseconds, as all times of the record.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func times(l attack.Latency) loadreport.Times {
	return loadreport.Times{
		Count: l.Count, Mean: ms(l.Mean), P50: ms(l.P50), P90: ms(l.P90), P95: ms(l.P95),
		P99: ms(l.P99), P999: ms(l.P999), Max: ms(l.Max),
	}
}

func verdicts(counts map[webhook.Code]int) []loadreport.Verdict {
	list := []loadreport.Verdict{}
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, loadreport.Verdict{Code: int(code), Name: code.Name(), Requests: counts[code]})
	}
	return list
}

func statuses(counts map[int]int) []loadreport.Status {
	list := []loadreport.Status{}
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, loadreport.Status{Status: status, Requests: counts[status]})
	}
	return list
}

func causes(counts map[string]int) []loadreport.Cause {
	list := []loadreport.Cause{}
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, loadreport.Cause{Cause: cause, Requests: counts[cause]})
	}
	return list
}

// intervals are those of the timeline. Their times have two digits, rounded up,
// and would be longer than the longest.
func intervals(timeline []attack.Interval, longest time.Duration) []loadreport.Interval {
	upTo := func(t time.Duration) float64 { return ms(min(t, longest)) }
	list := []loadreport.Interval{}
	for _, i := range timeline {
		list = append(list, loadreport.Interval{
			Start: i.Start.Seconds(), Width: i.Width.Seconds(), Sent: i.Sent(), Answered: i.Answered,
			Accepted: i.Accepted, Errors: i.Failed, Unanswered: i.Unanswered, Refused: i.Refused, LetThrough: i.LetThrough,
			P50: upTo(i.P50), P99: upTo(i.P99), Max: upTo(i.Max),
		})
	}
	return list
}
