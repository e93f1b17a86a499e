package twilioapi

import (
	"net/http"
	"sync"
	"time"
)

// A clock relates this machine's time to Twilio's, as the Date headers of its
// answers show it, in whole seconds. It is safe for concurrent use.
type clock struct {
	mu     sync.Mutex
	known  bool
	offset time.Duration // Twilio's clock is at least this far ahead of ours
}

// observe learns from an answer received at the given time.
func (c *clock) observe(h http.Header, received time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := date.Sub(received); !c.known || ahead > c.offset {
		c.offset, c.known = ahead, true
	}
}

// theirs returns the time on Twilio's clock at one of ours, less up to a second
// and the time of an answer's way.
func (c *clock) theirs(ours time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ours.Add(c.offset)
}
