package attack

import (
	"fmt"
	"strings"
)

// A Pass is what a run must reach, and whether it has. The zero value asks for
// nothing.
type Pass struct {
	Passed           bool     `json:"passed"`
	Missed           []string `json:"missed,omitempty"`             // the limits that were, by their names in the configuration
	MaxFailedPercent *float64 `json:"max_failed_percent,omitempty"` // of incomplete requests
	MaxP99           *float64 `json:"max_p99_ms,omitempty"`         // of the latency
	MaxFirstWord     *float64 `json:"max_first_word_ms,omitempty"`  // of each agent, as a 99th percentile
	MinAsMeant       *float64 `json:"min_conversations_percent,omitempty"`
	MaxSlower        *float64 `json:"max_slower_percent,omitempty"` // of the 99th percentiles of the latency and of the first word, than before, and more than chance
}

// limits says what must be reached.
func (p *Pass) limits() string {
	if p == nil {
		p = new(Pass)
	}
	var limits []string
	add := func(format string, limit *float64) {
		if limit != nil {
			limits = append(limits, fmt.Sprintf(format, *limit))
		}
	}
	add("Failed %v%%", p.MaxFailedPercent)
	add("P99 %v ms", p.MaxP99)
	add("FirstWord %v ms", p.MaxFirstWord)
	add("Conversations %v%%", p.MinAsMeant)
	add("Slower %v%%", p.MaxSlower)
	if len(limits) == 0 {
		return "nothing"
	}
	return strings.Join(limits, " and ")
}

// judge says whether the run has reached what was asked of it, and what it has
// missed; nil if nothing was asked. A run that sent nothing has reached nothing, and
// one in which too many requests died has no P99; as have agents that left too many
// callers without a word. Nothing is faster than before where there is too little to
// tell.
func (p Pass) judge(r *Result) *Pass {
	asked := false
	p.Missed = nil
	for _, limit := range []struct {
		name    string
		value   *float64
		reached func(value float64) bool
	}{
		{"Failed", p.MaxFailedPercent, func(most float64) bool { return r.Requests.Sent > 0 && r.IncompletePercent() <= most }},
		{"P99", p.MaxP99, func(most float64) bool { return r.HasP99() && r.Latency.P99 <= most }},
		{"FirstWord", p.MaxFirstWord, func(most float64) bool { return r.HasFirstWord() && r.FirstWordP99() <= most }},
		{"Conversations", p.MinAsMeant, func(least float64) bool {
			return r.Conversations != nil && r.Conversations.Ended() > 0 && r.Conversations.AsMeantPercent() >= least
		}},
		{"Slower", p.MaxSlower, func(float64) bool { return r.Comparison != nil && r.Comparison.isNotSlower() }},
	} {
		if limit.value == nil {
			continue
		}
		if asked = true; !limit.reached(*limit.value) {
			p.Missed = append(p.Missed, limit.name)
		}
	}
	if !asked {
		return nil
	}
	p.Passed = len(p.Missed) == 0
	return &p
}
