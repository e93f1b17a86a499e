package attack

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// A Pace says how long conversations take.
type Pace int

const (
	Fast Pace = iota // nobody speaks or thinks: requests follow at once
	Real             // as long as the call or the chat would
)

var paceNames = [...]string{Fast: "fast", Real: "real"}

// String returns the pace in lower case.
func (p Pace) String() string { return paceNames[p] }

// maxHangingUp is how many callbacks are under way at once at most after an
// interrupt, when all conversations end at the same moment.
const maxHangingUp = 256

// A conversation is one that is being held. While it waits it is a goroutine
// that sleeps: it has no connection, and no request.
type conversation struct {
	*dialog.Conversation
	attack    *Attack
	k         int // which of the run
	forged    bool
	told      time.Duration  // when it was told something last, since the start of the run
	callbacks sync.WaitGroup // that were due when they were handed out
	forks     forks
}

// converse holds conversation k, from its first request until it is over, and
// those of its callbacks that were due at once are answered: otherwise a closed
// loop would go on and leave an endpoint that is busy more and more of them. due
// is when it was to begin, since the start of the run. When ctx is done the
// caller hangs up, after the answer if one is awaited.
func (a *Attack) converse(ctx context.Context, k int, due time.Duration) {
	start := a.recorder.start
	now := time.Since(start)
	c := &conversation{
		Conversation: a.player.Begin(a.cfg.First+k, start.Add(now), [2]uint64{rand.Uint64(), rand.Uint64()}),
		attack:       a,
		k:            k,
		forged:       a.forgeries.is(k),
		told:         now,
	}
	a.recorder.beginConversation(now)
	for next := c.ask(due); !c.forged; {
		c.callBack(ctx, next.Callbacks...)
		c.fork(ctx, next.Forks)
		due = c.dueAfter(next.Wait)
		if sleepUntil(ctx, start.Add(due)) != nil {
			next = c.hangUp(next.Wait)
		}
		if next.Status != nil {
			c.callBack(ctx, *next.Status)
		}
		if next.Over {
			break
		}
		if next.Session != nil {
			next = c.hold(ctx, next.Session, due)
			continue
		}
		next = c.ask(due)
	}
	c.forks.end(ctx)
	a.recorder.endConversation(c, time.Since(start))
	c.callbacks.Wait()
}

// hangUp tells the conversation, which was to wait so long, that the run is
// stopped.
func (c *conversation) hangUp(wait time.Duration) dialog.Next {
	now := time.Since(c.attack.recorder.start)
	if c.attack.cfg.Pace == Real {
		wait = now - c.told
	}
	c.told = now
	return c.HangUp(wait)
}

// dueAfter returns when something is due that waits so long after what was told
// last.
func (c *conversation) dueAfter(wait time.Duration) time.Duration {
	if c.attack.cfg.Pace == Fast {
		return c.told
	}
	return c.told + wait
}

// ask sends the request that is due, tells the conversation what came of it, and
// returns what follows. In real pace it does so on a goroutine of its own: that
// takes a stack of 16 kB, which the conversation would keep while it waits.
func (c *conversation) ask(due time.Duration) dialog.Next {
	if c.attack.cfg.Pace == Fast {
		return c.send(due)
	}
	next := make(chan dialog.Next)
	go func() { next <- c.send(due) }()
	return <-next
}

// send does what ask says. That the first request may be late makes the
// conversation no longer.
func (c *conversation) send(due time.Duration) dialog.Next {
	r := requests.Get().(*dialog.Request)
	defer requests.Put(r)
	c.Request(r)
	pool := c.attack.pools.of(r.URL)
	s := pool.take()
	o := outcome{k: c.k, due: due, forged: c.forged}
	reading, err := s.ask(r, c.Conversation, pool.addr, &o)
	pool.put(s)
	took := o.ended - max(due, c.told)
	c.told = o.ended
	switch {
	case o.code == webhook.CutOff:
		return c.Cut(took)
	case errors.Is(err, errElsewhere):
		return c.Elsewhere(took)
	}
	return c.Answered(reading, r.SignURL, took)
}

// requests are those in flight: the memory of one that is answered is used again.
var requests = sync.Pool{New: func() any { return new(dialog.Request) }}

// callBack sends callbacks when they are due, whatever the conversation does
// meanwhile; at once when ctx is done.
func (c *conversation) callBack(ctx context.Context, callbacks ...dialog.Request) {
	for _, r := range callbacks {
		c.callBackAt(ctx, r, c.dueAfter(r.Wait))
	}
}

// callBackAt sends a callback that is due at a time since the start of the run.
func (c *conversation) callBackAt(ctx context.Context, r dialog.Request, due time.Duration) {
	a := c.attack
	group := &a.callbacks
	if due <= time.Since(a.recorder.start) {
		group = &c.callbacks
	}
	group.Go(func() {
		places := a.calling
		interrupted := sleepUntil(ctx, a.recorder.start.Add(due)) != nil
		if interrupted {
			places = a.hangingUp
		}
		places <- struct{}{}
		defer func() { <-places }()
		if a.isCut() {
			a.recorder.addUnsentCallback()
			return
		}
		if interrupted {
			due = time.Since(a.recorder.start)
		}
		pool := a.pools.of(r.URL)
		s := pool.take()
		o := outcome{k: c.k, due: due, callback: true}
		_, _ = s.ask(&r, nil, pool.addr, &o) // the outcome has it all
		pool.put(s)
	})
}
