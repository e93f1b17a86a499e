package calls

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

// A turn waits until a request may go, and calls write when it may. It returns
// an error if it may not go any more, and at the latest when open ends, since
// the connection is closed then.
type turn func(open context.Context, write func()) error

// A connection counts what is written to it, so that a request of which no
// byte left can be told from one that may have arrived; and it holds back the
// first bytes of a request until its turn has come. If that never comes, TLS is
// kept from saying goodbye, which would look like bytes of the request.
type connection struct {
	net.Conn
	open  context.Context // ends with Close
	close context.CancelFunc

	turn     atomic.Pointer[turn]      // of the next write, the first of a request; nil for others
	refused  atomic.Bool               // a request's turn did not come; nothing is written any more
	sentAt   atomic.Pointer[time.Time] // when the last such write began
	written  atomic.Int64              // bytes
	answered atomic.Bool               // a whole answer came over it
}

func newConnection(conn net.Conn) *connection {
	c := &connection{Conn: conn}
	c.open, c.close = context.WithCancel(context.Background())
	return c
}

func (c *connection) Write(b []byte) (n int, err error) {
	write := func() {
		now := time.Now()
		c.sentAt.Store(&now)
		n, err = c.write(b)
	}
	first := c.turn.Swap(nil)
	switch {
	case c.refused.Load():
		return 0, net.ErrClosed
	case first == nil:
		return c.write(b)
	case *first == nil:
		write()
	default:
		if refused := (*first)(c.open, write); refused != nil {
			c.refused.Store(true)
			return 0, refused
		}
	}
	return n, err
}

func (c *connection) write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

func (c *connection) Close() error {
	c.close()
	return c.Conn.Close()
}

// underlying finds the connection below any layers of TLS.
func underlying(conn net.Conn) *connection {
	for {
		switch c := conn.(type) {
		case *connection:
			return c
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return newConnection(conn) // never: every dial of a lane is counted
		}
	}
}
