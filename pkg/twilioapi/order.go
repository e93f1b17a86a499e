package twilioapi

import "time"

// An order is what was seen of the order of a list. Twilio documents none; an
// account may list its calls by creation, by start, or otherwise. A list is
// taken to be latest first by a date only where that was seen to hold in all
// that was read of it.
type order struct{ created, started descent }

// see takes in the next call of a list.
func (o *order) see(c Call) {
	o.created.see(c.Created)
	o.started.see(c.Started)
}

// isPast reports whether the calls created at a time or later are all read. A
// call is not started before it is created, so either date may tell; but any
// date that the list may still be ordered by must.
func (o *order) isPast(t time.Time) bool {
	return (o.created.isSeen() || o.started.isSeen()) && o.created.isPast(t) && o.started.isPast(t)
}

// A descent follows one date down a list.
type descent struct {
	last   time.Time
	steps  int  // how often a date was earlier than the one before
	broken bool // a date was later than the one before, or missing
}

// enoughSteps shows an order: calls in no order go down so often, and never up,
// once in 40,320 lists.
const enoughSteps = 8

func (d *descent) see(date time.Time) {
	switch {
	case date.IsZero(), !d.last.IsZero() && date.After(d.last):
		d.broken = true
	case date.Before(d.last):
		d.steps++
	}
	d.last = date
}

func (d *descent) isSeen() bool { return !d.broken && d.steps >= enoughSteps }

// isPast reports whether nothing of a time or later follows, if this is the
// order of the list.
func (d *descent) isPast(t time.Time) bool { return d.broken || d.last.Before(t) }
