package attack

import (
	"fmt"
	"strings"
)

// A Pass is what a run must reach, and whether it has. The zero value asks for
// nothing.
type Pass struct {
	Passed           bool     `json:"passed"`
	MaxFailedPercent *float64 `json:"max_failed_percent,omitempty"` // of incomplete requests
	MaxP99           *float64 `json:"max_p99_ms,omitempty"`         // of the latency
	MaxFirstWord     *float64 `json:"max_first_word_ms,omitempty"`  // of each agent, as a 99th percentile
	MinAsMeant       *float64 `json:"min_conversations_percent,omitempty"`
	MaxSlower        *float64 `json:"max_slower_percent,omitempty"` // of the latency's 99th percentile, than before, and more than chance
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
	if len(limits) == 0 {
		return "nothing"
	}
	return strings.Join(limits, " and ")
}

// judge says whether the run has reached what was asked of it; nil if nothing
// was. A run that sent nothing has reached nothing, and one in which too many
// requests died has no P99; as have agents that left too many turns unanswered. Nothing is faster than
// before where there is too little to tell.
func (p Pass) judge(r *Result) *Pass {
	if p.MaxFailedPercent == nil && p.MaxP99 == nil && p.MaxFirstWord == nil && p.MinAsMeant == nil && p.MaxSlower == nil {
		return nil
	}
	p.Passed = r.Requests.Sent > 0 &&
		(p.MaxFailedPercent == nil || r.IncompletePercent() <= *p.MaxFailedPercent) &&
		(p.MaxP99 == nil || r.HasP99() && r.Latency.P99 <= *p.MaxP99) &&
		(p.MaxFirstWord == nil || r.HasFirstWord() && r.FirstWordP99() <= *p.MaxFirstWord) &&
		(p.MinAsMeant == nil || r.Conversations != nil && r.Conversations.AsMeantPercent() >= *p.MinAsMeant) &&
		(p.MaxSlower == nil || r.HasP99() && r.Comparison != nil && r.Comparison.Slower == WithinChance)
	return &p
}
