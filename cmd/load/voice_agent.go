package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// The voice agent of a dry run talks over ConversationRelay: it knows where an
// order is, and connects to a person. Its first word comes after a while, and then
// a word each moment, as from a language model.
const (
	agentThinks = 100 * time.Millisecond
	agentWord   = 20 * time.Millisecond
)

// isVoiceAgent reports whether a path is the agent's: all below voice-agent are.
func isVoiceAgent(p string) bool {
	return path.Base(p) == "voice-agent" || path.Base(p) == "handed-off"
}

// connectAgent returns the TwiML that answers a request to a path of the agent's.
func connectAgent(p, host string, form url.Values) string {
	if path.Base(p) == "handed-off" {
		if form.Get("HandoffData") != "" {
			return response(`<Say>You are connected to a person now. Goodbye.</Say>`)
		}
		return response(`<Hangup/>`)
	}
	if form.Get("To") == streamNumber {
		return response(fmt.Sprintf(`<Connect><Stream url="wss://%s%s/audio"/></Connect>`, host, p))
	}
	return response(fmt.Sprintf(`<Connect action="handed-off"><ConversationRelay url="wss://%s%s/session" `+
		`welcomeGreeting="Hello, how can I help you?" dtmfDetection="true"/></Connect>`, host, p))
}

// serveAgent answers a handshake that is signed well, and talks.
func (s *standIn) serveAgent(w http.ResponseWriter, r *http.Request) {
	host := webhook.MustParseURL(s.envelope.Signed()).Host
	if !s.validator.Validate("wss://"+host+r.URL.RequestURI(), nil, r.Header.Get("X-Twilio-Signature")) {
		http.Error(w, "wrong signature", http.StatusForbidden)
		return
	}
	conn, _, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return
	}
	if path.Base(r.URL.Path) == "audio" {
		go (&streamAgent{conn: conn}).talk()
		return
	}
	go (&voiceAgent{conn: conn}).talk()
}

// A voiceAgent is one session.
type voiceAgent struct {
	conn   net.Conn
	cutOff chan struct{} // closed when the answer under way is to stop
}

// talk answers until the caller has hung up.
func (a *voiceAgent) talk() {
	defer a.conn.Close()
	for {
		text, err := wsutil.ReadClientText(a.conn)
		if err != nil {
			return
		}
		var m struct {
			Type, VoicePrompt, Digit string
			Last                     bool
		}
		if json.Unmarshal(text, &m) != nil {
			return
		}
		switch {
		case m.Type == "interrupt":
			a.stop()
		case m.Type == "dtmf":
			a.answer(fmt.Sprintf("You have pressed %s.", m.Digit), false)
		case m.Type == "prompt" && m.Last:
			a.answer(agentReply(m.VoicePrompt))
		}
	}
}

// agentReply returns what the agent says to words, and whether it ends the session
// then.
func agentReply(words string) (answer string, ends bool) {
	switch words = strings.ToLower(words); {
	case strings.Contains(words, "order"):
		return "Your order has left our house this morning, and will be with you tomorrow before noon. Is there anything else?", false
	case strings.Contains(words, "person"):
		return "I connect you to a person.", true
	case strings.Contains(words, "stop"):
		return "I am quiet.", false
	}
	return "I see. Is there anything else?", false
}

// stop ends the answer under way.
func (a *voiceAgent) stop() {
	if a.cutOff != nil {
		close(a.cutOff)
		a.cutOff = nil
	}
}

// answer says an answer, word by word, besides listening.
func (a *voiceAgent) answer(words string, ends bool) {
	a.stop()
	stop := make(chan struct{})
	a.cutOff = stop
	go func() {
		wait := agentThinks
		tokens := strings.SplitAfter(words, " ")
		for i, token := range tokens {
			select {
			case <-stop:
				return
			case <-time.After(wait):
			}
			wait = agentWord
			a.send(map[string]any{"type": "text", "token": token, "last": i == len(tokens)-1})
		}
		if ends {
			a.send(map[string]any{"type": "end", "handoffData": `{"reason":"person"}`})
		}
	}()
}

func (a *voiceAgent) send(message map[string]any) {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err) // texts and booleans
	}
	_ = wsutil.WriteServerText(a.conn, text) // the caller may have hung up
}
