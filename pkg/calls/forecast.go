package calls

import "time"

// PeakLive returns the most calls that are live at once if the plan's starts are
// accepted at once.
func (p Plan) PeakLive() int {
	if p.CallDuration == 0 {
		return p.CallCount
	}
	lasts := int((p.CallDuration + time.Second - 1) / time.Second)
	placed := p.second(p.CallCount-1) + 1 // seconds; the caps of the last are the largest
	return min(p.CallCount, p.total(placed)-p.total(max(0, placed-lasts)))
}

// lasts returns how long after the last start the last hang-up is due.
func (p Plan) lasts() time.Duration { return max(p.Hold, p.CallDuration) }

// Minutes returns the minutes that Twilio bills if all calls are answered at
// once and go as planned; each call is rounded up.
func (p Plan) Minutes() int {
	return p.CallCount * ceilMinutes(p.LongestCall())
}

// LongestCall returns how long a call lasts at most that is answered at once: as
// planned, or until its time limit, if that is shorter.
func (p Plan) LongestCall() time.Duration {
	if p.IsCutOff() {
		return p.TimeLimit
	}
	return p.longest()
}

// IsCutOff reports whether the time limit ends calls that would go on by the plan.
func (p Plan) IsCutOff() bool { return p.TimeLimit > 0 && p.TimeLimit < p.longest() }

func (p Plan) longest() time.Duration {
	if p.CallDuration > 0 {
		return p.CallDuration
	}
	return max(p.Placing()+p.Hold, time.Second)
}

// WorstMinutes returns the minutes that Twilio bills if all calls are answered
// and nothing but the time limit ends them.
func (p Plan) WorstMinutes() int {
	limit := p.TimeLimit
	if limit == 0 {
		limit = MaxDefaultTimeLimit
	}
	return p.CallCount * ceilMinutes(limit+overTheLimit)
}

// overTheLimit is how much longer than its time limit a call may be billed.
const overTheLimit = time.Second

func ceilMinutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// DefaultTimeLimit is twice the time the plan takes from the first start to the
// last hang-up, plus ten minutes: what Twilio should end the calls after if
// nobody else does. With a call duration it is 55 seconds more than that, at
// least a minute. It is 0 if the calls are not to be ended.
func (p Plan) DefaultTimeLimit() time.Duration {
	if !p.EndCalls {
		return 0
	}
	if p.CallDuration > 0 {
		return max(minTimeLimit, p.CallDuration+afterDuration).Truncate(time.Second)
	}
	limit := 2*(p.Placing()+p.Hold) + 10*time.Minute
	return limit.Round(time.Second)
}

// afterDuration is how long after its hang-up is due Twilio ends an answered call
// by itself.
const afterDuration = 55 * time.Second

// MaxDefaultTimeLimit is the longest that Twilio lets a call go on unless the
// account says otherwise (Twilio: configurable call limits). A plan that needs
// more must say so itself.
const MaxDefaultTimeLimit = 4 * time.Hour
