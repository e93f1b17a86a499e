package dialog_test

import (
	"cmp"
	"strconv"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/internal/transcripttest"
	"call-load-tester/pkg/webhook"

	"github.com/cockroachdb/datadriven"
)

// The transcripts in testdata say, one promise each, what an application answers
// and what a person does, and which requests that makes, when, and with which
// fields besides those of every request. go test ./pkg/dialog -rewrite writes
// what follows ---- anew.
//
// A transcript begins with call or chat, and options:
//
//	think=2s, play=10s, speech=10, max=50, hosts=a.example, sign=URL, get, status, fallback, interrupt=12s, begin=TIME, took=0s
//
// Then come the row, and what is answered, a path a line; lines that begin with a
// space belong to the line before. If a path has several lines, they are the
// answers to its requests one after the other, and the last is repeated. An
// answer is TwiML, or
//
//	500              an HTTP status
//	11205            no answer, for a reason that has that code
//	text/plain: …    another content type
//	to URL …         the answer of an HTTP redirect that led there
//	took 3s …        an answer that took its time
//	cookie a=b …     an answer with a Set-Cookie, at Date if an @ follows the name
//
// If the path is that of a session, the answer is how it ends, and how long it
// lasted: ended 12s, ended 12s {"reason":"agent"}, finished 12s, hungup 12s,
// stopped 12s, failed 12s 64105. The person takes one turn in it, if one is left.
func TestTranscripts(t *testing.T) {
	transcripttest.Run(t, func(t *testing.T, d *datadriven.TestData) string { return newTranscript(t, d).play() })
}

// A transcript tells what it promises, and which page says so, or that none does.
func TestTranscriptsSayWhy(t *testing.T) { transcripttest.CheckSources(t, `call|chat`, 80) }

type transcript struct {
	t       testing.TB
	player  *dialog.Player
	c       *dialog.Conversation
	judge   *webhook.Judge
	answers map[string][]string // by path
	fields  map[string]string   // of all requests
	took    time.Duration
	stop    time.Duration // when the run is stopped; 0: never

	clock  time.Duration
	events []event
}

type event struct {
	at   time.Duration
	text string
}

var begin = time.Date(2026, 11, 25, 9, 59, 50, 0, time.UTC)

func newTranscript(t testing.TB, d *datadriven.TestData) *transcript {
	t.Helper()
	kind := webhook.Call
	if d.Cmd == "chat" {
		kind = webhook.Chat
	}
	rules := dialog.Rules{Envelope: webhook.Envelope{Kind: kind, URL: "https://app.example/menu"}}
	if kind == webhook.Call {
		rules.Speech = 10
	}
	tr := &transcript{t: t, judge: webhook.NewJudge(kind), answers: map[string][]string{}}
	for _, arg := range d.CmdArgs {
		value := strings.Join(arg.Vals, ",")
		duration := func() time.Duration {
			d, err := time.ParseDuration(value)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		switch arg.Key {
		case "think":
			rules.Think = duration()
		case "play":
			rules.Play = duration()
		case "speech":
			rules.Speech, _ = strconv.Atoi(value)
		case "max":
			rules.MaxRequests, _ = strconv.Atoi(value)
		case "hosts":
			rules.Hosts = arg.Vals
		case "url":
			rules.Envelope.URL = value
		case "sign":
			rules.Envelope.SignURL = value
		case "get":
			rules.Envelope.Get = true
		case "status":
			rules.StatusURI = cmp.Or(value, "https://app.example/status")
		case "fallback":
			rules.FallbackURI = cmp.Or(value, "https://app.example/fallback")
		case "interrupt":
			tr.stop = duration()
		case "took":
			tr.took = duration()
		default:
			t.Fatalf("%s: there is no option %s", d.Pos, arg.Key)
		}
	}
	lines := strings.Split(strings.ReplaceAll(d.Input, "\n ", " "), "\n")
	person, err := dialog.PersonParser(kind)(lines[0])
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	for _, line := range lines[1:] {
		path, answer, ok := strings.Cut(line, " ")
		if !ok {
			t.Fatalf("%s: %q is not a path and an answer", d.Pos, line)
		}
		tr.answers[path] = append(tr.answers[path], strings.TrimSpace(answer))
	}
	tr.player, err = dialog.New(rules, []*dialog.Person{person})
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	tr.c = tr.player.Begin(0, begin, [2]uint64{1, 2})
	return tr
}
