package locust

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

// FuzzMessage has a worker receive anything, in every state.
func FuzzMessage(f *testing.F) {
	for _, m := range []message{
		{"ack", marshal(map[string]any{"index": 2})},
		{"ack", nil},
		{"spawn", marshal(spawnData(1.5, 3, 20))},
		{"spawn", marshal(spawnData(2, 0, nil))},
		{"stop", nil}, {"quit", nil}, {"reconnect", nil}, {"heartbeat", nil},
		{"spawning_complete", marshal(map[string]any{"user_count": 3})},
	} {
		f.Add(m.encode("node"))
	}
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Add(bytes.Repeat([]byte{0x91}, 1000))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b)
		if err != nil {
			return
		}
		if again, err := decode(m.encode("node")); err != nil || again.kind != m.kind || !bytes.Equal(again.data, m.data) {
			t.Errorf("%q is %q, and then %q: %v", b, m, again, err)
		}
		for st := unknown; st <= quitting; st++ {
			s := &session{state: st}
			answers, e, err := s.receive(m)
			if err != nil && (answers != nil || e != nothing || s.state != st) {
				t.Errorf("in state %d %q has both the error %v and an effect", st, b, err)
			}
			if len(answers) > 0 && st != ready && st != running {
				t.Errorf("in state %d %q is answered", st, b)
			}
			if s.users.total() < 0 || s.stopTimeout < 0 {
				t.Errorf("%q means %d users and a stop time-out of %v", b, s.users.total(), s.stopTimeout)
			}
			for _, a := range answers {
				describe(a)
			}
		}
	})
}

// FuzzDealer has a socket receive anything after a good handshake, and as a handshake.
func FuzzDealer(f *testing.F) {
	frame := func(flags byte, body string) []byte { return append([]byte{flags, byte(len(body))}, body...) }
	f.Add(frame(0, "hello"), false)
	f.Add(slices.Concat(frame(flagCommand, "\x04PING\x00\x00context"), frame(0, "hello"), frame(flagMore, "a")), false)
	f.Add([]byte{flagLong, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, false)
	f.Add([]byte{flagLong, 0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c'}, false)
	greeting := append([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL"), make([]byte, 48)...)
	f.Add(append(greeting, frame(flagCommand, "\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER")...), true)
	f.Add(append(greeting, frame(flagCommand, "\x05READY\x0bSocket-Type\xff\xff\xff\xffROUTER")...), true)
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"), true)
	f.Fuzz(func(t *testing.T, b []byte, shake bool) {
		if shake {
			_, _ = newDealer(t.Context(), &wire{in: bytes.NewReader(b)}, "node")
			return
		}
		d := newTestDealer(&wire{in: bytes.NewReader(b)})
		for {
			body, err := d.receive()
			if err == nil && len(body) <= len(b) {
				continue
			}
			if err == nil {
				t.Errorf("%d bytes out of %d", len(body), len(b))
			}
			if errors.Is(err, errOther) {
				t.Errorf("a message's error %v is one of the handshake", err)
			}
			return
		}
	})
}

// A wire is a connection to a peer that says in, whatever it hears.
type wire struct {
	in  io.Reader
	out bytes.Buffer
}

func (w *wire) Read(b []byte) (int, error)     { return w.in.Read(b) }
func (w *wire) Write(b []byte) (int, error)    { return w.out.Write(b) }
func (*wire) Close() error                     { return nil }
func (*wire) LocalAddr() net.Addr              { return nil }
func (*wire) RemoteAddr() net.Addr             { return nil }
func (*wire) SetDeadline(time.Time) error      { return nil }
func (*wire) SetReadDeadline(time.Time) error  { return nil }
func (*wire) SetWriteDeadline(time.Time) error { return nil }
