package twilioapi

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// RetryFor bounds how long requests that are safe to repeat are repeated while
// Twilio cannot be reached or cannot answer.
const RetryFor = 5 * time.Minute

// A Backoff spaces the repeats of one request, and ends them.
type Backoff struct {
	until   time.Time
	backoff *backoff.ExponentialBackOff
}

// NewBackoff allows repeats for a while. They are spaced as Twilio advises: from
// 100 ms, doubled each time, jittered (Twilio: error 20429, best practices);
// never more than ten seconds apart, since phones ring meanwhile.
func NewBackoff(duration time.Duration) *Backoff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 100 * time.Millisecond
	b.Multiplier = 2
	b.MaxInterval = 10 * time.Second * 2 / 3 // the jitter makes it up to half as much again
	b.Reset()
	return &Backoff{until: time.Now().Add(duration), backoff: b}
}

// Wait waits before a repeat after err and reports whether there should be one:
// not when the time is up or ctx is done.
func (b *Backoff) Wait(ctx context.Context, err error) bool {
	wait := b.backoff.NextBackOff()
	var e *APIError
	if errors.As(err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	if time.Now().Add(wait).After(b.until) {
		return false
	}
	select {
	case <-time.After(wait):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// Retry sends a request that is safe to repeat until it is answered for good:
// again while its error [IsTemporary], for up to [RetryFor].
func Retry(ctx context.Context, send func() error) error {
	for backoff := NewBackoff(RetryFor); ; {
		if err := send(); !IsTemporary(err) || !backoff.Wait(ctx, err) {
			return err
		}
	}
}
