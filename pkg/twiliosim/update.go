package twiliosim

import "time"

// update changes a live call: ends it, redirects it, or moves its time limit. Twilio: Call resource, "Update a Call".
func (a *Account) update(q *request, c *call, now time.Duration) reply {
	form, state := q.form, c.status(now)
	limit, ok := number(form, "TimeLimit", defaultLimit)
	redirects := form.Get("Url") != "" || form.Get("Twiml") != ""
	switch s := form.Get("Status"); {
	case s != "" && s != statusCompleted && s != statusCanceled, !ok, limit < minLimit, limit > maxLimit:
		return refuse(20422)
	case a.cfg.Trial && form.Has("TimeLimit"):
		return refuse(10002)
	case !c.live(now) && (s == "" || !a.cfg.AllowEndTwice):
		return refuse(21220)
	case !c.live(now):
		// Over already, and that is all that was asked for.
	case s == statusCompleted, s == statusCanceled && state != statusInProgress:
		a.hangUp(c, now)
	case s == statusCanceled:
		// Leaves an answered call running. Twilio: docs/api/rest/change-call-state.
	case redirects && state != statusInProgress:
		return refuse(21220)
	case form.Has("TimeLimit"):
		c.times().relimit(a.timeLimit(limit), now, &a.cfg)
	}
	return showCall(200, q.account, a.shown(c, now))
}

// relimit changes how long c, which is live, may run. A call that has had its time already ends at once.
func (c *call) relimit(limit, now time.Duration, cfg *Config) {
	c.limit = limit
	if c.answered != never {
		c.ended = max(now, c.answered+c.talk(cfg))
	}
}

// remove deletes the record of a call that is over. Twilio: Call resource, error dictionary 20009.
func (a *Account) remove(c *call, now time.Duration) reply {
	if c.live(now) {
		return refuse(20009)
	}
	c.deleted = true
	return reply{status: 204}
}
