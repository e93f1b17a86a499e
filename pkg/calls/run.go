package calls

import (
	"context"
	"math"
	"sync"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// Run places the calls of a checked plan, hangs each up when it is due, and
// follows them until they are over. Without a call duration all are due when
// the hold after the last start is over, and starts of unknown outcome are looked
// up as soon as placing is through; with one, all of that goes on while others
// are placed. Lost starts that are found are hung up like the others.
//
// The end of stop is a wish to stop: nothing more is started, nothing is held
// any longer, and everything is cleaned up as planned. So do errors that stop
// the placing. When hanging up is given up, because every hang-up would fail, all
// calls that are not due yet are tried once, at once. The end of ctx cuts
// everything off.
func Run(ctx, stop context.Context, client *twilioapi.Client, plan Plan, file SIDFile, watch Observer) *Result {
	watch = watch.oneAtATime()
	r := &Result{Began: time.Now(), Plan: plan.Summary()}
	inFlight := newInFlight(maxInFlight, watch)
	due := newDue()
	placing := newPlacing(ctx, stop, client, plan, inFlight, file, due, watch)
	ending := newEnding(ctx, client, math.MaxInt, watch)
	defer ending.giveUp(nil)
	if plan.CallDuration > 0 {
		ending.besides(ctx, placing)
		defer context.AfterFunc(stop, due.release)()
	}
	holding, letGo := context.WithCancel(stop)
	defer context.AfterFunc(ending.ctx, func() { // ctx is over, or hanging up was given up
		due.release()
		letGo()
	})()
	lookUp := newLookUp(ctx, ending.inFlight, r.Began, placing, watch)

	var cleaning sync.WaitGroup
	if plan.EndCalls {
		cleaning.Go(func() { ending.run(due.all()) })
	}
	through := make(chan struct{})
	cleaning.Go(func() {
		if plan.CallDuration > 0 {
			lookUp.whilePlacing(through)
		}
		<-through
		lookUp.afterwards(holding)
		due.close()
	})
	placing.place()
	atOnce := inFlight.AtOnce()
	client.Trim(plan.hangUpsAtOnce())
	close(through)
	if placing.stoppedBy() == nil && plan.EndCalls {
		hold(holding, plan.lasts()-time.Since(placing.lastAt), watch)
	}
	letGo()
	due.release()
	cleaning.Wait()

	lookUp.finish()
	if ending.hangUps.Asked > 0 {
		r.HangUps, r.Records = ending.hangUps, ending.records
	}
	if plan.CallDuration > 0 {
		r.Held = newHeld(plan, ending.late, r.Records, atOnce)
	}
	r.Starts, r.Err = placing.starts, placing.err
	r.Starts.Throttled = inFlight.Throttled(twilioapi.ForCreate)
	if r.HangUps == nil { // else its reads are counted there
		r.Starts.Throttled += ending.inFlight.Throttled(twilioapi.ForRead)
	}
	r.summarize(placing.sent)
	return r
}

// newInFlight allows up to ceiling requests in flight, and tells when Twilio
// allows less.
func newInFlight(ceiling int, watch Observer) *twilioapi.InFlight {
	return twilioapi.NewInFlight(ceiling, func(limit int) { watch.tell(Slowed{limit}) })
}

// hold waits for the hold to be over, or for a wish to stop.
func hold(stop context.Context, left time.Duration, watch Observer) {
	if left <= 0 || stop.Err() != nil {
		return
	}
	watch.tell(Holding{left})
	pause(stop, left)
}

// pause waits for d and reports whether ctx lasted as long.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
