package attack_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// Whatever some agents do, the sums hold, and other sessions do not feel it: of
// ten sessions five are with an agent that answers after 200 ms.
func TestBadAgents(t *testing.T) {
	refuse := func(status int) func(int) error {
		return func(n int) error {
			if n%2 == 0 {
				return ws.RejectConnectionError(ws.RejectionStatus(status))
			}
			return nil
		}
	}
	for _, tc := range []struct {
		what     string
		accept   func(n int) error
		talk     func(l *line) // of every second session
		sessions string        // of these
		cause    string        // why they were not opened
		lasts    time.Duration // the longest of all
	}{
		{what: "401", accept: refuse(401), sessions: "failed: 5, 64102: 5", cause: "the handshake was answered 401 Unauthorized"},
		{what: "403", accept: refuse(403), sessions: "failed: 5, 64102: 5", cause: "the handshake was answered 403 Forbidden"},
		{what: "503", accept: refuse(503), sessions: "failed: 5, 64102: 5", cause: "the handshake was answered 503 Service Unavailable"},
		{
			what:   "a handshake that is never answered",
			accept: func(n int) error { time.Sleep(time.Duration(1-n%2) * time.Hour); return nil },
			talk:   func(*line) {}, sessions: "failed: 5, 64102: 5", cause: "time is up",
		},
		{
			what:     "text that is no JSON",
			talk:     func(l *line) { l.send("Bad gateway"); answering(200*time.Millisecond, "Hello.")(l) },
			sessions: "finished: 5, 64107: 5",
		},
		{
			what: "binary frames",
			talk: func(l *line) {
				_ = wsutil.WriteServerBinary(l.Conn, []byte{1, 2, 3})
				answering(200*time.Millisecond, "Hello.")(l)
			},
			sessions: "finished: 5, 64107: 5",
		},
		{
			what: "10 MB in a frame",
			talk: func(l *line) {
				l.send(`{"type": "text", "token": "` + strings.Repeat("x", 10<<20) + `"}`)
				answering(200*time.Millisecond, "Hello.")(l)
			},
			sessions: "finished: 5, 64107: 5",
		},
		{
			what: "a socket that closes midway",
			talk: func(l *line) { _, _ = l.read(); l.say("Hello.") }, sessions: "failed: 5, 64105: 5",
		},
		{
			what: "a frame that ends midway",
			talk: func(l *line) { _, _ = l.read(); _, _ = l.Write([]byte{0x81, 100, 'x'}) }, sessions: "failed: 5, 64105: 5",
		},
		{
			what: "bytes that are no frames",
			talk: func(l *line) { _, _ = l.read(); _, _ = l.Write([]byte("HTTP/1.1 500 Internal Server Error\r\n\r\n")) }, sessions: "failed: 5, 64105: 5",
		},
		{
			what: "a close that says why",
			talk: func(l *line) {
				_, _ = l.read()
				_ = ws.WriteFrame(l.Conn, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusInternalServerError, "oops")))
			},
			sessions: "failed: 5, 64105: 5",
		},
		{
			what: "a close in good order",
			talk: func(l *line) {
				_, _ = l.read()
				_ = ws.WriteFrame(l.Conn, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
				_, _ = l.read()
			},
			sessions: "ended by the agent: 5, 64105: 5",
		},
		{
			what: "frames that are masked, as only a client's are",
			talk: func(l *line) {
				_, _ = l.read()
				_ = ws.WriteFrame(l.Conn, ws.MaskFrame(ws.NewTextFrame([]byte(`{"type": "text", "token": "Hello.", "last": true}`))))
			},
			sessions: "failed: 5, 64105: 5",
		},
		{
			what: "a ping that is too long",
			talk: func(l *line) {
				_, _ = l.read()
				_, _ = l.Write(append([]byte{0x89, 126, 0, 200}, make([]byte, 200)...))
				answering(200*time.Millisecond, "Hello.")(l)
			},
			sessions: "failed: 5, 64105: 5",
		},
		{
			what: "going away",
			talk: func(l *line) {
				_, _ = l.read()
				_ = ws.WriteFrame(l.Conn, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusGoingAway, "")))
				_, _ = l.read()
			},
			sessions: "ended by the agent: 5, 64105: 5",
		},
		{
			what: "a close without a word",
			talk: func(l *line) {
				_, _ = l.read()
				_ = ws.WriteFrame(l.Conn, ws.NewCloseFrame(nil))
				_, _ = l.read()
			},
			sessions: "ended by the agent: 5, 64105: 5",
		},
		{what: "an agent that stops reading", talk: func(l *line) { _, _ = l.read(); time.Sleep(time.Hour) }, sessions: "failed: 5, -5: 5"},
		{what: "an agent that never answers", talk: answering(time.Hour, "Hello."), sessions: "failed: 5, -3: 5"},
		{
			what: "an agent that talks for ever",
			talk: func(l *line) {
				_, _ = l.read()
				for wsutil.WriteServerText(l.Conn, []byte(`{"type": "text", "token": "and so on "}`)) == nil {
				}
			},
			sessions: "failed: 5, -4: 5",
		},
		{
			what: "an agent that sends nonsense for ever",
			talk: func(l *line) {
				go func() {
					for wsutil.WriteServerText(l.Conn, []byte(`{}`)) == nil {
					}
				}()
				for {
					if _, ok := l.read(); !ok {
						return
					}
				}
			},
			sessions: "failed: 5, 64107: 5005", // each after 1000 messages, and for them
		},
		{
			what: "an agent that never says last",
			talk: func(l *line) {
				for {
					m, ok := l.read()
					if !ok {
						return
					}
					if m.Type == "prompt" {
						time.Sleep(200 * time.Millisecond)
						l.send(`{"type": "text", "token": "Hello."}`)
					}
				}
			},
			sessions: "finished: 5",
		},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				good := answering(200*time.Millisecond, "Hello.")
				agent := &voiceAgent{accept: tc.accept}
				agent.talk = func(l *line) {
					if tc.talk != nil && l.n%2 == 0 {
						tc.talk(l)
					} else {
						good(l)
					}
				}
				cfg := sessions(t, agent, 10, `{"Then": ["hello", "bye"]}`)
				cfg.Rate = 10
				r := run(t, cfg)
				a := theAgent(t, r)
				if got := sessionEndings(&a); got != plusFive(tc.sessions) {
					t.Errorf("sessions: %s, want %s", got, plusFive(tc.sessions))
				}
				if tc.cause != "" && (len(a.NotOpened) != 1 || !strings.Contains(a.NotOpened[0].Cause, tc.cause)) {
					t.Errorf("not opened because %v, want %s", a.NotOpened, tc.cause)
				}
				if a.FirstWord.P50 != 200 || a.FirstWord.Max != 200 || a.Late != 0 {
					t.Errorf("first words after %+v, %d turns late", a.FirstWord, a.Late)
				}
				if len(agent.to("/over")) != 10 || r.Requests.Accepted != 20 {
					t.Errorf("the action is asked %d times, %d requests accepted", len(agent.to("/over")), r.Requests.Accepted)
				}
				time.Sleep(2 * time.Hour) // for the agents to return
			})
		})
	}
}

// plusFive returns endings with five more that finished.
func plusFive(endings string) string {
	if rest, ok := strings.CutPrefix(endings, "finished: 5"); ok {
		return "finished: 10" + rest
	}
	return "finished: 5, " + endings
}

// An agent that is not there is told of as such.
func TestAgentThatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{application: documents(map[string]string{
			"/first": `<Connect action="/over"><ConversationRelay url="wss://down.example/agent"/></Connect>`, "/over": "",
		})}
		cfg := sessions(t, agent, 2, `{"Then": ["hello"]}`)
		cfg.Rules.Hosts = []string{"down.example"}
		connect := cfg.Connect
		cfg.Connect = func(ctx context.Context, addr string) (net.Conn, error) {
			if addr == "down.example:443" {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			return connect(ctx, addr)
		}
		a := theAgent(t, run(t, cfg))
		if got, want := sessionEndings(&a), "failed: 2, 64102: 2"; got != want {
			t.Errorf("sessions: %s, want %s", got, want)
		}
		over := agent.to("/over")
		if len(over) != 2 || over[0].fields.Get("ErrorCode") != "64102" || over[0].fields.Get("SessionStatus") != "failed" {
			t.Errorf("the action is asked with %v", over)
		}
	})
}

// A run whose agent is too slow has not passed.
func TestPassOfFirstWords(t *testing.T) {
	limit := func(ms float64) *float64 { return &ms }
	for _, tc := range []struct {
		what   string
		agent  func(*line)
		limit  float64
		passed bool
	}{
		{"just in time", answering(1500*time.Millisecond, "Hello."), 1500, true},
		{"too slow", answering(1502*time.Millisecond, "Hello."), 1500, false},
		{"no answer", answering(time.Hour, "Hello."), 1500, false},
		{"an answer to every other turn", func(l *line) { _, _ = l.read(); _, _ = l.read(); l.say("Hello."); time.Sleep(time.Hour) }, 1500, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: tc.agent}
			cfg := sessions(t, agent, 2, `{"Then": ["hello", "bye"]}`)
			cfg.Pass = attack.Pass{MaxFirstWord: limit(tc.limit)}
			if r := run(t, cfg); r.Pass == nil || r.Pass.Passed != tc.passed {
				t.Errorf("%s: passed %+v", tc.what, r.Pass)
			}
			time.Sleep(2 * time.Hour)
		})
	}
}
