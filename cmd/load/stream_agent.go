package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net"
	"slices"
	"time"

	"github.com/gobwas/ws/wsutil"
)

// streamNumber is the number at which a voice agent answers in a dry run that hears
// and sends audio.
const streamNumber = "+14155550180"

const (
	// agentHears is how long a silence is after which the agent takes what was said
	// to it for over.
	agentHears = 100 * time.Millisecond

	agentSays = 800 * time.Millisecond
)

// A streamAgent is one stream: it answers words and keys with a tone, and is quiet
// when the caller cuts in.
type streamAgent struct {
	conn net.Conn
	sid  string
}

// talk answers until the caller has hung up.
func (a *streamAgent) talk() {
	defer a.conn.Close()
	const frame = 20 * time.Millisecond
	heard, silent := false, time.Duration(0)
	for {
		text, err := wsutil.ReadClientText(a.conn)
		if err != nil {
			return
		}
		var m struct {
			Event, StreamSID string
			Media            struct{ Payload []byte }
		}
		if json.Unmarshal(text, &m) != nil {
			return
		}
		switch {
		case m.Event == "start":
			a.sid = m.StreamSID
		case m.Event == "dtmf":
			a.say()
		case m.Event != "media":
		case slices.ContainsFunc(m.Media.Payload, isLoud):
			if !heard {
				a.send(map[string]any{"event": "clear"})
			}
			heard, silent = true, 0
		case heard:
			if silent += frame; silent == agentHears {
				heard = false
				a.say()
			}
		}
	}
}

// isLoud reports whether a sample of mu-law is heard: its bits are inverted.
func isLoud(sample byte) bool { return sample&0x7f < 0x50 }

// tone is 400 Hz, as mu-law of 8,000 samples a second.
var tone = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("\xb0\xa0\x9a\x98\x9a\xa0\xb0\xff\xff\xff\x30\x20\x1a\x18\x1a\x20\x30\x7f\x7f\x7f"), int(agentSays/time.Millisecond)*8/20))

// say has the tone played, and asks to be told when it has been.
func (a *streamAgent) say() {
	a.send(map[string]any{"event": "media", "media": map[string]any{"payload": tone}})
	a.send(map[string]any{"event": "mark", "mark": map[string]any{"name": "said"}})
}

func (a *streamAgent) send(message map[string]any) {
	message["streamSid"] = a.sid
	text, err := json.Marshal(message)
	if err != nil {
		panic(err) // texts
	}
	_ = wsutil.WriteServerText(a.conn, text) // the caller may have hung up
}
