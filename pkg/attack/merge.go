package attack

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/timeline"
	"call-load-tester/pkg/webhook"
)

// Mergeable returns an error if [Merge] cannot make one result of this and
// another: if they are not of the same load, not to be judged alike, or if both
// tell of the same run.
func (r *Result) Mergeable(with *Result) error {
	either := func(is bool, yes, no string) string {
		if is {
			return yes
		}
		return no
	}
	loop := func(r *Result) string { return either(r.Plan.IsOpen(), "open: there is a Rate", "closed") }
	for _, fact := range []struct{ what, own, other string }{
		{"the kind", r.Plan.Kind, with.Plan.Kind},
		{"the pace", r.Plan.Pace, with.Plan.Pace},
		{"the loop", loop(r), loop(with)},
		{"the run", either(r.DryRun, "dry", "real"), either(with.DryRun, "dry", "real")},
		{"what [Pass] asks for", r.Pass.limits(), with.Pass.limits()},
	} {
		if fact.own != fact.other {
			return fmt.Errorf("%s is %s, and not %s", fact.what, fact.other, fact.own)
		}
	}
	if slices.ContainsFunc(with.Runs, func(id string) bool { return slices.Contains(r.Runs, id) }) {
		return errors.New("both tell of the same run, which would count twice")
	}
	return nil
}

// Merge makes one result of those of several runs, as if one computer had sent
// everything: counts and histograms are added up, and the timelines by the second
// of the wall clock, each begun when its run was. The live peak is the most that
// the runs together had in one interval, at most. All must be mergeable with the
// first; they are not to be used any more.
func Merge(runs []*Result) *Result {
	first := runs[0]
	r := &Result{Command: first.Command, RecordVersion: RecordVersion, DryRun: first.DryRun, Began: first.Began}
	verdicts, statuses, causes := make(map[webhook.Code]int), make(map[int]int), make(map[string]int)
	var end, sent time.Time
	for _, run := range runs {
		if run.Began.Before(r.Began) {
			r.Began = run.Began
		}
		end = latest(end, run.Began.Add(seconds(run.Seconds)))
		if run.Rate > 0 {
			sent = latest(sent, run.Began.Add(seconds(float64(run.Requests.Sent)/run.Rate)))
		}
		r.Runs = append(r.Runs, run.Runs...)
		addInts(&r.Requests, run.Requests)
		r.Requests.MostLate = max(r.Requests.MostLate, run.Requests.MostLate)
		addCounts(verdicts, run.Verdicts, func(v Verdict) (webhook.Code, int) { return v.Code, v.Requests })
		addCounts(statuses, run.Statuses, func(s Status) (int, int) { return s.Status, s.Requests })
		addCounts(causes, run.Causes, func(c Cause) (string, int) { return c.Cause, c.Requests })
		r.BytesSent += run.BytesSent
		r.BytesReceived += run.BytesReceived
		r.Messages += run.Messages
		r.Received += run.Received
		r.Replies.Add(run.Replies)
		r.Histograms.add(run.Histograms)
		if run.Failures != nil {
			if r.Failures == nil {
				r.Failures = new(failures.Counts)
			}
			addInts(r.Failures, *run.Failures)
		}
		r.Interrupted = r.Interrupted || run.Interrupted
	}
	if slices.ContainsFunc(runs, func(run *Result) bool { return run.Failures == nil }) {
		r.Failures = nil // the sum would not be that of the requests
	}
	r.Seconds = end.Sub(r.Began).Seconds()
	if !sent.IsZero() {
		r.Rate = float64(r.Requests.Sent) / sent.Sub(r.Began).Seconds()
	}
	r.Verdicts = verdictsOf(verdicts)
	r.Statuses = list(statuses, func(status, n int) Status { return Status{status, n} })
	r.Causes = list(causes, func(cause string, n int) Cause { return Cause{cause, n} })
	r.Timeline = mergedTimeline(runs, r.Began)
	r.Plan = mergedPlan(runs, r.Timeline)
	r.Conversations, r.Steps, r.Agents = mergedConversations(runs, r.Timeline), mergedSteps(runs), mergedAgents(runs)
	r.Cost = mergedCost(runs, r)
	r.figure()
	if first.Pass != nil {
		r.Pass = first.Pass.judge(r)
	}
	return r
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// addInts adds the whole numbers in a struct to those of another of its type.
func addInts[S any](into *S, from S) {
	a, b := reflect.ValueOf(into).Elem(), reflect.ValueOf(from)
	for i := range a.NumField() {
		if field := a.Field(i); field.CanInt() {
			field.SetInt(field.Int() + b.Field(i).Int())
		}
	}
}

// addCounts adds a list of counts to those by key.
func addCounts[K comparable, C any](into map[K]int, list []C, read func(C) (K, int)) {
	for _, c := range list {
		key, n := read(c)
		into[key] += n
	}
}

func (h *Histograms) add(other Histograms) {
	h.Latency = h.Latency.plus(other.Latency)
	h.Service = h.Service.plus(other.Service)
	h.Lasted = h.Lasted.plus(other.Lasted)
}

// mergedCost is what all together would cost. Where they have different prices,
// their costs are added up.
func mergedCost(runs []*Result, all *Result) Cost {
	var cost Cost
	same := true
	for _, run := range runs {
		cost.Total += run.Cost.Total
		same = same && run.Cost.Priced == runs[0].Cost.Priced && run.Cost.Prices == runs[0].Cost.Prices
	}
	switch {
	case !same:
		return cost
	case runs[0].Cost.Priced:
		return costOf(runs[0].Cost.Prices, all)
	}
	return Cost{}
}

// mergedTimeline adds up the timelines, in intervals as wide as the widest, or
// wider where there would be too many.
func mergedTimeline(runs []*Result, began time.Time) []Interval {
	offset := func(run *Result) float64 { return run.Began.Sub(began).Round(time.Second).Seconds() }
	width, end := 1.0, 0.0
	for _, run := range runs {
		for _, i := range run.Timeline {
			width = max(width, i.Width)
			end = max(end, offset(run)+i.Start+i.Width)
		}
	}
	for end > timeline.MaxBins*width {
		width *= 2
	}
	all := make([]Interval, int(math.Ceil(end/width)))
	for _, run := range runs {
		own := make([]Interval, len(all)) // what the run has at once
		for _, i := range run.Timeline {
			k := min(int((offset(run)+i.Start)/width), len(all)-1)
			all[k].add(&i)
			own[k].Wanted = max(own[k].Wanted, i.Wanted)
			own[k].Live = max(own[k].Live, i.Live)
			own[k].Sessions = max(own[k].Sessions, i.Sessions)
		}
		for k, i := range own {
			all[k].Wanted += i.Wanted
			all[k].Live += i.Live
			all[k].Sessions += i.Sessions
		}
	}
	for k := range all {
		all[k].Start, all[k].Width = float64(k)*width, width
	}
	return all
}

// mergedConversations adds up the conversations; nil if there are none.
func mergedConversations(runs []*Result, timeline []Interval) *Conversations {
	var all *Conversations
	because := make(map[webhook.Code]int)
	var hosts []string
	for _, run := range runs {
		if run.Conversations == nil {
			continue
		}
		if all == nil {
			all = new(Conversations)
		}
		addInts(all, *run.Conversations)
		addCounts(because, run.Conversations.FailedBecause, func(f Failure) (webhook.Code, int) { return f.Code, f.Conversations })
		hosts = append(hosts, run.Conversations.ElsewhereHosts...)
	}
	if all == nil {
		return nil
	}
	all.FailedBecause = list(because, func(code webhook.Code, n int) Failure { return Failure{code, code.Name(), n} })
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	all.ElsewhereHosts = hosts[:min(len(hosts), dialog.MaxElsewhere)]
	all.PeakLive = 0
	for _, i := range timeline {
		all.PeakLive = max(all.PeakLive, i.Live)
	}
	return all
}

// mergedSteps adds up the steps by name, those of the most requests first.
func mergedSteps(runs []*Result) []Step {
	all := make(map[string]*step)
	for _, run := range runs {
		for _, s := range run.Steps {
			into := all[s.Name]
			if into == nil {
				into = &step{Step: Step{Name: s.Name}, verdicts: make(map[webhook.Code]int)}
				all[s.Name] = into
			}
			into.Requests += s.Requests
			into.Incomplete += s.Incomplete
			addCounts(into.verdicts, s.Verdicts, func(v Verdict) (webhook.Code, int) { return v.Code, v.Requests })
			into.latency = into.latency.plus(s.Latency)
		}
	}
	return stepsOf(all)
}

// mergedAgents adds up the sessions by agent, those of the most sessions first. How
// many there were at once is what the runs had at most, together.
func mergedAgents(runs []*Result) []Agent {
	all := make(map[string]*agent)
	for _, run := range runs {
		for _, a := range run.Agents {
			into := all[a.URL]
			if into == nil {
				into = &agent{Agent: Agent{URL: a.URL}, verdicts: make(map[webhook.Code]int), causes: make(map[string]int)}
				all[a.URL] = into
			}
			addInts(&into.Agent, a)
			addInts(&into.Histograms, a.Histograms)
			into.Patience, into.MostLate = max(into.Patience, a.Patience), max(into.MostLate, a.MostLate)
			addCounts(into.verdicts, a.Verdicts, func(v Verdict) (webhook.Code, int) { return v.Code, v.Requests })
			addCounts(into.causes, a.NotOpened, func(c SessionCause) (string, int) { return c.Cause, c.Sessions })
			into.Histograms.add(a.Histograms)
		}
	}
	return agentsOf(all)
}

func (h *AgentHistograms) add(other AgentHistograms) {
	h.Handshake = h.Handshake.plus(other.Handshake)
	h.FirstWord = h.FirstWord.plus(other.FirstWord)
	h.Answer = h.Answer.plus(other.Answer)
	h.TalkingOn = h.TalkingOn.plus(other.TalkingOn)
	h.FrameDelay = h.FrameDelay.plus(other.FrameDelay)
}
