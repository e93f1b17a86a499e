package attack_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
)

// A session that failed has a line among the failures, and so has a handshake that
// should have been refused.
func TestALineOfASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{
			application: documents(map[string]string{
				"/first": `<Connect><ConversationRelay url="wss://app.example/agent?key=password"/></Connect>`,
			}),
			accept: func(n int) error {
				if n == 1 {
					return ws.RejectConnectionError(ws.RejectionStatus(503))
				}
				return nil
			},
			talk:      func(l *line) { _, _ = l.read(); time.Sleep(time.Second) },
			letsAnyIn: true,
		}
		cfg := sessions(t, agent, 4, `{"Then": ["hello"]}`)
		cfg.Token, cfg.BadSignature, cfg.DataFile, cfg.Lines, cfg.Rate = token, 25, "rows.txt", []int{7}, 1
		got := regexp.MustCompile(`VX[0-9a-f]{32}`).ReplaceAllString(failuresOf(t, cfg), "VX…")
		for _, want := range []string{
			`"failure":"session failed","row":"rows.txt:7","sid":"CA…","session":"VX…","url":"ws://app.example/agent?…","status":503,"code":64102,` +
				`"name":"ConversationRelay: WebSocket cannot be opened","cause":"the handshake was answered 503 Service Unavailable","lasted_ms":0}`,
			`"failure":"session failed","row":"rows.txt:7","sid":"CA…","session":"VX…","url":"ws://app.example/agent?…","code":64105,` +
				`"name":"ConversationRelay: WebSocket ended by the server","cause":"connection closed without a WebSocket close","lasted_ms":1000}`,
			`"failure":"handshake let through","row":"rows.txt:7","sid":"CA…","session":"VX…","url":"ws://app.example/agent?…","code":0,"name":"accepted","lasted_ms":0}`,
		} {
			if strings.Count(got, want) != 1 {
				t.Errorf("got\n%swithout\n%s", got, want)
			}
		}
	})
}

// What ended the socket of a session is told.
func TestCauseOfASessionThatBreaksOff(t *testing.T) {
	closing := func(code ws.StatusCode) []byte {
		return ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(code, "")))
	}
	for _, tc := range []struct {
		what  string
		sends []byte // and closes the connection
		cause string
	}{
		{"nothing", nil, "connection closed without a WebSocket close"},
		{"half a frame", []byte{0x81, 100, 'x'}, "connection closed within a frame"},
		{"bytes that are no frames", []byte("HTTP/1.1 500 Internal Server Error\r\n\r\n"), "these bytes are not a WebSocket's frame"},
		{"a frame of a kind that there is none of", []byte{0x83, 0}, "these bytes are not a WebSocket's frame"},
		{"a masked frame", ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("{}")))), "a frame that is masked, as only a client's may be"},
		{"a ping that is too long", []byte{0x89, 126, 0, 200}, "a control frame that is too long"},
		{"a close that names an error", closing(ws.StatusInternalServerError), "WebSocket close 1011"},
	} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: func(l *line) { _, _ = l.read(); _, _ = l.read(); _, _ = l.Write(tc.sends) }}
			cfg := sessions(t, agent, 1, `{"Then": ["hello"]}`)
			cfg.Token, cfg.Rate = token, 1
			got := failuresOf(t, cfg)
			if want := fmt.Sprintf(`"name":"ConversationRelay: WebSocket ended by the server","cause":%q,"lasted_ms":`, tc.cause); !strings.Contains(got, want) {
				t.Errorf("%s: got\n%swithout\n%s", tc.what, got, want)
			}
		})
	}
}
