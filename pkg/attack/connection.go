package attack

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"call-load-tester/pkg/webhook"

	"github.com/valyala/fasthttp"
)

const (
	connectTimeout  = 5 * time.Second // of one attempt. Twilio: error dictionary 11205
	connectAttempts = 2               // Twilio: connection overrides, rc = 1 by default

	// A connection idle for longer is not used again: some servers close theirs
	// after two seconds, and a request that crosses the closing would fail.
	maxIdle = 1500 * time.Millisecond

	// A connection idle for longer is peeked at before it is used again, to see
	// whether the endpoint has closed it. Back to back that would cost more than
	// it finds.
	peekAfter = 2 * time.Millisecond

	readBuffer = 4 << 10  // enough for the head of most answers
	maxHead    = 64 << 10 // what the head of an answer may have
)

// A connection is an HTTP connection to one address at a time. It is opened when
// it is needed, and kept for the next request.
type connection struct {
	life   context.Context // when it is done, the connection is closed
	dialer dialer

	addr     address
	conn     net.Conn    // nil if closed
	forget   func() bool // what would close conn at the end of life
	wire     countingConn
	reader   *bufio.Reader
	answered bool // the connection has carried an answer
	response fasthttp.Response

	beginning []byte    // of the last answer that was too long
	used      time.Time // when it last was; kept by the owner, who knows the time

	sent, received int64 // bytes, over all connections
}

func newConnection(life context.Context, cfg Config) *connection {
	c := &connection{life: life, dialer: newDialer(cfg), reader: bufio.NewReaderSize(nil, readBuffer)}
	c.response.Header.SetNoDefaultContentType(true)
	return c
}

func (c *connection) isOpen() bool { return c.conn != nil }

// isFresh reports whether an open connection may be used at that time.
func (c *connection) isFresh(at time.Time) bool { return at.Sub(c.used) <= maxIdle }

// isUsable reports whether an idle connection is still open, with no bytes to
// read that would be taken for the next answer. Before its first answer a TLS
// server may send some, below HTTP: OpenSSL's sends session tickets.
func (c *connection) isUsable() bool {
	open, unread := peek(c.conn)
	_, secure := c.conn.(*tls.Conn)
	return open && (!unread || secure && !c.answered)
}

func (c *connection) close() {
	if c.conn != nil {
		c.forget()
		c.conn.Close()
		c.conn = nil
	}
}

// roundTrip sends a request and reads the answer, which is good until the next
// call. now may be the time a moment ago: reading the clock takes time.
func (c *connection) roundTrip(to address, request []byte, now, deadline time.Time) (webhook.Answer, error) {
	if err := c.connect(to, now, deadline); err != nil {
		return webhook.Answer{}, err
	}
	answer, err := c.writeRead(request, deadline)
	if err != nil && c.answered && c.wire.n == 0 {
		err = &keptError{err}
	}
	c.received += c.wire.taken()
	c.answered = true
	reusable := err == nil && !c.response.ConnectionClose() && len(answer.Body) <= webhook.MaxAnswer &&
		c.reader.Buffered() == 0 // nothing was said unasked
	if !reusable {
		c.close()
	}
	return answer, err
}

func (c *connection) writeRead(request []byte, deadline time.Time) (webhook.Answer, error) {
	if err := c.conn.SetDeadline(deadline); err != nil {
		return webhook.Answer{}, err
	}
	n, err := c.conn.Write(request)
	c.sent += int64(n)
	// An endpoint may have answered and closed without reading all of the
	// request: what it said counts.
	first, readErr := c.reader.Peek(1)
	if readErr != nil {
		return webhook.Answer{}, cmp.Or(err, readErr)
	}
	if first[0] == tlsAlert {
		return webhook.Answer{}, errSpeaksTLS // no HTTP begins so
	}
	err = c.read()
	header := &c.response.Header
	answer := webhook.Answer{
		Status:      c.response.StatusCode(),
		ContentType: header.ContentType(),
		Body:        c.response.Body(),
		Chunked:     header.ContentLength() == chunked,
	}
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		answer.Body = tooLong
		c.beginning = c.longBeginning()
		return answer, nil
	case isLongHead(err):
		return webhook.Answer{}, errLongHead
	case err != nil && c.wire.err == io.EOF:
		return webhook.Answer{}, io.ErrUnexpectedEOF
	case err != nil && c.wire.err != nil:
		return webhook.Answer{}, c.wire.err
	case err != nil:
		return webhook.Answer{}, errMalformed
	}
	return answer, nil
}

// longBeginning returns the beginning of a body that is too long: what was read of
// it, or if that is not much what comes next, which is within its first chunk.
func (c *connection) longBeginning() []byte {
	read := c.response.Body()
	if len(read) >= maxBody {
		return read
	}
	next, _ := c.reader.Peek(maxBody - len(read)) // what there is, if the rest does not come
	return append(slices.Clip(read), next...)
}

const (
	chunked  = -1 // fasthttp's content length of a chunked body
	tlsAlert = 21 // the first byte of what a TLS server says to plain HTTP
)

var (
	tooLong      = make([]byte, webhook.MaxAnswer+1)
	errMalformed = errors.New("the answer is not valid HTTP")
	errLongHead  = errors.New("the answer's head is over 64 kB")
	errSpeaksTLS = errors.New("the answer is TLS: the URL must begin with https")
)

// A keptError is a failure on a kept connection before a byte of the answer:
// often the endpoint has closed it meanwhile.
type keptError struct{ error }

func (e *keptError) Unwrap() error { return e.error }

// read reads an answer. A head that does not fit the reader's buffer gets a
// larger one, for as long as the connection is kept.
func (c *connection) read() error {
	err := c.response.ReadLimitBody(c.reader, webhook.MaxAnswer)
	if !isLongHead(err) || c.reader.Size() > readBuffer {
		return err
	}
	read, _ := c.reader.Peek(c.reader.Buffered()) // all of it: the head is not consumed
	c.reader = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(read)), &c.wire), maxHead)
	return c.response.ReadLimitBody(c.reader, webhook.MaxAnswer)
}

func isLongHead(err error) bool {
	var small *fasthttp.ErrSmallBuffer
	return errors.As(err, &small)
}

// connect sees to it that there is a connection to that address.
func (c *connection) connect(to address, now, deadline time.Time) error {
	if c.conn != nil && c.addr == to {
		if idle := now.Sub(c.used); idle <= peekAfter || c.isFresh(now) && c.isUsable() {
			return nil
		}
	}
	c.close()
	var conn net.Conn
	var err error
	for range connectAttempts {
		ctx, cancel := context.WithTimeout(c.life, min(connectTimeout, time.Until(deadline)))
		conn, err = c.dialer.open(ctx, to)
		cancel()
		if err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	c.addr, c.conn, c.used = to, conn, now
	c.forget = context.AfterFunc(c.life, func() { conn.Close() })
	c.wire = countingConn{Conn: conn}
	c.answered = false
	if c.reader.Size() > readBuffer {
		c.reader = bufio.NewReaderSize(nil, readBuffer)
	}
	c.reader.Reset(&c.wire)
	return nil
}

// A countingConn counts the bytes read and keeps the error that ended reading,
// which fasthttp's parser does not.
type countingConn struct {
	net.Conn
	n   int64
	err error
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n += int64(n)
	c.err = err
	return n, err
}

func (c *countingConn) taken() int64 {
	n := c.n
	c.n = 0
	return n
}
