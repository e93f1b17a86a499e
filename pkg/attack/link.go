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

	// A connection idle for longer is looked at before it is used again: whether
	// the endpoint has closed it. Back to back that would cost more than it finds.
	trusted = 2 * time.Millisecond

	readBuffer = 4 << 10  // enough for the head of most answers
	maxHead    = 64 << 10 // what the head of an answer may have
)

// A link is an HTTP connection to one address at a time, opened when needed.
type link struct {
	dial   func(ctx context.Context, addr string) (net.Conn, error)
	useTLS *tls.Config // nil where the connection needs none

	addr     address
	conn     net.Conn // nil if closed
	wire     meter
	reader   *bufio.Reader
	answered bool // the connection has carried an answer
	response fasthttp.Response
	used     time.Time // when it last was; kept by the owner, who knows the time

	sent, received int64 // bytes, over all connections
}

func newLink(cfg Config) *link {
	l := &link{dial: cfg.Connect, reader: bufio.NewReaderSize(nil, readBuffer)}
	if l.dial == nil {
		l.dial = dialTCP
		l.useTLS = &tls.Config{RootCAs: cfg.RootCAs}
	}
	l.response.Header.SetNoDefaultContentType(true)
	return l
}

func dialTCP(ctx context.Context, addr string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", addr)
}

func (l *link) isOpen() bool { return l.conn != nil }

// isFresh reports whether an open connection may be used at that time.
func (l *link) isFresh(at time.Time) bool { return at.Sub(l.used) <= maxIdle }

// isQuiet reports whether an idle connection is still open, and nothing has
// been said on it that would be taken for the next answer. Before its first
// answer a TLS server may speak, below HTTP: OpenSSL's sends session tickets.
func (l *link) isQuiet() bool {
	open, quiet := look(l.conn)
	_, secure := l.conn.(*tls.Conn)
	return open && (quiet || secure && !l.answered)
}

func (l *link) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// roundTrip sends a request and reads the answer, which is good until the next
// call. now may be the time a moment ago: reading the clock takes time.
func (l *link) roundTrip(to address, request []byte, now, deadline time.Time) (webhook.Answer, error) {
	if err := l.connect(to, now, deadline); err != nil {
		return webhook.Answer{}, err
	}
	answer, err := l.exchange(request, deadline)
	if err != nil && l.answered && l.wire.n == 0 {
		err = &keptError{err}
	}
	l.received += l.wire.taken()
	l.answered = true
	reusable := err == nil && !l.response.ConnectionClose() && len(answer.Body) <= webhook.MaxAnswer &&
		l.reader.Buffered() == 0 // nothing was said unasked
	if !reusable {
		l.close()
	}
	return answer, err
}

func (l *link) exchange(request []byte, deadline time.Time) (webhook.Answer, error) {
	if err := l.conn.SetDeadline(deadline); err != nil {
		return webhook.Answer{}, err
	}
	n, err := l.conn.Write(request)
	l.sent += int64(n)
	// An endpoint may have answered and closed without reading all of the
	// request: what it said counts.
	first, readErr := l.reader.Peek(1)
	if readErr != nil {
		return webhook.Answer{}, cmp.Or(err, readErr)
	}
	if first[0] == tlsAlert {
		return webhook.Answer{}, errSpeaksTLS // no HTTP begins so
	}
	err = l.read()
	header := &l.response.Header
	answer := webhook.Answer{
		Status:      l.response.StatusCode(),
		ContentType: header.ContentType(),
		Body:        l.response.Body(),
		Chunked:     header.ContentLength() == chunked,
	}
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		answer.Body = tooLong
		return answer, nil
	case isLongHead(err):
		return webhook.Answer{}, errLongHead
	case err != nil && l.wire.err == io.EOF:
		return webhook.Answer{}, io.ErrUnexpectedEOF
	case err != nil && l.wire.err != nil:
		return webhook.Answer{}, l.wire.err
	case err != nil:
		return webhook.Answer{}, errMalformed
	}
	return answer, nil
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
func (l *link) read() error {
	err := l.response.ReadLimitBody(l.reader, webhook.MaxAnswer)
	if !isLongHead(err) || l.reader.Size() > readBuffer {
		return err
	}
	read, _ := l.reader.Peek(l.reader.Buffered()) // all of it: the head is not consumed
	l.reader = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(read)), &l.wire), maxHead)
	return l.response.ReadLimitBody(l.reader, webhook.MaxAnswer)
}

func isLongHead(err error) bool {
	var small *fasthttp.ErrSmallBuffer
	return errors.As(err, &small)
}

// connect sees to it that there is a connection to that address.
func (l *link) connect(to address, now, deadline time.Time) error {
	if l.conn != nil && l.addr == to {
		if idle := now.Sub(l.used); idle <= trusted || l.isFresh(now) && l.isQuiet() {
			return nil
		}
	}
	l.close()
	var conn net.Conn
	var err error
	for range connectAttempts {
		ctx, cancel := context.WithTimeout(context.Background(), min(connectTimeout, time.Until(deadline)))
		conn, err = l.open(ctx, to)
		cancel()
		if err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	l.addr, l.conn, l.used = to, conn, now
	l.wire = meter{Conn: conn}
	l.answered = false
	if l.reader.Size() > readBuffer {
		l.reader = bufio.NewReaderSize(nil, readBuffer)
	}
	l.reader.Reset(&l.wire)
	return nil
}

func (l *link) open(ctx context.Context, to address) (net.Conn, error) {
	conn, err := l.dial(ctx, to.hostPort)
	var op *net.OpError
	if err != nil && !errors.As(err, &op) {
		err = &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	if err != nil || l.useTLS == nil || !to.secure {
		return conn, err
	}
	config := l.useTLS.Clone()
	config.ServerName = to.host
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, &net.OpError{Op: webhook.OpHandshake, Net: "tcp", Addr: conn.RemoteAddr(), Err: err}
	}
	return secure, nil
}

// A meter counts the bytes read from a connection and keeps the error that
// ended it, which fasthttp's parser does not.
type meter struct {
	net.Conn
	n   int64
	err error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.n += int64(n)
	m.err = err
	return n, err
}

func (m *meter) taken() int64 {
	n := m.n
	m.n = 0
	return n
}
