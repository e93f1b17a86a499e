package twilioapi

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A connection goes to who has waited longest, not to who had it opened; so
// whoever still waits has another one opened.
func TestAWaiterWhoseConnectionWentToAnotherIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opened atomic.Int32
		pool := &pool{template: &http.Transport{}, warmUp: func(_ context.Context, c *connection) error {
			if opened.Add(1) == 1 {
				time.Sleep(10 * time.Second)
				return errors.New("the first connection hangs")
			}
			c.socket = newSocket(nil)
			c.socket.answered.Store(true)
			return nil
		}}
		began := time.Now()
		waiter := func(after time.Duration) chan time.Duration {
			served := make(chan time.Duration, 1)
			go func() {
				time.Sleep(after)
				if _, err := pool.warm(t.Context()); err != nil {
					t.Error(err)
				}
				served <- time.Since(began)
			}()
			return served
		}
		first, second := waiter(0), waiter(100*time.Millisecond)
		// The second's connection, opened at 0.6 s, goes to the first.
		if got := <-first; got != 600*time.Millisecond {
			t.Errorf("the first was served after %v, want 600ms", got)
		}
		if got := <-second; got != 1100*time.Millisecond {
			t.Errorf("the second was served after %v, want 1.1s", got)
		}
		time.Sleep(10 * time.Second) // the hanging one ends
	})
}
