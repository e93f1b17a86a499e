package locust

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestSession(t *testing.T) {
	const spawned = "spawning, spawning_complete "
	for _, tc := range []struct {
		what   string
		script string // what happens
		want   string // what is said, and in brackets what it means for the worker
	}{
		{"a worker asks to be acknowledged", "greet", "client_ready -1"},
		{"the first spawn begins a test", "greet; ack; spawn 3 @1", "client_ready -1; ; " + spawned + "3 (begin)"},
		{"a second one changes the number", "known; spawn 3 @1; spawn 5 @2; spawn 0 @3",
			"; " + spawned + "3 (begin); " + spawned + "5 (change); " + spawned + "0 (change)"},
		{"no users are a test, too", "known; spawn 0 @1", "; " + spawned + "0 (begin)"},
		{"the same spawn twice counts once", "known; spawn 3 @1; spawn 3 @1", "; " + spawned + "3 (begin); "},
		{"an older spawn is overtaken", "known; spawn 3 @2; spawn 5 @1", "; " + spawned + "3 (begin); "},
		{"a spawn before the acknowledgement is not answered", "greet; spawn 3 @1; ack; spawn 4 @2",
			"client_ready -1; ; ; " + spawned + "4 (begin)"},
		{"a stop is answered when all is done: figures, record, stopped, ready", "known; spawn 3 @1; stop; finish",
			"; " + spawned + "3 (begin); (stop); stats 0 of 3, record bytes, client_stopped, client_ready -1"},
		{"nothing answers a spawn from the stop to the next acknowledgement", "known; spawn 3 @1; stop; spawn 4 @2; finish; spawn 5 @3; ack; spawn 6 @4",
			"; " + spawned + "3 (begin); (stop); ; stats 0 of 3, record bytes, client_stopped, client_ready -1; ; ; " + spawned + "6 (begin)"},
		{"a second stop in the middle of one changes nothing", "known; spawn 3 @1; stop; stop", "; " + spawned + "3 (begin); (stop); "},
		{"a stop without a test needs no answer: the master takes a ready worker for stopped", "known; stop", "; "},
		{"a late spawn of an earlier test begins none", "known; spawn 3 @2; stop; finish; ack; spawn 9 @1",
			"; " + spawned + "3 (begin); (stop); stats 0 of 3, record bytes, client_stopped, client_ready -1; ; "},
		{"a worker that ends a test itself is not ready again", "known; spawn 3 @1; finish; spawn 4 @2; stop",
			"; " + spawned + "3 (begin); stats 0 of 3, record bytes; ; "},
		{"a master that quits gets the figures all the same, and nothing else is answered", "known; spawn 3 @1; quit; spawn 4 @2; stop; finish",
			"; " + spawned + "3 (begin); (quit); ; ; stats 0 of 3, record bytes"},
		{"a ready worker announces itself on a new connection, perhaps to a master whose clock is behind", "known; spawn 3 @9; stop; finish; ack; greet; ack; spawn 4 @1",
			"; " + spawned + "3 (begin); (stop); stats 0 of 3, record bytes, client_stopped, client_ready -1; ; client_ready -1; ; " + spawned + "4 (begin)"},
		{"in the middle of a test it does not", "known; spawn 3 @1; greet; spawn 4 @2; stop; greet; finish",
			"; " + spawned + "3 (begin); ; " + spawned + "4 (change); (stop); ; stats 0 of 4, record bytes, client_stopped, client_ready -1"},
		{"what a broken connection has not delivered comes first, but no answer to an earlier spawn", "known; spawn 3 @1; stop; finish; greet stats record spawning client_stopped client_ready",
			"; " + spawned + "3 (begin); (stop); stats 0 of 3, record bytes, client_stopped, client_ready -1; stats, record, client_ready -1"},
		{"the master may ask for a new connection", "known; reconnect", "; (reconnect)"},
		{"messages that are not for such a worker are passed over", "known; spawning_complete; update_user_class; locustfile; ", "; ; ; ; "},
	} {
		t.Run(tc.what, func(t *testing.T) {
			s := new(session)
			var got []string
			for step := range strings.SplitSeq(tc.script, ";") {
				got = append(got, play(t, s, strings.TrimSpace(step)))
			}
			if got := strings.Join(got, "; "); got != tc.want {
				t.Errorf("%s\ngot  %s\nwant %s", tc.script, got, tc.want)
			}
		})
	}
}

// play takes one step of a script.
func play(t *testing.T, s *session, step string) string {
	var out []message
	var e event
	var err error
	words := strings.Fields(step + " -")
	switch kind := words[0]; kind {
	case "known":
		s.state = ready
	case "greet":
		var undelivered []message
		for _, kind := range words[1 : len(words)-1] {
			undelivered = append(undelivered, message{kind, nil})
		}
		for _, m := range s.greet(undelivered) {
			if m.data == nil {
				m.kind += "!" // undelivered, without data: not to be described
			}
			out = append(out, m)
		}
	case "finish":
		out = s.finish(Stats{}, time.Unix(1, 0), []byte("bytes"))
	case "spawn":
		var users int
		var timestamp float64
		if _, err := fmt.Sscanf(step, "spawn %d @%g", &users, &timestamp); err != nil {
			t.Fatal(err)
		}
		out, e, err = s.receive(message{"spawn", marshal(spawnData(timestamp, users, 10))})
	case "ack":
		out, e, err = s.receive(message{"ack", marshal(map[string]any{"index": 2})})
	default:
		out, e, err = s.receive(message{kind, nil})
	}
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, m := range out {
		said = append(said, strings.TrimSuffix(describe(m), "!"))
	}
	text := strings.Join(said, ", ")
	if e != nothing {
		text = strings.TrimSpace(text + " (" + [...]string{"", "begin", "change", "stop", "quit", "reconnect"}[e] + ")")
	}
	return text
}

func TestAckOfAMasterThatGivesNoIndex(t *testing.T) {
	for _, tc := range []struct {
		what string
		data []byte
		want int
	}{
		{"masters up to 2.10.2 acknowledge without data", nil, -1},
		{"an index", marshal(map[string]any{"index": 7}), 7},
		{"something else", marshal(map[string]any{"other": 7}), -1},
	} {
		s := new(session)
		if _, _, err := s.receive(message{"ack", tc.data}); err != nil || s.index != tc.want || s.state != ready {
			t.Errorf("%s: index %d, error %v, want %d", tc.what, s.index, err, tc.want)
		}
	}
}
