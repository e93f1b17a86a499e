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
	slices.SortFunc(sent, time.Time.Compare)
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
	return accepted, most(sent)
}

// most returns the most of sorted times within any second.
func most(times []time.Time) (most int) {
	first := 0
	for i := range times {
		for times[i].Sub(times[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
