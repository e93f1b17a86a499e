package mediastream_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/mediastream"
	"call-load-tester/pkg/webhook"
)

// Whatever an agent sends, what is sent to it is valid JSON, numbered without a
// gap, with at most one frame in each 20 ms; and the session ends.
func FuzzMessages(f *testing.F) {
	f.Add(`{"event":"media","streamSid":"`+streamSID+`","media":{"payload":"gICAgICAgIA="}}`, uint16(7))
	f.Add(`{"event":"mark","streamSid":"`+streamSID+`","mark":{"name":"\u0000\"<"}}`, uint16(0))
	f.Add(`{"event":"clear","streamSid":"`+streamSID+`"}`, uint16(900))
	f.Add("\xff", uint16(20))
	f.Fuzz(func(t *testing.T, text string, every uint16) {
		rules := mediastream.Rules{Silence: 100 * time.Millisecond, Patience: time.Second, Audio: map[string]*mediastream.Audio{"a": mediastream.Heard(50 * time.Millisecond)}}
		in := &dialog.Session{Noun: &webhook.Element{Name: "Stream"}, SID: streamSID, Turns: []dialog.Turn{
			{Kind: dialog.TurnAudio, Text: "a"}, {Kind: dialog.TurnKeys, Text: "1w2", CutsIn: true, After: 50 * time.Millisecond}}}
		s := mediastream.New(rules, in)
		sequence := 0
		lastFrame := time.Duration(0)
		sent := func(at time.Duration, next dialog.SessionNext) dialog.SessionNext {
			frames := 0
			for _, text := range next.Send {
				var m struct{ Event, SequenceNumber string }
				if err := json.Unmarshal(text, &m); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				if m.Event == "connected" {
					continue
				}
				if sequence++; m.SequenceNumber != strconv.Itoa(sequence) {
					t.Fatalf("%s: want number %d", text, sequence)
				}
				if m.Event == "media" {
					frames++
				}
			}
			if frames > 1 || frames == 1 && (next.Frame/mediastream.Frame <= lastFrame/mediastream.Frame || next.Frame > at) {
				t.Fatalf("%d frames at %v, due at %v, after %v", frames, at, next.Frame, lastFrame)
			}
			if frames == 1 {
				lastFrame = next.Frame
			}
			return next
		}
		now := time.Duration(0)
		next := sent(now, s.Open(now))
		for n := time.Duration(1); !next.Over; {
			if message := n * time.Duration(every) * time.Millisecond; message < next.At && n < 500 {
				n++
				now = max(now, message)
				next = sent(now, s.Received(now, []byte(text)))
				continue
			}
			now = max(now, next.At)
			next = sent(now, s.Wake(now))
		}
		if end := s.End(); end.Ending == dialog.SessionLive || end.Lasted != now {
			t.Fatalf("%v after %v, at %v", end.Ending, end.Lasted, now)
		}
	})
}

func BenchmarkFrames(b *testing.B) {
	in := &dialog.Session{Noun: &webhook.Element{Name: "Stream"}, SID: streamSID, Turns: []dialog.Turn{{}, {}}}
	s := mediastream.New(mediastream.Rules{Silence: 24 * time.Hour}, in)
	next := s.Open(0)
	var frame []byte
	for b.Loop() {
		next = s.Wake(next.At)
		if frame == nil {
			frame = fmt.Appendf(nil, `{"event":"media","streamSid":"%s","media":{"payload":"%s"}}`, streamSID, strings.Repeat("/", 216))
		}
		next = s.Received(next.Frame, frame)
		if next.Over {
			b.Fatal("it is over")
		}
	}
}
