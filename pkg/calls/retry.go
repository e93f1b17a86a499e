package calls

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// createPatience bounds the repeats of a create that Twilio did not
	// process.
	createPatience = 2 * time.Minute

	// Patience bounds how long hang-ups and reads are repeated while Twilio
	// cannot be reached or cannot answer.
	Patience = 5 * time.Minute
)

// retry spaces the repeats of one request, and ends them.
type retry struct {
	until   time.Time
	backoff *backoff.ExponentialBackOff
}

// newRetry allows repeats for a while. They are spaced as Twilio advises: from
// 100 ms, doubled each time, jittered (Twilio: error 20429, best practices);
// never more than ten seconds apart, since phones ring meanwhile.
func newRetry(patience time.Duration) *retry {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 100 * time.Millisecond
	b.Multiplier = 2
	b.MaxInterval = 10 * time.Second
	b.Reset()
	return &retry{until: time.Now().Add(patience), backoff: b}
}

// again waits before a repeat after err and reports whether there should be
// one: not when the time is up or ctx is done.
func (r *retry) again(ctx context.Context, err error) bool {
	wait := r.backoff.NextBackOff()
	var e *APIError
	if errors.As(err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	if time.Now().Add(wait).After(r.until) {
		return false
	}
	return pause(ctx, wait)
}

// pause waits for d and reports whether ctx lasted as long.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// persist sends a request that is safe to repeat until it is answered for good:
// it is repeated after time-outs, resets, 429 and 5xx, for up to Patience.
func (c *Client) persist(ctx context.Context, send func() (Call, *exchange)) (Call, error) {
	for retry := newRetry(Patience); ; {
		call, ex := send()
		err := ex.failure()
		if !MayPass(err) || !retry.again(ctx, err) {
			return call, err
		}
	}
}

// MayPass reports whether the request that err came of may succeed if it is
// repeated.
func MayPass(err error) bool {
	var answer *APIError
	if errors.As(err, &answer) {
		return answer.scope() == scopeMoment || answer.mayHaveActed()
	}
	return err != nil && !isCertificateFailure(err)
}
