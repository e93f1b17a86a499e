package attack

import (
	"slices"
	"strings"
)

// mergedPlan is what was asked of all together. Of users, and how many at once or a
// second, that is the most in an interval where no run had numbers that were given
// beforehand, and else their sum.
func mergedPlan(runs []*Result, timeline []Interval) PlanSummary {
	plan := runs[0].Plan
	plan.Open = plan.IsOpen()
	endpoints := []string{plan.Endpoint}
	forged := plan.BadSignature * float64(plan.Requests+plan.Conversations)
	for _, run := range runs[1:] {
		p := run.Plan
		if !slices.Contains(endpoints, p.Endpoint) {
			endpoints = append(endpoints, p.Endpoint)
		}
		plan.Users += p.Users
		plan.Concurrency += p.Concurrency
		plan.Requests += p.Requests
		plan.Rate += p.Rate
		plan.Conversations += p.Conversations
		plan.ConversationRate += p.ConversationRate
		plan.Rows = max(plan.Rows, p.Rows)
		plan.RampSeconds = max(plan.RampSeconds, p.RampSeconds)
		plan.TimeoutSeconds = min(plan.TimeoutSeconds, p.TimeoutSeconds)
		forged += p.BadSignature * float64(p.Requests+p.Conversations)
	}
	if !slices.ContainsFunc(runs, (*Result).isFixed) {
		plan.setNumbers(mostWanted(timeline))
	}
	plan.Endpoint = strings.Join(endpoints, ", ")
	if all := plan.Requests + plan.Conversations; all > 0 {
		plan.BadSignature = forged / float64(all)
	}
	return plan
}

// isFixed reports whether the numbers of a run were given beforehand, and not by
// [Config.Wanted].
func (r *Result) isFixed() bool {
	p := r.Plan
	return max(p.Users, p.Concurrency, p.Rate, p.ConversationRate) > 0 && mostWanted(r.Timeline) == 0
}

// mostWanted returns the most that were wanted at a time.
func mostWanted(timeline []Interval) int {
	most := 0
	for _, i := range timeline {
		most = max(most, i.Wanted)
	}
	return most
}

// setNumbers makes those numbers that are not 0 what was wanted.
func (p *PlanSummary) setNumbers(wanted int) {
	for _, n := range []*int{&p.Users, &p.Concurrency, &p.Rate, &p.ConversationRate} {
		if *n > 0 {
			*n = wanted
		}
	}
}
