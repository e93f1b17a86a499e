package attack

import (
	"maps"
	"slices"

	"call-load-tester/pkg/webhook"
)

// A Step says what became of the requests of one step of conversations.
type Step struct {
	Name       string    `json:"step"` // method and path
	Requests   int       `json:"requests"`
	Incomplete int       `json:"not_completed"`
	Verdicts   []Verdict `json:"verdicts"`       // of the accepted, errored and unanswered
	P50        float64   `json:"latency_p50_ms"` // to two digits, as the others
	P99        float64   `json:"latency_p99_ms"`
	Max        float64   `json:"latency_max_ms"`

	Latency *Distribution `json:"latency,omitempty"` // what the times above come from; nil if there are none
}

const (
	maxSteps   = 100 // that are told apart
	otherSteps = "other"
)

// A step is a Step that is being filled.
type step struct {
	Step
	verdicts map[webhook.Code]int
	latency  *Distribution
}

// step returns the step of that name. Those beyond the first 100 are one.
func (r *recorder) step(name string) *step {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.steps[name]; s != nil {
		return s
	}
	if len(r.steps) >= maxSteps {
		name = otherSteps
	}
	if r.steps[name] == nil {
		r.steps[name] = &step{
			Step:     Step{Name: name},
			verdicts: make(map[webhook.Code]int),
			latency:  newDistribution(fewDigits),
		}
	}
	return r.steps[name]
}

// count counts a request of the step.
func (s *step) count(o *outcome) {
	s.Requests++
	if !o.class.complete() {
		s.Incomplete++
	}
	if o.class != refused && o.class != letThrough {
		s.verdicts[o.code]++
	}
	if o.timed() {
		s.latency.record(o.ended - o.due)
	}
}

// stepsOf concludes the steps, those of the most requests first.
func stepsOf(all map[string]*step) []Step {
	var steps []Step
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name].Step
		s.Verdicts = verdictsOf(all[name].verdicts)
		s.Latency = all[name].latency.orNil()
		steps = append(steps, s)
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return b.Requests - a.Requests })
	return steps
}

// figure works out the times from their distribution.
func (s *Step) figure() {
	if s.Latency != nil {
		s.P50, s.P99, s.Max = s.Latency.at(50), s.Latency.at(99), ms(s.Latency.longest)
	}
}
