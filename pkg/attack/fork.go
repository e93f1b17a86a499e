package attack

import (
	"context"
	"sync"

	"call-load-tester/pkg/dialog"
)

// forks are the streams of one way of a conversation. The zero value is that of
// none.
type forks struct {
	stop map[string]context.CancelFunc // by SID
	held sync.WaitGroup
}

// fork begins and ends streams of one way when they are due, whatever the
// conversation does meanwhile.
func (c *conversation) fork(ctx context.Context, changes []dialog.Fork) {
	start := c.attack.recorder.start
	for _, f := range changes {
		due := c.dueAfter(f.Wait)
		if f.Begin == nil {
			stop := c.forks.stop[f.End]
			c.forks.held.Go(func() {
				_ = sleepUntil(ctx, start.Add(due))
				stop()
			})
			continue
		}
		ctx, stop := context.WithCancel(ctx)
		if c.forks.stop == nil {
			c.forks.stop = make(map[string]context.CancelFunc)
		}
		c.forks.stop[f.Begin.SID] = stop
		c.forks.held.Go(func() {
			if sleepUntil(ctx, start.Add(due)) == nil {
				c.inSession(ctx, f.Begin, due, false)
			}
		})
	}
}

// end ends all, since the call is over, and blocks until they are.
func (f *forks) end() {
	for _, stop := range f.stop {
		stop()
	}
	f.held.Wait()
}
