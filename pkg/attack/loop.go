package attack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"call-load-tester/pkg/burst"
)

// closedLoop lets each of so many senders work back to back until all requests
// are sent. It returns how long that took, which is the time of the sending.
func (a *Attack) closedLoop(ctx context.Context) (took, sending time.Duration) {
	a.recorder.begin()
	var stop atomic.Bool
	stop.Store(ctx.Err() != nil)
	defer context.AfterFunc(ctx, func() { stop.Store(true) })()

	var next atomic.Int64
	var senders sync.WaitGroup
	for range min(a.cfg.Concurrency, a.cfg.Requests) {
		senders.Go(func() {
			s := newSender(a)
			defer s.close()
			for !stop.Load() {
				k := next.Add(1) - 1
				if k >= int64(a.cfg.Requests) {
					return
				}
				s.send(int(k), immediately)
			}
		})
	}
	senders.Wait()
	took = time.Since(a.recorder.start)
	return took, took
}

// openLoop sends request k when it is due, floor(k / Rate) seconds after start,
// whatever became of those before it: all of a burst at once, as far as
// MaxInFlight and the limiter allow.
//
// A limiter of just the rate would let the bursts drift: each starts a timer's
// lateness after the second that it waited for, one slow burst delays all that
// follow, and there is no catching up. So the schedule sets the pace, and the
// limiter bounds how fast a run that fell behind comes back: at twice the rate.
//
// Connections that a burst needs are opened shortly before it: thousands opened
// within it would make its last requests late. It returns how long all took from
// the first burst on, and the time of the sending: as long as the bursts take at
// the rate, and how long after it was due the last request was sent.
func (a *Attack) openLoop(ctx context.Context) (took, sending time.Duration) {
	limiter := burst.New(2 * a.cfg.Rate)
	inFlight := make(chan struct{}, a.cfg.MaxInFlight)
	idle := &senderPool{attack: a}
	idle.dialAhead(ctx, min(a.burst(0), cap(inFlight)), time.Now().Add(ahead))
	a.recorder.begin()
	start := a.recorder.start
	sent, behind := 0, time.Duration(0)
	var requests sync.WaitGroup
	for k := range a.cfg.Requests {
		due := a.due(k)
		if k > 0 && k%a.cfg.Rate == 0 && sleepUntil(ctx, start.Add(due-ahead)) == nil {
			idle.dialAhead(ctx, min(a.burst(k), cap(inFlight)-len(inFlight)), start.Add(due))
		}
		if sleepUntil(ctx, start.Add(due)) != nil || limiter.Wait(ctx) != nil || acquire(ctx, inFlight) != nil {
			a.leave(k, time.Since(start))
			break
		}
		sent, behind = k+1, time.Since(start)-due
		requests.Go(func() {
			s := idle.take()
			s.send(k, due)
			idle.put(s)
			<-inFlight
		})
	}
	requests.Wait()
	idle.close()
	return time.Since(start), time.Duration(float64(sent)/float64(a.cfg.Rate)*float64(time.Second)) + behind
}

// due is when request k of an open loop is to be sent, after the start.
func (a *Attack) due(k int) time.Duration {
	return time.Duration(k/a.cfg.Rate) * time.Second
}

// burst returns how many requests are due at once from request k on.
func (a *Attack) burst(k int) int {
	return min(a.cfg.Rate, a.cfg.Requests-k)
}

// leave counts the requests that were due when an open loop was stopped before
// request k.
func (a *Attack) leave(k int, stopped time.Duration) {
	if due := min((int(stopped/time.Second)+1)*a.cfg.Rate, a.cfg.Requests); due > k {
		a.recorder.addUnsent(due-k, stopped-a.due(k))
	}
}

// acquire takes a place among the requests in flight, or returns ctx's error.
func acquire(ctx context.Context, inFlight chan<- struct{}) error {
	select {
	case inFlight <- struct{}{}:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sleepUntil returns ctx's error if ctx is done first.
func sleepUntil(ctx context.Context, t time.Time) error {
	wait := time.Until(t)
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
