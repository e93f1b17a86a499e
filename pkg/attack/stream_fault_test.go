package attack_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// When the run is stopped the callers hang up, and streams of one way are over.
func TestStreamsWhenTheRunIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: talking(800*time.Millisecond, time.Second)}
		agent.application = documents(map[string]string{"/first": `<Start><Stream url="wss://app.example/agent"/></Start>` + openStream, "/told": ""})
		cfg := streams(t, agent, 5, `{"Then": ["", "", ""]}`)
		cfg.Concurrency = 5
		ctx, stop := context.WithTimeout(t.Context(), 4*time.Second)
		defer stop()
		r := runUntil(t, ctx, cfg)
		a := theAgent(t, r)
		if a.Begun != 10 || a.Interrupted != 5 || a.Finished != 5 || endings(r) != "interrupted: 5" {
			t.Errorf("sessions: %s; conversations: %s", sessionEndings(&a), endings(r))
		}
	})
}

// A listener whose handshake outlasts the call, or the stream, never hears it: that
// is its failure, unless it was the run that was stopped. Calls that take no time
// wait for it.
func TestListenersThatOpenTooLate(t *testing.T) {
	for _, tc := range []struct {
		what  string
		pace  attack.Pace
		verbs string // that follow the Start
		stop  time.Duration
		want  string
		cause string
	}{
		{"in time", attack.Real, `<Pause length="4"/>`, time.Hour, "finished: 3", ""},
		{"the call is over before", attack.Real, `<Pause length="2"/>`, time.Hour, "failed: 3, 31920: 3", "the call was over before"},
		{"the call is over at once", attack.Real, `<Hangup/>`, time.Hour, "failed: 3, 31920: 3", "the call was over before"},
		{"it is stopped before", attack.Real, `<Pause length="2"/><Stop><Stream name="a"/></Stop><Pause length="9"/>`, time.Hour, "failed: 3, 31920: 3", "a Stop came before"},
		{"the run is stopped before", attack.Real, `<Pause length="9"/>`, time.Second, "interrupted: 3", ""},
		{"in fast pace", attack.Fast, `<Pause length="2"/>`, time.Hour, "finished: 3", ""},
		{"in fast pace, and at once", attack.Fast, `<Hangup/>`, time.Hour, "finished: 3", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: silently, accept: func(int) error { time.Sleep(3 * time.Second); return nil }}
			agent.application = documents(map[string]string{"/first": `<Start><Stream name="a" url="wss://app.example/agent"/></Start>` + tc.verbs})
			cfg := streams(t, agent, 3, `{}`)
			cfg.Concurrency, cfg.Pace = 3, tc.pace
			ctx, stop := context.WithTimeout(t.Context(), tc.stop)
			defer stop()
			r := runUntil(t, ctx, cfg)
			a := theAgent(t, r)
			var causes []attack.SessionCause
			if tc.cause != "" {
				causes = []attack.SessionCause{{Cause: tc.cause, Sessions: 3}}
			}
			if got := sessionEndings(&a); got != tc.want || !slices.Equal(a.NotOpened, causes) || a.OneWayNotOpened != 3*len(causes) {
				t.Errorf("%s: sessions: %s, want %s; not opened: %v", tc.what, got, tc.want, a.NotOpened)
			}
			if tc.stop == time.Hour && r.Conversations.AsMeant != 3 {
				t.Errorf("%s: conversations: %s", tc.what, endings(r))
			}
			again(t, r)
			time.Sleep(time.Hour) // until the agent is done, too
		})
	}
}

// What is bad for one stream is not felt by the others.
func TestStreamsWithBadAgents(t *testing.T) {
	for _, tc := range []struct {
		what    string
		accept  error
		talk    func(l *line)
		want    string
		code    int
		invalid int
		lasts   time.Duration
	}{
		{"refused", ws.RejectConnectionError(ws.RejectionStatus(403)), nil, "failed", 31920, 0, 0},
		{"closed at once", nil, func(l *line) {}, "failed", 31921, 0, 0},
		{"closed in good order", nil, func(l *line) {
			time.Sleep(time.Second)
			_ = ws.WriteFrame(l, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
			_, _ = io.Copy(io.Discard, l.in)
		}, "ended by the agent", 0, 0, time.Second},
		{"not read", nil, func(l *line) { time.Sleep(time.Hour) }, "failed", -5, 0, 5 * time.Second},
		{"no JSON", nil, func(l *line) { l.send("hello"); silently(l) }, "failed", -3, 1, 0},
		{"binary", nil, func(l *line) {
			_ = wsutil.WriteServerBinary(l, []byte{1})
			silently(l)
		}, "failed", -3, 1, 0},
		{"10 MB", nil, func(l *line) { l.send(strings.Repeat("x", 10<<20)); silently(l) }, "failed", -3, 1, 0},
		{"for ever", nil, func(l *line) {
			m, _ := l.next() // connected
			m, _ = l.next()
			go silently(l)
			for range 100 {
				l.talk(m.StreamSid, 10*time.Second)
			}
			time.Sleep(time.Hour)
		}, "failed", -4, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{}
			bad := map[int]bool{2: true, 5: true}
			var opened sync.Map
			agent.accept = func(n int) error {
				if bad[n] && tc.accept != nil {
					return tc.accept
				}
				return nil
			}
			var mu sync.Mutex
			count := 0
			agent.talk = func(l *line) {
				mu.Lock()
				count++
				n := count
				mu.Unlock()
				opened.Store(n, true)
				if bad[n] && tc.talk != nil {
					tc.talk(l)
					return
				}
				talking(800*time.Millisecond, time.Second)(l)
			}
			cfg := streams(t, agent, 6, `{"Then": [{"audio": "hello.wav"}]}`)
			cfg.Rate = 1
			r := run(t, cfg)
			a := theAgent(t, r)
			if want := fmt.Sprintf("%s: 2", tc.want); !strings.Contains(sessionEndings(&a), want) || a.Finished != 4 || a.Begun != 6 {
				t.Errorf("%s: sessions: %s, want %s", tc.what, sessionEndings(&a), want)
			}
			if tc.code != 0 && !slices.ContainsFunc(a.Verdicts, func(v attack.Verdict) bool { return int(v.Code) == tc.code }) || a.Invalid != 2*tc.invalid {
				t.Errorf("%s: verdicts %v, %d invalid messages", tc.what, a.Verdicts, a.Invalid)
			}
			if a.FirstWord.Max != 800 || a.FramesLate > 2 {
				t.Errorf("%s: the others feel it: first word %v ms, %d frames late", tc.what, a.FirstWord.Max, a.FramesLate)
			}
			time.Sleep(2 * time.Hour) // for the agents to return
			if c := r.Conversations; c.Begun != 6 || c.Finished+c.Failed+c.Endless != 6 {
				t.Errorf("%s: conversations: %s", tc.what, endings(r))
			}
		})
	}
}

// Over TCP an agent that stops reading is seen within seconds, although the buffers of
// both ends hold much: here it lets the least be held.
func TestStreamWithAnAgentThatStopsReadingOverTCP(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	over := make(chan struct{})
	defer close(over)
	agent := &voiceAgent{talk: func(*line) { <-over }}
	agent.application = documents(map[string]string{
		"/first": `<Start><Stream url="wss://app.example/agent" track="both_tracks"/></Start><Pause length="9"/>`,
	})
	cfg := streams(t, agent, 1, `{}`)
	cfg.Connect = func(ctx context.Context, _ string) (net.Conn, error) {
		ours, err := new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
		if err != nil {
			return nil, err
		}
		theirs, err := listener.Accept()
		if err == nil {
			err = theirs.(*net.TCPConn).SetReadBuffer(4 << 10)
			go agent.answer(theirs)
		}
		return ours, err
	}
	a := theAgent(t, run(t, cfg))
	if got, want := sessionEndings(&a), "failed: 1, -5: 1"; got != want || a.Frames > 200 {
		t.Errorf("sessions: %s, want %s; %d frames of 20 ms are sent", got, want, a.Frames)
	}
}

// silently reads to the end and says nothing.
func silently(l *line) {
	for ok := true; ok; {
		_, ok = l.next()
	}
}
