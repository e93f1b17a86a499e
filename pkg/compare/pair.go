package compare

// A pair is a line's data in both runs.
type pair interface {
	// figures returns the figures of the whole runs, NaN where there is none.
	figures() (before, now float64)
	// blocks returns the number of blocks that have something in them.
	blocks() (before, now int)
	// at returns two estimates that are equal, but for chance, if now is factor
	// times before.
	at(factor float64) (before, now estimate)
	// balance returns the factor at which the two are equal.
	balance() float64
}

// A matcher makes pairs of two runs.
type matcher struct {
	before, now Run
	times       map[string][2]*distribution // what was read of histograms already
}

func newMatcher(before, now Run) *matcher {
	return &matcher{before: before, now: now, times: make(map[string][2]*distribution)}
}

func (m *matcher) pair(line Line) pair {
	if line.times == "" {
		return newRatios(
			newRatio(m.before.Counts[line.count], m.before.Counts[line.per]),
			newRatio(m.now.Counts[line.count], m.now.Counts[line.per]))
	}
	d, ok := m.times[line.times]
	if !ok {
		d = [2]*distribution{newDistribution(m.before.Times[line.times]), newDistribution(m.now.Times[line.times])}
		m.times[line.times] = d
	}
	return newPercentiles(d[0], d[1], line.percent)
}
