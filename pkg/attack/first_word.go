package attack

import "slices"

// Unopened returns how many sessions were not opened: callers who never got to a
// turn. Streams of one way have none.
func (a *Agent) Unopened() int {
	return count(a.NotOpened, func(c SessionCause) int { return c.Sessions }) - a.OneWayNotOpened
}

// WordsDue returns how many turns were to be answered with a word: all but those
// that the run's stop left without one, and those that were answered by a hand-off.
func (a *Agent) WordsDue() int { return a.Turns - a.Unheard - a.HandedOff }

// IsSilent reports whether too many callers got no word: in more than one turn in
// a hundred; a session that was not opened is such a turn. An agent that only
// hears is not silent.
func (a *Agent) IsSilent() bool {
	due := a.WordsDue() + a.Unopened()
	return 100*(due-a.Answered) > due
}

// HasFirstWord reports whether the 99th percentile of the time to the first word
// says anything of the run: if there is a first word, and no agent is silent.
func (r *Result) HasFirstWord() bool {
	return count(r.Agents, func(a Agent) int { return a.Answered }) > 0 &&
		!slices.ContainsFunc(r.Agents, func(a Agent) bool { return a.IsSilent() })
}

// FirstWordP99 returns the 99th percentile of the time to the first word, of the
// slowest agent.
func (r *Result) FirstWordP99() float64 {
	slowest := 0.0
	for _, a := range r.Agents {
		slowest = max(slowest, a.FirstWord.P99)
	}
	return slowest
}
