package calls

import (
	"time"

	"call-load-tester/pkg/burst"
)

// maxRamp is a day: longer than anybody watches a cap grow.
const maxRamp = 24 * time.Hour

// caps are the caps of the plan's seconds, which grow while the ramp lasts.
func (p Plan) caps() burst.Schedule { return burst.Ramp(p.CPS, p.rampSeconds()) }

func (p Plan) rampSeconds() int { return int(p.Ramp / time.Second) }

// Cap returns the cap of second k, counted from the first start.
func (p Plan) Cap(k int) int { return p.caps()(k) }

// CapReached returns the largest cap of the seconds in which calls are started:
// less than CPS if the calls are through before the ramp is.
func (p Plan) CapReached() int { return p.Cap(p.second(p.CallCount - 1)) }

// Placing returns how long placing the calls takes at the cap, from the first
// start to the last. The plan must be a checked one.
func (p Plan) Placing() time.Duration {
	return time.Duration(p.second(p.CallCount-1)) * time.Second
}

// Left returns how long it takes at the cap from the beginning of second k until
// n more calls are placed.
func (p Plan) Left(k, n int) time.Duration {
	return time.Duration(p.second(p.total(k)+n)-k) * time.Second
}

// AverageCap returns the average of the caps of seconds from (from 0) until to, which
// is not among them.
func (s PlanSummary) AverageCap(from, to int) float64 {
	p := Plan{CPS: s.CPS, Ramp: time.Duration(s.RampSeconds) * time.Second}
	return float64(p.total(to)-p.total(from)) / float64(to-from)
}

// total returns the sum of the caps of the first so many seconds.
func (p Plan) total(seconds int) int {
	ramp := min(seconds, p.rampSeconds())
	return p.caps().Total(ramp) + (seconds-ramp)*p.CPS
}

// second returns the second in which start n (from 0) goes at the earliest.
func (p Plan) second(n int) int {
	ramp := p.rampSeconds()
	if within := p.total(ramp); n >= within {
		return ramp + (n-within)/p.CPS
	}
	return p.caps().Second(n)
}
