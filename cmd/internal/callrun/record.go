package callrun

import (
	"errors"
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/calls"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/twilioapi"
)

// Starts turns what came of placing calls into its part of the record.
func Starts(plan calls.Plan, result *calls.Result) *callsreport.Starts {
	p, lookUp := result.Placement, result.LookUp
	s := &callsreport.Starts{
		Asked:      plan.CallCount,
		Accepted:   len(p.Calls),
		Adopted:    len(lookUp.Adopted),
		NotFound:   len(lookUp.NotFound),
		Refused:    p.Refused.Total(),
		NotStarted: p.NotStarted,
		Failures:   failures(p.Refused),
		Strangers:  []string{},
		Cap:        plan.CPS,
		Requests:   len(p.Starts),
		Retries:    p.Retries,
		Throttled:  p.Throttles,
	}
	s.LookedUp = lookUp.Took.Seconds()
	for _, call := range lookUp.Strangers {
		s.Strangers = append(s.Strangers, call.SID)
	}
	s.Rate, s.BusiestSecond = p.Rate(plan.CPS)
	took := newTimes()
	for _, start := range p.Starts {
		_ = took.RecordValue(start.Took.Microseconds())
	}
	s.Response = quantiles(took, 1000)
	return s
}

// Endings turns what came of hanging up calls into its part of the record.
func Endings(e *calls.Ending) *callsreport.Endings {
	return &callsreport.Endings{
		Asked:       e.Asked,
		Ended:       e.Ended - (len(e.Live) - e.Failed), // of the live, those not failed are counted as ended there
		AlreadyOver: e.AlreadyOver,
		NotFound:    e.NotFound,
		Failed:      e.Failed,
		Live:        len(e.Live),
		Failures:    failures(e.Failures),
		Throttled:   e.Throttles,
	}
}

// Records turns what Twilio's records say into its part of the record. The cap
// is that of the starts; 0 if it is not known.
func Records(r *calls.Records, cap int) *callsreport.Records {
	rate, busiest := r.DialRate()
	records := &callsreport.Records{
		Calls:         r.Calls,
		Dialed:        r.Dialed,
		Answered:      r.Answered,
		Busy:          r.Busy,
		NoAnswer:      r.NoAnswer,
		Failed:        r.Failed,
		Canceled:      r.Canceled,
		NeverDialed:   r.NeverDialed,
		DialRate:      rate,
		BusiestSecond: busiest,
		PeakLive:      r.PeakLive(),
		Queue:         quantiles(r.Queue, 1),
		Estimate:      quantiles(r.Estimate, 1000),
		Answer:        quantiles(r.Answer, 1),
		BilledMinutes: r.BilledMinutes,
		Cost:          r.Cost,
		Unpriced:      r.Unpriced,
	}
	if r.SlowerThan(cap) {
		records.SlowerThanCap = fmt.Sprintf(
			"The account dials slower than the cap of %d: about %.1f calls a second; %d calls never rang.", cap, rate, r.NeverDialed)
	}
	return records
}

// failures turns refusals into the record's form.
func failures(refusals calls.Refusals) []callsreport.Failure {
	list := []callsreport.Failure{}
	for _, refusal := range refusals {
		f := callsreport.Failure{Meaning: refusal.Err.Error(), Calls: refusal.Count}
		var answer *twilioapi.APIError
		if errors.As(refusal.Err, &answer) {
			f.Code, f.Status, f.Meaning, f.Hint = answer.Code, answer.Status, answer.Meaning(), answer.Hint()
		}
		list = append(list, f)
	}
	return list
}

// quantiles reads a histogram whose values are so many to the unit.
func quantiles(h *hdrhistogram.Histogram, perUnit float64) callsreport.Quantiles {
	at := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / perUnit }
	return callsreport.Quantiles{Count: int(h.TotalCount()), P50: at(50), P95: at(95), P99: at(99), Max: float64(h.Max()) / perUnit}
}
