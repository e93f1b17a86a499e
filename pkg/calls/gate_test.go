package calls

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errThrottled = &APIError{Status: 429, Code: codeTooManyAtOnce}

// enterAll takes as many places as there are at once.
func enterAll(t *testing.T, g *gate) []*pass {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var passes []*pass
	for {
		got := make(chan *pass, 1)
		go func() {
			p, err := g.enter(ctx)
			if err == nil {
				got <- p
			}
			close(got)
		}()
		synctest.Wait()
		select {
		case p := <-got:
			passes = append(passes, p)
		default:
			return passes
		}
	}
}

func TestGateHalvesAndGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		g := newGate(50, func(limit int) { told = append(told, limit) })
		passes := enterAll(t, g)
		if len(passes) != 50 {
			t.Fatalf("%d in flight at first, want the ceiling of 50", len(passes))
		}
		for _, p := range passes {
			p.leave(errThrottled) // all at once: one halving
		}
		if g.limit != 25 || len(told) != 1 || told[0] != 25 || g.throttles() != 50 {
			t.Errorf("limit %d, told %v, throttled %d; want 25, once, 50", g.limit, told, g.throttles())
		}
		for range 10 { // one more a second, however many are accepted
			time.Sleep(time.Second)
			for range 3 {
				p, err := g.enter(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				p.leave(nil)
			}
		}
		if g.limit != 35 {
			t.Errorf("limit %d after ten accepted seconds, want 35", g.limit)
		}
		time.Sleep(time.Second)
		p, _ := g.enter(t.Context())
		p.leave(errors.New("anything else"))
		if g.limit != 35 {
			t.Errorf("limit %d after a failure, want it unchanged", g.limit)
		}
	})
}

// Once the gate has found what the account allows, it tries one more each
// second, and takes no more than that back.
func TestGateStaysAtWhatIsAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const allowed = 10
		halvings := 0
		g := newGate(16, func(int) { halvings++ })
		for second := range 30 {
			passes := enterAll(t, g)
			if second > 5 && (len(passes) < allowed || len(passes) > allowed+1) {
				t.Errorf("second %d: %d in flight, want 10 or 11", second, len(passes))
			}
			time.Sleep(time.Second)
			for i, p := range passes {
				if i < allowed {
					p.leave(nil)
				} else {
					p.leave(errThrottled)
				}
			}
		}
		if halvings != 1 {
			t.Errorf("%d halvings, want the first one only", halvings)
		}
		for range 3 { // it allows less now
			for _, p := range enterAll(t, g) {
				p.leave(errThrottled)
			}
		}
		if g.limit > 3 || halvings < 3 {
			t.Errorf("limit %d after %d halvings, want it lowered fast", g.limit, halvings)
		}
	})
}

func TestGateNeverCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(8, nil)
		for range 10 {
			p, err := g.enter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p.leave(errThrottled)
		}
		if g.limit != 1 {
			t.Errorf("limit %d, want 1", g.limit)
		}
	})
}

func TestGateGivesBackThePlaceOfWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, nil)
		p, _ := g.enter(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error)
		go func() {
			_, err := g.enter(ctx)
			gaveUp <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("entering with a cancelled context: %v", err)
		}
		p.leave(nil)
		if _, err := g.enter(t.Context()); err != nil || g.inFlight != 1 {
			t.Errorf("error %v, %d in flight, want the one place free again", err, g.inFlight)
		}
	})
}
