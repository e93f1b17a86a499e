package mediastream_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"call-load-tester/pkg/dialog"
)

// What a transcript says of what was sent.

func (tr *transcript) say(at time.Duration, format string, args ...any) {
	tr.sayFrames()
	tr.lines = append(tr.lines, fmt.Sprintf("%v ", at)+fmt.Sprintf(format, args...))
}

func (tr *transcript) tell(at time.Duration, next dialog.SessionNext) {
	for _, text := range next.Send {
		var m struct {
			Event, SequenceNumber string
			Media                 struct{ Track, Chunk, Timestamp, Payload string }
		}
		if err := json.Unmarshal(text, &m); err != nil {
			tr.t.Fatalf("%s: %v", text, err)
		}
		if m.Event != "media" {
			tr.say(at, "%s", text)
			continue
		}
		f := frame{at, m.Media.Track, m.SequenceNumber, m.Media.Chunk, m.Media.Timestamp, m.Media.Payload, "silent"}
		if mulaw, _ := base64.StdEncoding.DecodeString(f.payload); len(mulaw) != 160 {
			tr.t.Errorf("a frame of %d bytes", len(mulaw))
		} else if mulaw[0] != 0xff {
			f.description = "spoken"
		}
		if n := len(tr.frames); n > 0 && (tr.frames[n-1].description != f.description || tr.frames[n-1].track == f.track && tr.frames[n-1].at+20*time.Millisecond != at) {
			tr.sayFrames()
		}
		tr.frames = append(tr.frames, f)
		if tr.echo >= 0 {
			payload := f.payload
			tr.events = append(tr.events, event{at + tr.echo, "", func(at time.Duration) dialog.SessionNext {
				return tr.s.Received(at, fmt.Appendf(nil, `{"event":"media","streamSid":%q,"media":{"payload":%q}}`, streamSID, payload))
			}})
		}
	}
	if a := next.Answer; a != nil {
		switch {
		case !a.Answered:
			how := map[bool]string{false: "no answer", true: "a hand-off instead of an answer"}[a.HandedOff]
			tr.say(at, "(%s to the turn that was over at %v, late: %v)", how, a.Asked, a.Late)
		default:
			tr.say(at, "(answer to the turn that was over at %v: first word after %v, last after %v, %v came in %v, late: %v)", a.Asked, a.First, a.Whole, a.Audio, a.Coming, a.Late)
		}
	}
	if i := next.Interruption; i != nil {
		tr.say(at, "(interrupted at %v, the agent talked on for %v)", i.At, i.TalkedOn)
	}
}

// sayFrames tells of the frames that were sent since.
func (tr *transcript) sayFrames() {
	if len(tr.frames) == 0 {
		return
	}
	first, last := tr.frames[0], tr.frames[len(tr.frames)-1]
	n := len(tr.frames)
	line := fmt.Sprintf("%v … %v %d %s frames, %s, sequenceNumber %s … %s, chunk %s … %s, timestamp %s … %s",
		first.at, last.at, n, first.description, first.track, first.sequence, last.sequence, first.chunk, last.chunk, first.ms, last.ms)
	if n == 1 {
		line = fmt.Sprintf("%v 1 %s frame, %s, sequenceNumber %s, chunk %s, timestamp %s", first.at, first.description, first.track, first.sequence, first.chunk, first.ms)
	}
	tr.lines = append(tr.lines, line)
	tr.frames = nil
}
