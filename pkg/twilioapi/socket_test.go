package twilioapi

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
)

// pipe returns a socket, and what arrives at its other end.
func pipe(t *testing.T) (*socket, <-chan string) {
	here, there := net.Pipe()
	arrived := make(chan string, 10)
	go func() {
		defer close(arrived)
		for buffer := make([]byte, 100); ; {
			n, err := there.Read(buffer)
			if err != nil {
				return
			}
			arrived <- string(buffer[:n])
		}
	}()
	s := newSocket(here)
	t.Cleanup(func() { _ = s.Close() })
	return s, arrived
}

// hold makes a gate that of the next write.
func (s *socket) hold(p Gate) { s.gate.Store(&p) }

func TestSocket(t *testing.T) {
	s, arrived := pipe(t)
	write := func(text string) {
		t.Helper()
		if n, err := io.WriteString(s, text); n != len(text) || err != nil {
			t.Errorf("wrote %d of %q, %v", n, text, err)
		}
		if got := <-arrived; got != text {
			t.Errorf("%q arrived, want %q", got, text)
		}
	}
	write("hello")
	if s.sentAt.Load() != nil {
		t.Error("a write that is not the first of a request was dated")
	}
	s.hold(nil)
	write("without a gate")
	if s.sentAt.Load() == nil {
		t.Error("the first write of a request was not dated")
	}
	asked := 0
	s.hold(func(ctx context.Context, write func()) error {
		asked++
		if ctx != s.open {
			t.Error("the gate does not hear of the closing")
		}
		write()
		return nil
	})
	write("with a gate")
	write("more of it")
	if want := int64(len("hello" + "without a gate" + "with a gate" + "more of it")); s.written.Load() != want || asked != 1 {
		t.Errorf("%d bytes counted, asked %d times; want %d, and once", s.written.Load(), asked, want)
	}
	no := errors.New("no")
	s.hold(func(context.Context, func()) error { return no })
	if n, err := io.WriteString(s, "held back"); n != 0 || err != no {
		t.Errorf("wrote %d, %v; want the gate's error", n, err)
	}
	before := s.written.Load()
	if n, err := io.WriteString(s, "goodbye"); n != 0 || !errors.Is(err, net.ErrClosed) || s.written.Load() != before {
		t.Errorf("wrote %d, %v; want nothing after a request that was held back", n, err)
	}
	_ = s.Close()
	if s.open.Err() == nil {
		t.Error("open after Close")
	}
	if text, more := <-arrived; more {
		t.Errorf("%q arrived after a request that was held back", text)
	}
}

func TestUnderlying(t *testing.T) {
	s, _ := pipe(t)
	if underlying(s) != s || underlying(tls.Client(tls.Client(s, &tls.Config{}), &tls.Config{})) != s {
		t.Error("the socket is not found below TLS")
	}
	other, _ := net.Pipe()
	if got := underlying(other); got.Conn != other {
		t.Error("a connection of somebody else's is not wrapped")
	}
}
