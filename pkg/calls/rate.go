package calls

import (
	"slices"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// Rate returns the starts that Twilio accepted per second, and the most
// requests sent in any one second, whatever their outcome. The accepted are
// those sent from the first request until the one that opens the last burst:
// how long a burst itself took is not the rate. Where there was no more than
// one burst's worth, they are counted until the last request, and the rate is 0
// if that took less than a second.
func (p *Placement) Rate(cps int) (accepted float64, busiest int) {
	if len(p.Starts) == 0 {
		return 0, 0
	}
	starts := slices.SortedFunc(slices.Values(p.Starts), func(a, b Start) int { return a.At.Compare(b.At) })
	last := len(starts) - 1
	if last > cps {
		last -= last % cps
	}
	for _, start := range starts[:last] {
		if start.Outcome == twilioapi.Accepted {
			accepted++
		}
	}
	took := starts[last].At.Sub(starts[0].At)
	if took < time.Second {
		return 0, most(starts)
	}
	return accepted / took.Seconds(), most(starts)
}

// most returns the most of sorted starts within any second.
func most(starts []Start) (most int) {
	first := 0
	for i := range starts {
		for starts[i].At.Sub(starts[first].At) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
