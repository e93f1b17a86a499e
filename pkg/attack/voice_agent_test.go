package attack_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/twilio/twilio-go/client"
)

// A voiceAgent in memory answers sessions, beside an application that opens them.
type voiceAgent struct {
	*application
	accept    func(n int) error // by the number of the handshake, from 1; nil: all that are signed
	letsAnyIn bool              // lets in whoever comes
	talk      func(l *line)     // talks until it returns: then the connection is closed

	authorization string // of the last handshake

	handshakes sync.Mutex
	opened     int
	wrong      int // signatures
}

// A line is the server's end of a session.
type line struct {
	net.Conn
	in *bufio.Reader
	n  int // of the handshake
}

// message is one of Twilio's.
type message struct {
	Type, SessionID, CallSID, From, VoicePrompt, Digit, UtteranceUntilInterrupt, Description string
	Last                                                                                     bool
	DurationUntilInterruptMS                                                                 int64
}

// read returns the next message; not ok when the caller has closed.
func (l *line) read() (m message, ok bool) {
	for {
		data, op, err := wsutil.ReadClientData(struct {
			io.Reader
			io.Writer
		}{l.in, l.Conn})
		if err != nil {
			return m, false
		}
		if op == ws.OpText {
			return m, json.Unmarshal(data, &m) == nil
		}
	}
}

// say sends text, its last token as such.
func (l *line) say(tokens ...string) {
	for i, token := range tokens {
		l.send(fmt.Sprintf(`{"type": "text", "token": %q, "last": %v}`, token, i == len(tokens)-1))
	}
}

func (l *line) send(text string) { _ = wsutil.WriteServerText(l.Conn, []byte(text)) }

// connect opens a connection to the application, or the agent below /agent.
func (a *voiceAgent) connect(ctx context.Context, addr string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go a.answer(theirs)
	return ours, nil
}

// answer answers at the other end of a connection.
func (a *voiceAgent) answer(theirs net.Conn) {
	in := bufio.NewReader(theirs)
	if head, _ := in.Peek(len("GET /agent")); string(head) == "GET /agent" {
		defer theirs.Close()
		a.serve(&line{Conn: theirs, in: in})
		return
	}
	answer(readerConn{theirs, in}, a.application)
}

// A readerConn reads what was read ahead.
type readerConn struct {
	net.Conn
	in io.Reader
}

func (c readerConn) Read(p []byte) (int, error) { return c.in.Read(p) }

func (a *voiceAgent) serve(l *line) {
	var target, host, signature string
	a.handshakes.Lock()
	a.opened++
	l.n = a.opened
	a.handshakes.Unlock()
	_, err := ws.Upgrader{
		OnRequest: func(uri []byte) error { target = string(uri); return nil },
		OnHost:    func(h []byte) error { host = string(h); return nil },
		OnHeader: func(key, value []byte) error {
			if strings.EqualFold(string(key), "X-Twilio-Signature") {
				signature = string(value)
			}
			if strings.EqualFold(string(key), "Authorization") {
				a.authorization = string(value)
			}
			return nil
		},
		OnBeforeUpgrade: func() (ws.HandshakeHeader, error) {
			validator := client.NewRequestValidator(token)
			if !a.letsAnyIn && !validator.Validate("wss://"+host+target, nil, signature) {
				a.handshakes.Lock()
				a.wrong++
				a.handshakes.Unlock()
				return nil, ws.RejectConnectionError(ws.RejectionStatus(http.StatusForbidden))
			}
			if a.accept != nil {
				return nil, a.accept(l.n)
			}
			return nil, nil
		},
	}.Upgrade(struct {
		io.Reader
		io.Writer
	}{l.in, l.Conn})
	if err == nil {
		a.talk(l)
	}
}

// openRelay is the TwiML that opens a session.
const openRelay = `<Connect action="/over"><ConversationRelay url="wss://app.example/agent" dtmfDetection="true"/></Connect>`

// sessions returns the configuration of so many calls whose webhook opens sessions
// with an agent.
func sessions(t testing.TB, agent *voiceAgent, n int, rows ...string) attack.Config {
	t.Helper()
	if agent.application == nil {
		agent.application = documents(map[string]string{"/first": openRelay, "/over": ""})
	}
	cfg := conversations(t, webhook.Call, agent.application, n, rows...)
	cfg.Connect, cfg.Pace = agent.connect, attack.Real
	return cfg
}

// answering returns what an agent does that answers each turn so long after it.
func answering(after time.Duration, tokens ...string) func(*line) {
	return func(l *line) {
		for {
			m, ok := l.read()
			if !ok {
				return
			}
			if m.Type == "prompt" && m.Last || m.Type == "dtmf" {
				time.Sleep(after)
				l.say(tokens...)
			}
		}
	}
}
