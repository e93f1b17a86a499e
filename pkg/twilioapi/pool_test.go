package twilioapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"call-load-tester/pkg/twiliosim"
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

// A create goes over the warm connection in hand or not at all: not over another
// one that net/http has opened, nor over one that was not warmed.
func TestACreateGoesOverTheWarmConnectionAlone(t *testing.T) {
	for what, spoil := range map[string]func(*connection){
		"it was lost in the meantime": func(c *connection) { c.transport.CloseIdleConnections() },
		"it is not the one in hand": func(c *connection) {
			c.socket = newSocket(nil)
			c.socket.answered.Store(true)
		},
		"it has not answered anything": func(c *connection) { c.socket.answered.Store(false) },
	} {
		synctest.Test(t, func(t *testing.T) {
			account := twiliosim.New(twiliosim.Config{})
			defer account.Close()
			client := New(Config{AccountSID: "AC00000000000000000000000000000000", Transport: account.Transport()})
			defer client.Close()
			client.Warm(t.Context(), 1, 1)
			conn := client.pool.any(t.Context(), ForCreate)
			defer conn.transport.CloseIdleConnections()
			spoil(conn)
			_, attempt, err := client.one(t.Context(), conn, func(context.Context, func()) error {
				t.Errorf("%s: the gate was asked", what)
				return nil
			}, func(a *api.ApiService) (*api.ApiV2010Call, error) {
				return a.CreateCall(NewCall{From: "a", To: "b", URL: "http://x"}.params())
			})
			if !attempt.Stale || !attempt.SentAt.IsZero() || OutcomeOf(err) != NotProcessed || len(account.Creates()) != 0 {
				t.Errorf("%s: %+v, %v, %d creates; want it stale and unsent", what, attempt, err, len(account.Creates()))
			}
		})
	}
}

// A connection that is not kept warm is not given back; one that comes back goes
// to who waits first.
func TestPutAndLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := &pool{template: &http.Transport{}, inUse: few, warmUp: func(context.Context, *connection) error { return errors.New("no more") }}
		warm := func() *connection {
			c := newConnection(pool.template)
			here, there := net.Pipe()
			_ = there
			c.socket = newSocket(here)
			c.socket.answered.Store(true)
			return c
		}
		first, cold := warm(), warm()
		pool.put(first)
		cold.socket.answered.Store(false)
		pool.put(cold)
		if pool.size() != 1 || pool.any(t.Context(), ForHangUp) != first || pool.size() != 0 {
			t.Error("the pool holds another than the warm connection")
		}
		closed := warm()
		pool.put(first)
		pool.put(closed)
		_ = closed.socket.Close()
		if c, err := pool.warm(t.Context()); c != first || err != nil {
			t.Errorf("got %v, %v; want the one that is open", c, err)
		}

		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error)
		go func() {
			_, err := pool.warm(ctx)
			gaveUp <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) || len(pool.waiting[ForCreate]) != 0 {
			t.Errorf("%v, %d waiting; want nobody", err, len(pool.waiting[ForCreate]))
		}
		if _, err := pool.warm(t.Context()); err == nil || err.Error() != "no more" || len(pool.waiting[ForCreate]) != 0 {
			t.Errorf("%v, %d waiting; want the error of opening, and nobody", err, len(pool.waiting[ForCreate]))
		}
		mine := make(chan *connection, 1)
		mine <- first // handed over in the moment of giving up
		if pool.leave(mine) != first {
			t.Error("want the one handed over")
		}
	})
}

// While few connections are in use one more is opened at once. Where many are, a
// request waits for one of them to come back, for half a second: hang-ups first,
// then creates, then reads.
func TestConnectionsThatComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := &pool{template: &http.Transport{}, warmUp: func(context.Context, *connection) error { return errors.New("no more") }}
		var used []*connection
		for range few {
			c := pool.any(t.Context(), ForHangUp)
			c.socket = newSocket(nil)
			c.socket.answered.Store(true)
			used = append(used, c)
		}
		began := time.Now()
		served := make(chan Urgency, 10)
		wait := func(u Urgency, want *connection, after time.Duration) {
			go func() {
				got := pool.any(t.Context(), u)
				if time.Since(began) != after || want != nil && got != want || want == nil && got.isWarm() {
					t.Errorf("urgency %d: served after %v, want %v, and its connection", u, time.Since(began), after)
				}
				served <- u
			}()
			synctest.Wait()
		}
		const back = 100 * time.Millisecond
		wait(ForRead, used[2], back)
		wait(ForCreate, used[1], back)
		wait(ForHangUp, used[0], back)
		wait(ForRead, nil, openAfter) // none comes back for it
		time.Sleep(back)
		for _, c := range used[:3] {
			pool.put(c)
			synctest.Wait()
		}
		for range 4 {
			<-served
		}
		if pool.inUse != few+1 || pool.size() != 0 {
			t.Errorf("%d in use, %d idle; want one more than before, and none", pool.inUse, pool.size())
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if c := pool.any(ctx, ForHangUp); c == nil || c.isWarm() {
			t.Error("whoever is given up gets a connection to fail with")
		}
	})
}

// The idle connection used last is used next, so that those not needed grow cold.
func TestTheConnectionUsedLastIsUsedNext(t *testing.T) {
	pool := &pool{template: &http.Transport{}}
	var all []*connection
	for range 4 {
		c := newConnection(pool.template)
		c.socket = newSocket(nil)
		c.socket.answered.Store(true)
		all = append(all, c)
		pool.put(c)
	}
	pool.trim(2)
	if pool.size() != 2 || pool.any(t.Context(), ForHangUp) != all[3] || pool.any(t.Context(), ForHangUp) != all[2] {
		t.Error("want the two used last, the last one first")
	}
	pool.put(all[0])
	pool.trim(5)
	if pool.size() != 1 {
		t.Errorf("%d idle, want all of one kept", pool.size())
	}
}

// The connections do not depend on HTTP/2, nor on what the library does.
func TestTheNetworkSpeaksHTTP1Only(t *testing.T) {
	n := network()
	if p := n.Protocols; !p.HTTP1() || p.HTTP2() || p.UnencryptedHTTP2() {
		t.Errorf("protocols %v, want HTTP/1 alone", p)
	}
	if n.TLSHandshakeTimeout != 10*time.Second || n.IdleConnTimeout != 90*time.Second || n.Proxy == nil || n.TLSClientConfig.ClientSessionCache == nil {
		t.Errorf("%+v", n)
	}
}
