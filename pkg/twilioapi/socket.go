package twilioapi

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

// A socket is a net.Conn with two duties. It counts the bytes written to it, so
// that a request of which no byte left is told from one that may have arrived.
// And it holds back the first bytes of a request until its gate lets them go. If
// the gate does not, nothing is written any more: not even the closing message of
// TLS, which would count as bytes of the request.
type socket struct {
	net.Conn
	open  context.Context // ends with Close
	close context.CancelFunc

	gate     atomic.Pointer[Gate]      // of the next write, the first of a request; nil for other writes
	silent   atomic.Bool               // a gate did not let its request go; nothing is written any more
	sentAt   atomic.Pointer[time.Time] // when the last first write began
	written  atomic.Int64              // bytes
	answered atomic.Bool               // a whole answer came over it
}

func newSocket(conn net.Conn) *socket {
	s := &socket{Conn: conn}
	s.open, s.close = context.WithCancel(context.Background())
	return s
}

// Write writes b. The first write of a request blocks until its gate lets it go.
func (s *socket) Write(b []byte) (n int, err error) {
	gate := s.gate.Swap(nil)
	if s.silent.Load() {
		return 0, net.ErrClosed
	}
	if gate == nil {
		return s.write(b)
	}
	first := func() {
		now := time.Now()
		s.sentAt.Store(&now)
		n, err = s.write(b)
	}
	if *gate == nil {
		first()
		return n, err
	}
	if stopped := (*gate)(s.open, first); stopped != nil {
		s.silent.Store(true)
		return 0, stopped
	}
	return n, err
}

func (s *socket) write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	s.written.Add(int64(n))
	return n, err
}

func (s *socket) Close() error {
	s.close()
	return s.Conn.Close()
}

// underlying finds the socket below any layers of TLS.
func underlying(conn net.Conn) *socket {
	for {
		switch c := conn.(type) {
		case *socket:
			return c
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return newSocket(conn) // never: a connection dials nothing else
		}
	}
}
