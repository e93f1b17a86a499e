package locust

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// A fakeMaster accepts one worker, over net.Pipe, and notes what it says. It acknowledges by itself.
type fakeMaster struct {
	t        *testing.T
	start    time.Time
	answers  bool // heartbeats are answered
	deaf     bool // what comes is not read
	mute     bool // pings are not answered, nor anything acknowledged
	refusing bool // connections are refused
	unaware  bool // the socket lives, but the master learns of no worker

	mu      sync.Mutex
	conn    *dealer
	out     chan func(*dealer) error // what is still to be sent: a master reads and writes at once
	said    []line
	notices []string
	since   []float64 // the starts of the spans that stats are about, in seconds
}

// A line is what a worker has said, and when.
type line struct {
	at   time.Duration
	text string
}

// dial is how a worker gets to the master.
func (f *fakeMaster) dial(context.Context) (net.Conn, error) {
	if f.is(&f.refusing) {
		return nil, errors.New("connection refused")
	}
	here, there := net.Pipe()
	go f.serve(here)
	return there, nil
}

func (f *fakeMaster) serve(conn net.Conn) {
	defer conn.Close()
	d := &dealer{conn: conn, in: bufio.NewReader(conn)}
	greeting := make([]byte, 64)
	if _, err := io.ReadFull(d.in, greeting); err != nil {
		return
	}
	_, _ = conn.Write(greeting)
	_, _, _ = d.readFrame()
	_ = d.writeFrame(flagCommand, []byte("\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"))
	out := make(chan func(*dealer) error, 100)
	f.mu.Lock()
	f.conn, f.out = d, out
	f.mu.Unlock()
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case send := <-out:
				_ = send(d)
			case <-over:
				return
			}
		}
	}()
	for !f.is(&f.deaf) {
		flags, body, err := d.readFrame()
		if err != nil {
			return
		}
		if flags&flagCommand != 0 {
			f.note("PING")
			if !f.is(&f.mute) {
				out <- func(d *dealer) error { return d.writeFrame(flagCommand, []byte("\x04PONG")) }
			}
			continue
		}
		m, err := decode(body)
		if err != nil {
			f.t.Error(err)
		}
		f.note(describe(m))
		if m.kind == "stats" {
			total := generic(m.data).(map[any]any)["stats_total"].(map[any]any)
			f.mu.Lock()
			f.since = append(f.since, total["start_time"].(float64)-float64(f.start.Unix()))
			f.mu.Unlock()
		}
		switch {
		case m.kind == "client_ready" && !f.is(&f.mute) && !f.is(&f.unaware):
			f.say("ack", map[string]any{"index": 2})
		case m.kind == "heartbeat" && f.is(&f.answers):
			f.say("heartbeat", nil)
		}
	}
	<-f.t.Context().Done()
}

func (f *fakeMaster) is(what *bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *what
}

// set changes how the master behaves from now on.
func (f *fakeMaster) set(what *bool, to bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*what = to
}

func (f *fakeMaster) note(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, line{time.Since(f.start), text})
}

// say sends a message to the worker.
func (f *fakeMaster) say(kind string, data any) {
	f.send(message{kind, marshal(data)}.encode("node"))
}

func (f *fakeMaster) send(body []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out <- func(d *dealer) error { return d.send(body) }
}

func marshal(data any) []byte {
	if data == nil {
		return nil
	}
	b, err := msgp.AppendIntf(nil, data)
	if err != nil {
		panic(err)
	}
	return b
}

func (f *fakeMaster) spawn(timestamp float64, users int, stopTimeout any) {
	f.say("spawn", spawnData(timestamp, users, stopTimeout))
}

func spawnData(timestamp float64, users int, stopTimeout any) map[string]any {
	return map[string]any{
		"timestamp":          timestamp,
		"user_classes_count": map[string]any{"Load": users},
		"host":               nil,
		"stop_timeout":       stopTimeout,
		"parsed_options":     map[string]any{"tags": []any{"a"}, "headless": false},
	}
}

// hangUp closes the connection.
func (f *fakeMaster) hangUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conn.conn.Close()
}

// heard is what the worker has said since the last time, without heartbeats and pings.
func (f *fakeMaster) heard() string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	var texts []string
	for _, l := range f.said {
		if !strings.HasPrefix(l.text, "heartbeat") && l.text != "PING" {
			texts = append(texts, l.text)
		}
	}
	f.said = nil
	return strings.Join(texts, ", ")
}

// times are when the worker has said what begins so.
func (f *fakeMaster) times(prefix string) (at []time.Duration) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.said {
		if strings.HasPrefix(l.text, prefix) {
			at = append(at, l.at)
		}
	}
	return at
}

// describe says in short what a message says.
func describe(m message) string {
	switch m.kind {
	case "client_ready":
		return fmt.Sprintf("%s %v", m.kind, generic(m.data))
	case "spawning_complete":
		return fmt.Sprintf("%s %v", m.kind, generic(m.data).(map[any]any)["user_count"])
	case "heartbeat":
		return fmt.Sprintf("%s %v", m.kind, generic(m.data).(map[any]any)["state"])
	case "stats":
		data := generic(m.data).(map[any]any)
		return fmt.Sprintf("stats %v of %v", data["stats_total"].(map[any]any)["num_requests"], data["user_count"])
	case recordKind:
		return fmt.Sprintf("record %s", generic(m.data))
	default:
		return m.kind
	}
}

// generic reads msgpack as Python's does: maps may have any keys.
func generic(b []byte) any {
	v, rest := genericPart(b)
	if len(rest) > 0 {
		panic(fmt.Sprintf("%d bytes too many", len(rest)))
	}
	return v
}

func genericPart(b []byte) (v any, rest []byte) {
	var err error
	switch msgp.NextType(b) {
	case msgp.MapType:
		n, b, _ := msgp.ReadMapHeaderBytes(b)
		m := make(map[any]any)
		for range n {
			var key any
			key, b = genericPart(b)
			m[key], b = genericPart(b)
		}
		return m, b
	case msgp.ArrayType:
		n, b, _ := msgp.ReadArrayHeaderBytes(b)
		var all []any
		for range n {
			v, b = genericPart(b)
			all = append(all, v)
		}
		return all, b
	default:
		if v, rest, err = msgp.ReadIntfBytes(b); err != nil {
			panic(err)
		}
		return v, rest
	}
}

// withWorker runs test in a bubble of fake time, with a worker of f that is closed in the end.
func withWorker(t *testing.T, f *fakeMaster, test func(t *testing.T, w *Worker)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f.t, f.start = t, time.Now()
		w, err := connect(t.Context(), "master:5557", f.notice, f.dial)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if got, want := f.heard(), "client_ready -1"; got != want {
			t.Fatalf("a worker first says %q, want %q", got, want)
		}
		test(t, w)
	})
}

func (f *fakeMaster) notice(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notices = append(f.notices, err.Error())
}

func wait(t *testing.T, w *Worker) *Test {
	t.Helper()
	test, err := w.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return test
}

// expect fails unless the worker has said just this.
func (f *fakeMaster) expect(want string) {
	f.t.Helper()
	if got := f.heard(); got != want {
		f.t.Errorf("%v: the worker says %q, want %q", time.Since(f.start), got, want)
	}
}

// counter is a source of stats: so many requests each time.
func counter(requests ...int64) func() Stats {
	return func() Stats {
		if len(requests) == 0 {
			return Stats{}
		}
		n := requests[0]
		requests = requests[1:]
		return Stats{Entries: []Entry{{Name: "/sms", Method: "SMS", Requests: n, Times: map[time.Duration]int64{time.Millisecond: n}}}}
	}
}
