package calls

import (
	"slices"
	"time"
)

// Rate returns the starts that Twilio accepted per second, and the most
// requests sent in any one second, whatever their outcome. The accepted are
// counted from the first start to the one that opens the last burst: how long
// a burst itself took is not the rate. Where there were no more than one
// burst's worth, they are counted from the first to the last, and the rate is
// 0 if that took less than a second.
func (p *Placement) Rate(cps int) (accepted float64, busiest int) {
	var sent, good []time.Time
	for _, start := range p.Starts {
		sent = append(sent, start.At)
		if start.Outcome == Accepted {
			good = append(good, start.At)
		}
	}
	busiest, _ = count(sent)
	slices.SortFunc(good, time.Time.Compare)
	last := len(good) - 1
	if last > cps {
		last -= last % cps
	}
	if last > 0 {
		if took := good[last].Sub(good[0]); took >= time.Second {
			accepted = float64(last) / took.Seconds()
		}
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
