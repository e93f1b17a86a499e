package attack_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/gobwas/ws"
)

// What WebSockets allow is understood: a frame right behind the handshake, pings
// at any time, messages in fragments with pings between them.
func TestFramesOfAllSorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		frame := func(f ws.Frame) []byte {
			var b bytes.Buffer
			if err := ws.WriteFrame(&b, f); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		ping := func(text string) []byte { return frame(ws.NewPingFrame([]byte(text))) }
		fragments := func() (all []byte) {
			all = append(all, frame(ws.NewFrame(ws.OpText, false, []byte(`{"type": "text", "tok`)))...)
			all = append(all, ping("between")...)
			all = append(all, frame(ws.NewFrame(ws.OpContinuation, false, []byte(`en": "Hello, you`)))...)
			return append(all, frame(ws.NewFrame(ws.OpContinuation, true, []byte(`.", "last": true}`)))...)
		}
		var pongs []string
		prompts := 0
		agent := &voiceAgent{application: documents(map[string]string{"/first": openRelay})}
		cfg := sessions(t, agent, 1, `{"Then": ["hello", "bye"]}`)
		cfg.Connect = func(ctx context.Context, addr string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				in := bufio.NewReader(theirs)
				if head, _ := in.Peek(len("GET /agent")); string(head) != "GET /agent" {
					answer(readerConn{theirs, in}, agent.application)
					return
				}
				defer theirs.Close()
				var out bytes.Buffer // the handshake and the first frames in one
				if _, err := ws.Upgrade(struct {
					io.Reader
					io.Writer
				}{in, &out}); err != nil {
					t.Error(err)
					return
				}
				out.Write(ping("at once"))
				out.WriteString(string(frame(ws.NewTextFrame([]byte(`{"type": "text", "token": "Welcome.", "last": true}`)))))
				go func() { _, _ = theirs.Write(out.Bytes()) }()
				for {
					h, err := ws.ReadHeader(in)
					if err != nil || h.OpCode == ws.OpClose {
						return
					}
					payload := make([]byte, h.Length)
					if _, err := io.ReadFull(in, payload); err != nil {
						return
					}
					ws.Cipher(payload, h.Mask, 0)
					switch {
					case h.OpCode == ws.OpPong:
						pongs = append(pongs, string(payload))
					case bytes.Contains(payload, []byte(`"prompt"`)):
						prompts++
						go func() { _, _ = theirs.Write(fragments()) }()
					}
				}
			}()
			return ours, nil
		}
		a := theAgent(t, run(t, cfg))
		if got, want := sessionEndings(&a), "finished: 1"; got != want || prompts != 2 || a.Answered != 2 || a.Tokens != 2 || a.FirstWord.Max != 0 {
			t.Errorf("sessions: %s, want %s; %d prompts, %+v", got, want, prompts, a)
		}
		if len(pongs) != 3 || pongs[0] != "at once" || pongs[1] != "between" || pongs[2] != "between" {
			t.Errorf("pongs are %q", pongs)
		}
	})
}
