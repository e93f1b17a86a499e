package calls

import (
	"context"
	"iter"
	"math"
	"slices"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// Run places the calls of a checked plan, holds them, hangs them up and follows
// them until they are over. Starts of unknown outcome are looked up as soon as
// placing is through; those found are hung up with the others.
//
// The end of stop is a wish to stop: nothing more is started, nothing is held
// any longer, and everything is cleaned up as planned. So do errors that stop
// the placing. The end of ctx cuts everything off.
func Run(ctx, stop context.Context, client *twilioapi.Client, plan Plan, file SIDFile, watch Observer) *Result {
	watch = watch.oneAtATime()
	r := &Result{Began: time.Now(), Plan: plan.Summary()}
	placed := place(ctx, stop, client, plan, file, watch)
	client.Trim(endAtOnce)

	holding, letGo := context.WithCancel(stop)
	defer context.AfterFunc(ctx, letGo)()
	lookUp := newLookUp(ctx, client, r.Began, placed, file, watch)
	go lookUp.lookUp(holding)
	if placed.err == nil && plan.EndCalls {
		hold(holding, plan.Hold-time.Since(placed.lastAt), watch)
	}
	letGo()

	if plan.EndCalls {
		hangUps, records := end(ctx, client, andThen(slices.Values(placed.calls), lookUp.adopted), math.MaxInt, watch)
		if hangUps.Asked > 0 {
			r.HangUps, r.Records = hangUps, records
		}
	}
	for range lookUp.adopted { // what is left of it, if the calls go on
	}
	lookUp.finish()
	r.Starts, r.Err = placed.starts, placed.err
	r.conclude(placed.sent)
	return r
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

// andThen yields the calls of a sequence, then those of a channel until it is
// closed.
func andThen(first iter.Seq[Placed], then <-chan Placed) iter.Seq[Placed] {
	return func(yield func(Placed) bool) {
		for call := range first {
			if !yield(call) {
				return
			}
		}
		for call := range then {
			if !yield(call) {
				return
			}
		}
	}
}
