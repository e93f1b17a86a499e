package mediastream_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/internal/transcripttest"
	"call-load-tester/pkg/mediastream"
	"call-load-tester/pkg/webhook"

	"github.com/cockroachdb/datadriven"
)

// The transcripts in testdata say, one promise each, what a caller and an agent
// do, and which messages that makes, and when. go test ./pkg/mediastream -rewrite
// writes what follows ---- anew.
//
// A transcript begins with connect, for a stream of both ways, or start, for one
// of one way, and options:
//
//	silence=700ms, patience=5s, track=both_tracks, echo=10ms, late=50ms@100ms, parameters=a
//
// An agent that echoes sends all audio back so long after it came. late is how
// much too late Wake comes once, at a time. Then come the turns of the row, in
// one line of words:
//
//	hello:400ms  audio that long    12w3  keys    ""  silence    hangup
//	"stop now"   a text             after=1.2s,stop:200ms  the turn of one who cuts in
//
// and what happens, a line each with its time:
//
//	talk 1s       audio in which something is heard all the time; talk 1s*3 is three messages, and so for send
//	hum 1s        audio in which nothing is heard
//	mark a        clear        send TEXT        binary
//	close         the socket, in good order; break: it breaks off
//	interrupt     the run is stopped; stop: the call is over
func TestTranscripts(t *testing.T) {
	transcripttest.Run(t, func(t *testing.T, d *datadriven.TestData) string { return newTranscript(t, d).play() })
}

// A transcript tells what it promises, and which page says so, or that none does.
func TestTranscriptsSayWhy(t *testing.T) { transcripttest.CheckSources(t, `connect|start`, 12) }

const streamSID = "MZ00000000000000000000000000000001"

type transcript struct {
	t      testing.TB
	s      *mediastream.Session
	events []event
	echo   time.Duration // below 0: none
	lateAt time.Duration
	late   time.Duration

	lines  []string
	frames []frame // that were sent one after the other, alike but for their numbers
}

// An event is something that happens to a session.
type event struct {
	at   time.Duration
	text string
	tell func(at time.Duration) dialog.SessionNext
}

// A frame is a media message that was sent.
type frame struct {
	at                   time.Duration
	track                string
	sequence, chunk, ms  string
	payload, description string
}

func newTranscript(t testing.TB, d *datadriven.TestData) *transcript {
	t.Helper()
	tr := &transcript{t: t, echo: -1}
	rules := mediastream.Rules{Silence: mediastream.DefaultSilence, Patience: mediastream.DefaultPatience, Audio: map[string]*mediastream.Audio{}}
	noun := &webhook.Element{Name: "Stream"}
	for _, arg := range d.CmdArgs {
		value := strings.Join(arg.Vals, ",")
		switch arg.Key {
		case "silence":
			rules.Silence = tr.duration(value)
		case "patience":
			rules.Patience = tr.duration(value)
		case "echo":
			tr.echo = tr.duration(value)
		case "late":
			late, at, _ := strings.Cut(value, "@")
			tr.late, tr.lateAt = tr.duration(late), tr.duration(at)
		case "track":
			noun.Attrs = webhook.Row{{Name: "track", Value: value}}
		case "parameter":
			noun.Children = []*webhook.Element{{Name: "Parameter", Attrs: webhook.Row{{Name: "name", Value: value}, {Name: "value", Value: "1 & 2"}}}}
		default:
			t.Fatalf("%s: there is no option %s", d.Pos, arg.Key)
		}
	}
	lines := strings.Split(d.Input, "\n")
	in := &dialog.Session{Noun: noun, OneWay: d.Cmd == "start", SID: streamSID, Turns: tr.turns(lines[0], rules.Audio), Call: webhook.Row{
		{Name: "AccountSid", Value: "AC00000000000000000000000000000001"}, {Name: "CallSid", Value: "CA00000000000000000000000000000001"}}}
	tr.s = mediastream.New(rules, in)
	for _, line := range lines[1:] {
		at, what, _ := strings.Cut(line, " ")
		tr.add(tr.duration(at), what)
	}
	return tr
}

func (tr *transcript) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		tr.t.Fatal(err)
	}
	return d
}

var word = regexp.MustCompile(`"[^"]*"|\S+`)

func (tr *transcript) turns(line string, audio map[string]*mediastream.Audio) (turns []dialog.Turn) {
	for _, word := range word.FindAllString(line, -1) {
		var t dialog.Turn
		if rest, ok := strings.CutPrefix(word, "after="); ok {
			after, rest, _ := strings.Cut(rest, ",")
			t.CutsIn, t.After, word = true, tr.duration(after), rest
		}
		text := strings.Trim(word, `"`)
		name, length, isAudio := strings.Cut(text, ":")
		switch {
		case text == "-":
			continue
		case isAudio:
			t.Kind, t.Text = dialog.TurnAudio, name
			audio[name] = mediastream.Heard(tr.duration(length))
		case text == "":
			t.Kind = dialog.TurnSilence
		case text == "hangup":
			t.Kind = dialog.TurnHangUp
		case strings.Trim(text, "0123456789*#w") == "":
			t.Kind, t.Text = dialog.TurnKeys, text
		default:
			t.Kind, t.Text = dialog.TurnSpeech, text
		}
		turns = append(turns, t)
	}
	return turns
}

// add has something happen at a time.
func (tr *transcript) add(at time.Duration, what string) {
	word, rest, _ := strings.Cut(what, " ")
	received := func(text string) func(time.Duration) dialog.SessionNext {
		return func(at time.Duration) dialog.SessionNext { return tr.s.Received(at, []byte(text)) }
	}
	e := event{at, "agent: " + what, nil}
	switch word {
	case "talk", "hum":
		sample := byte(0x80)
		if word == "hum" {
			sample = 0xff
		}
		length, times, _ := strings.Cut(rest, "*")
		payload := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{sample}, int(tr.duration(length)*8/time.Millisecond)))
		e.tell = received(fmt.Sprintf(`{"event":"media","streamSid":%q,"media":{"payload":%q}}`, streamSID, payload))
		tr.repeat(e, times)
	case "mark":
		e.tell = received(fmt.Sprintf(`{"event":"mark","streamSid":%q,"mark":{"name":%q}}`, streamSID, rest))
	case "clear":
		e.tell = received(fmt.Sprintf(`{"event":"clear","streamSid":%q}`, streamSID))
	case "send":
		text, times, _ := strings.Cut(rest, "*")
		e.tell = received(text)
		tr.repeat(e, times)
	case "binary":
		e.tell = func(at time.Duration) dialog.SessionNext { return tr.s.Reject(at, "") }
	case "close":
		e.tell = func(at time.Duration) dialog.SessionNext { return tr.s.Closed(at, true) }
	case "break":
		e.tell = func(at time.Duration) dialog.SessionNext { return tr.s.Closed(at, false) }
	case "interrupt":
		e.text, e.tell = "interrupt", tr.s.HangUp
	case "stop":
		e.text, e.tell = "the call is over", tr.s.HangUp
	default:
		tr.t.Fatalf("nothing is called %q", what)
	}
	tr.events = append(tr.events, e)
}

// repeat has something happen so many times, but for once.
func (tr *transcript) repeat(e event, times string) {
	count := 1
	_, _ = fmt.Sscan(times, &count)
	for range count - 1 {
		tr.events = append(tr.events, event{e.at, "", e.tell})
	}
}

// play plays a session to its end, as one who sends messages would, and returns
// all that was sent and said, in the order of time.
func (tr *transcript) play() string {
	now := time.Duration(0)
	for next := tr.s.Open(0); ; {
		tr.tell(now, next)
		if next.Over {
			break
		}
		wake := next.At
		if tr.late > 0 && wake >= tr.lateAt {
			wake, tr.late = wake+tr.late, 0
		}
		first := -1
		for i, e := range tr.events {
			if e.at < wake && (first < 0 || e.at < tr.events[first].at) {
				first = i
			}
		}
		if first < 0 {
			now = wake
			next = tr.s.Wake(now)
			continue
		}
		e := tr.events[first]
		tr.events = append(tr.events[:first:first], tr.events[first+1:]...)
		now = max(now, e.at)
		if e.text != "" {
			tr.say(now, "%s", e.text)
		}
		next = e.tell(now)
	}
	end := tr.s.End()
	because := ""
	if end.Code != 0 {
		because = fmt.Sprintf(", %d", end.Code)
	}
	if n := tr.s.Rejected(); n > 0 {
		because += fmt.Sprintf(", %d invalid", n)
	}
	tr.say(now, "%v after %v%s, %d turns, %d found no taker", end.Ending, end.Lasted, because, end.Turns, end.NoTaker)
	return transcripttest.WithoutSIDs(strings.Join(tr.lines, "\n")) + "\n"
}
