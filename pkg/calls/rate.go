package calls

import (
	"slices"
	"time"
)

// Rate returns the starts that Twilio accepted per second, and the most
// requests sent in any one second, whatever their outcome. The starts of the
// last second do not count for the rate, since that second was not over; it is
// 0 if all were sent within a second.
func (p *Placement) Rate() (accepted float64, busiest int) {
	var sent, good []time.Time
	for _, start := range p.Starts {
		sent = append(sent, start.At)
		if start.Outcome == Accepted {
			good = append(good, start.At)
		}
	}
	busiest, _ = count(sent)
	if _, before := count(good); before > 0 {
		accepted = float64(before) / good[len(good)-1].Sub(good[0]).Seconds()
	}
	return accepted, busiest
}

// count sorts times, and returns the most of them within any second and how
// many there are before the last second.
func count(times []time.Time) (busiest, before int) {
	slices.SortFunc(times, time.Time.Compare)
	for i := range times {
		for times[i].Sub(times[before]) >= time.Second {
			before++
		}
		busiest = max(busiest, i-before+1)
	}
	return busiest, before
}
