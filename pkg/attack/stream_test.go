package attack_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/mediastream"

	"github.com/gobwas/ws/wsutil"
)

// These tests run in fake time.

const openStream = `<Connect><Stream url="wss://app.example/agent" statusCallback="/told"/></Connect>`

// streams returns the configuration of so many calls whose webhook opens streams
// with an agent; hello.wav is 200 ms of a tone.
func streams(t testing.TB, agent *voiceAgent, n int, rows ...string) attack.Config {
	t.Helper()
	if agent.application == nil {
		agent.application = documents(map[string]string{"/first": openStream, "/told": ""})
	}
	cfg := sessions(t, agent, n, rows...)
	cfg.Agents.Audio = map[string]*mediastream.Audio{"hello.wav": audio(t, 200*time.Millisecond)}
	return cfg
}

// audio returns a tone that long, out of a WAV file.
func audio(t testing.TB, d time.Duration) *mediastream.Audio {
	t.Helper()
	data := bytes.Repeat([]byte{0x80}, int(d*8/time.Millisecond))
	file := slices.Concat([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00"), data)
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	binary.LittleEndian.PutUint32(file[40:], uint32(len(data)))
	name := filepath.Join(t.TempDir(), "hello.wav")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := mediastream.ReadAudio(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// streamed is a message of a stream.
type streamed struct {
	Event, StreamSid, SequenceNumber string
	Media                            struct{ Track, Chunk, Timestamp, Payload string }
	Mark                             struct{ Name string }
	DTMF                             struct{ Digit string }
}

// isSpoken reports whether something is heard in a message.
func (m streamed) isSpoken() bool {
	mulaw, _ := base64.StdEncoding.DecodeString(m.Media.Payload)
	return len(mulaw) > 0 && mulaw[0] != 0xff
}

// next returns the next message of a stream; not ok when the caller has closed.
func (l *line) next() (m streamed, ok bool) {
	data, _, err := wsutil.ReadClientData(struct {
		io.Reader
		io.Writer
	}{l.in, l.Conn})
	return m, err == nil && json.Unmarshal(data, &m) == nil
}

// talk has the agent talk so long.
func (l *line) talk(sid string, d time.Duration) {
	l.send(fmt.Sprintf(`{"event":"media","streamSid":%q,"media":{"payload":%q}}`, sid,
		base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x80}, int(d*8/time.Millisecond)))))
}

// talking returns what an agent does that talks so long, so long after the last
// that was said to it.
func talking(after, d time.Duration) func(*line) {
	return func(l *line) {
		spoken := false
		for {
			m, ok := l.next()
			switch {
			case !ok:
				return
			case m.Event != "media":
			case m.isSpoken():
				spoken = true
			case spoken: // it was over 20 ms ago
				spoken = false
				time.AfterFunc(after-mediastream.Frame, func() { l.talk(m.StreamSid, d) })
			}
		}
	}
}

// Each frame is sent at its time: 20 ms after the one before.
func TestStreamFramesAreSentInTheirTime(t *testing.T) {
	for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			sent := map[string][]time.Duration{}
			agent := &voiceAgent{talk: func(l *line) {
				began := time.Now()
				for {
					m, ok := l.next()
					if !ok {
						return
					}
					mu.Lock()
					if m.Event == "media" {
						sent[m.StreamSid] = append(sent[m.StreamSid], time.Since(began))
					}
					mu.Unlock()
				}
			}}
			cfg := streams(t, agent, 10, `{"Then": ["", "", {"audio": "hello.wav"}]}`)
			cfg.Rate, cfg.Pace = 10, pace
			a := theAgent(t, run(t, cfg))
			var want []time.Duration
			for at := mediastream.Frame; len(want) < a.Frames/10; at += mediastream.Frame {
				want = append(want, at)
			}
			for sid, times := range sent {
				if !slices.Equal(times, want) {
					t.Fatalf("%v: frames of %s at %v", pace, sid, times)
				}
			}
			// 0.7 s, 5 s twice, ten frames of audio, the first of them at once, and 30 s without an answer, at whose end none is sent.
			if frames := 10 * (700 + 10_000 + 180 + 30_000 - 20) / 20; len(sent) != 10 || a.Frames != frames || a.FramesLate != 0 || a.FrameDelay.Max != 0 || a.Late != 0 {
				t.Errorf("%v: %d streams, %d frames, want %d; %d late, up to %v ms", pace, len(sent), a.Frames, frames, a.FramesLate, a.FrameDelay.Max)
			}
			if sessionEndings(&a) != "failed: 10, -3: 10" || a.Impatient != 10 {
				t.Errorf("%v: sessions: %s, impatient %d", pace, sessionEndings(&a), a.Impatient)
			}
		})
	}
}

// A slow agent is shown for what it is: to the millisecond.
func TestStreamWithASlowAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: talking(800*time.Millisecond, time.Second)}
		cfg := streams(t, agent, 3, `{"Then": [{"audio": "hello.wav"}, {"audio": "hello.wav"}, "hangup"]}`)
		cfg.Rate = 3
		r := run(t, cfg)
		a := theAgent(t, r)
		if got, want := sessionEndings(&a), "by the caller: 3"; got != want {
			t.Errorf("sessions: %s, want %s", got, want)
		}
		if a.Turns != 6 || a.Answered != 6 || a.FirstWord.P50 != 800 || a.FirstWord.Max != 800 || a.Answer.Mean != 1800 || a.Unfinished != 0 {
			t.Errorf("%d turns, first word %+v, answer %+v", a.Turns, a.FirstWord, a.Answer)
		}
		// 0.7 s, 0.18 s of 10 frames, 0.8 s, 1 s, 0.7 s, and the same again.
		last := 700*time.Millisecond + 2*(180+800+1000+700)*time.Millisecond
		for i, event := range []string{"stream-started", "stream-stopped"} {
			want := []time.Duration{time.Duration(i) * last, time.Duration(i) * last, time.Duration(i) * last}
			var got []time.Duration
			for _, told := range agent.to("/told") {
				if told.fields.Get("StreamEvent") == event && told.isSigned() && strings.HasPrefix(told.fields.Get("StreamSid"), "MZ") {
					got = append(got, told.at)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s is told at %v, want %v", event, got, want)
			}
		}
		if r.Conversations.AsMeant != 3 || r.Conversations.HungUpByCaller != 3 {
			t.Errorf("conversations: %s", endings(r))
		}
	})
}

// Audio that comes in pieces is as fast as it comes.
func TestStreamAudioRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: func(l *line) {
			for {
				m, ok := l.next()
				if !ok {
					return
				}
				if m.Event == "dtmf" {
					for i := range time.Duration(5) { // 1.25 s of audio in a second of time
						time.AfterFunc(i*200*time.Millisecond, func() { l.talk(m.StreamSid, 250*time.Millisecond) })
					}
				}
			}
		}}
		cfg := streams(t, agent, 1, `{"Then": ["1"]}`)
		if a := theAgent(t, run(t, cfg)); a.AudioRate != 1.25 {
			t.Errorf("%v s of audio a second, want 1.25", a.AudioRate)
		}
	})
}

// A caller cuts in, and the agent, which clears what it was about to say, is still.
func TestStreamInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: func(l *line) {
			cleared := false
			for {
				m, ok := l.next()
				switch {
				case !ok:
					return
				case m.Event == "start":
					l.talk(m.StreamSid, 10*time.Second)
				case m.isSpoken() && !cleared:
					cleared = true
					time.AfterFunc(130*time.Millisecond, func() { l.send(fmt.Sprintf(`{"event":"clear","streamSid":%q}`, m.StreamSid)) })
					time.AfterFunc(500*time.Millisecond, func() { l.talk(m.StreamSid, time.Second) })
				}
			}
		}}
		cfg := streams(t, agent, 1, `{"Then": [{"after": "1s", "audio": "hello.wav"}]}`)
		a := theAgent(t, run(t, cfg))
		if a.Interruptions != 1 || a.TalkedOn != 1 || a.TalkingOn.Max != 130 || a.Answered != 1 {
			t.Errorf("%d interruptions, %d talked on, for %v ms, %d answers", a.Interruptions, a.TalkedOn, a.TalkingOn.Max, a.Answered)
		}
	})
}

// A stream of one way hears the call while its document goes on.
func TestStreamOfOneWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		heard := map[string]int{} // frames, by path
		agent := &voiceAgent{talk: func(l *line) {
			for {
				m, ok := l.next()
				if !ok {
					return
				}
				mu.Lock()
				heard[m.Event]++
				mu.Unlock()
			}
		}}
		agent.application = documents(map[string]string{
			"/first": `<Start><Stream url="wss://app.example/agent/a" name="a" track="both_tracks" statusCallback="/told"/><Stream url="wss://app.example/agent/b"/></Start><Gather numDigits="1" action="/key"/>`,
			"/key":   `<Pause length="3"/><Stop><Stream name="a"/></Stop><Pause length="2"/>`,
			"/told":  "",
		})
		cfg := streams(t, agent, 1, `{"Then": ["1"]}`)
		r := run(t, cfg)
		if len(r.Agents) != 2 || r.Agents[0].Finished+r.Agents[1].Finished != 2 || r.Agents[0].Turns != 0 {
			t.Fatalf("agents %+v", r.Agents)
		}
		// a: 5 s of two tracks, b: 7 s; think is 2 s.
		if heard["media"] != 2*250+350 || heard["start"] != 2 || heard["stop"] != 2 {
			t.Errorf("heard: %v", heard)
		}
		if told := agent.times("/told"); !slices.Equal(told, []time.Duration{0, 5 * time.Second}) {
			t.Errorf("the status callback is told at %v", told)
		}
		if endings(r) != "finished: 1" || r.Conversations.AsMeant != 1 {
			t.Errorf("conversations: %s", endings(r))
		}
	})
}
