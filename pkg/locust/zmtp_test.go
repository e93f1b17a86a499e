package locust

import (
	"bufio"
	"bytes"
	"net"
	"runtime"
	"strings"
	"testing"
)

func newTestDealer(conn net.Conn) *dealer { return &dealer{conn: conn, in: bufio.NewReader(conn)} }

// The bytes are those of https://rfc.zeromq.org/spec/37/.
func TestHandshakeOnTheWire(t *testing.T) {
	greeting := "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x01NULL" + strings.Repeat("\x00", 48)
	w := &wire{in: strings.NewReader(greeting + "\x04\x29\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER\x08Identity\x00\x00\x00\x00")}
	d, err := newDealer(t.Context(), w, "node")
	if err != nil {
		t.Fatal(err)
	}
	if want := greeting + "\x04\x2d\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x04node"; w.out.String() != want {
		t.Errorf("the handshake is\n%q, want\n%q", &w.out, want)
	}
	w.out.Reset()
	if err := d.ping(); err != nil || w.out.String() != "\x04\x07\x04PING\x00\x00" {
		t.Errorf("a ping is %q, error %v", &w.out, err)
	}
}

func TestPeerThatDoesNotKnowPingsIsNotPinged(t *testing.T) {
	w := &wire{in: strings.NewReader("\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x00NULL" + strings.Repeat("\x00", 48) + "\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER")}
	d, err := newDealer(t.Context(), w, "node")
	if err != nil {
		t.Fatal(err)
	}
	w.out.Reset()
	if err := d.ping(); err != nil || w.out.Len() > 0 {
		t.Errorf("a ping is %q, error %v", &w.out, err)
	}
}

func TestFrames(t *testing.T) {
	for _, tc := range []struct {
		what string
		in   string
		want string // the message received
		err  string // of the message after it, or of it if there is none
	}{
		{"a short message", "\x00\x05hello", "hello", "EOF"},
		{"an empty one", "\x00\x00", "", "EOF"},
		{"a long one", "\x02\x00\x00\x00\x00\x00\x00\x01\x00" + strings.Repeat("x", 256), strings.Repeat("x", 256), "EOF"},
		{"a ping before it", "\x04\x09\x04PING\x00\x0aab\x00\x05hello", "hello", "EOF"},
		{"commands that are not for us", "\x04\x06\x05OTHER\x04\x05\x04PONG\x04\x05\x04PING\x00\x02hi", "hi", "EOF"},
		{"one that breaks off", "\x00\x05hell", "", "unexpected EOF"},
		{"a size that breaks off", "\x02\x00\x00", "", "unexpected EOF"},
		{"a frame of a message of several", "\x01\x05hello\x00\x05hello", "", "a message of several frames"},
		{"a size that no message has", "\x02\x7f\xff\xff\xff\xff\xff\xff\xff", "", "a frame of 9223372036854775807 bytes"},
		{"a size just above the limit", "\x02\x00\x00\x00\x00\x01\x00\x00\x01" + strings.Repeat("x", maxMessage+1), "", "a frame of 16777217 bytes"},
		{"a flag that does not exist", "\x08\x05hello", "", "a frame with the flags 0x8"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			w := &wire{in: strings.NewReader(tc.in)}
			d := newTestDealer(w)
			got, err := d.receive()
			if err == nil {
				_, err = d.receive()
			}
			if string(got) != tc.want || err == nil || err.Error() != tc.err {
				t.Errorf("got %q, then %v; want %q, then %s", got, err, tc.want, tc.err)
			}
			pong := ""
			if strings.Contains(tc.what, "ping") {
				pong = "\x04\x07\x04PONGab"
			}
			if w.out.String() != pong {
				t.Errorf("answered %q, want %q", &w.out, pong)
			}
		})
	}
}

func TestMessagesOfAnySizeArriveAsTheyWereSent(t *testing.T) {
	for _, size := range []int{0, 1, 255, 256, 1 << 20, maxMessage} {
		w := &wire{}
		sent := bytes.Repeat([]byte{'x'}, size)
		if err := newTestDealer(w).send(sent); err != nil {
			t.Fatal(err)
		}
		w.in = &w.out
		if got, err := newTestDealer(w).receive(); err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes: got %d, error %v", size, len(got), err)
		}
	}
}

func TestClaimedSizeTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _ = newTestDealer(&wire{in: strings.NewReader("\x02\x00\x00\x00\x00\x01\x00\x00\x00x")}).receive()
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("a frame that claims 16 MiB and has one byte takes %d bytes", got)
	}
}
