package attack

import (
	"context"
	"sync"
	"time"

	"call-load-tester/pkg/dialog"
)

// forks are the streams of one way of a conversation. The zero value is that of
// none.
type forks struct {
	stop map[string]context.CancelCauseFunc // by SID
	held sync.WaitGroup
}

// An overBefore says why a stream of one way was over before it was open, in a run
// that nobody stopped.
type overBefore string

const (
	callOver      overBefore = "the call was over before"
	streamStopped overBefore = "a Stop came before"
)

func (o overBefore) Error() string { return string(o) }

// fork begins and ends streams of one way when they are due, whatever the
// conversation does meanwhile. In fast pace, where calls take no time, the end of
// one does not overtake the handshake.
func (c *conversation) fork(ctx context.Context, changes []dialog.Fork) {
	start := c.attack.recorder.start
	for _, f := range changes {
		due := c.dueAfter(f.Wait)
		if f.Begin == nil {
			stop := c.forks.stop[f.End]
			c.forks.held.Go(func() {
				if sleepUntil(ctx, start.Add(due)) == nil {
					stop(streamStopped)
				}
			})
			continue
		}
		live, stop := context.WithCancelCause(ctx)
		opening := live
		if c.attack.cfg.Pace == Fast {
			opening = ctx
		}
		if c.forks.stop == nil {
			c.forks.stop = make(map[string]context.CancelCauseFunc)
		}
		c.forks.stop[f.Begin.SID] = stop
		c.forks.held.Go(func() {
			if _ = sleepUntil(opening, start.Add(due)); ctx.Err() == nil && time.Since(start) >= due {
				c.inSession(opening, live, f.Begin, due, false)
			}
		})
	}
}

// end ends all, since the call is over, and blocks until they are. If ctx is done
// that is so because the run is stopped, which they may not have seen yet.
func (f *forks) end(ctx context.Context) {
	why := context.Cause(ctx)
	if why == nil {
		why = callOver
	}
	for _, stop := range f.stop {
		stop(why)
	}
	f.held.Wait()
}
