package calls

import (
	"slices"
	"time"
)

// Rate returns the requests sent per second while more were to come, and the
// most in any one second. The requests of the last second count for the second
// figure only: nobody knows how long they would have lasted. The rate is 0 if
// all were sent within a second.
func (p *Placement) Rate() (perSecond float64, busiest int) {
	times := make([]time.Time, len(p.Starts))
	for i, start := range p.Starts {
		times[i] = start.At
	}
	slices.SortFunc(times, time.Time.Compare)
	first := 0 // of the second that ends at i
	for i := range times {
		for times[i].Sub(times[first]) >= time.Second {
			first++
		}
		busiest = max(busiest, i-first+1)
	}
	if first > 0 { // times[:first] came a second and more before the last
		perSecond = float64(first) / times[len(times)-1].Sub(times[0]).Seconds()
	}
	return perSecond, busiest
}
