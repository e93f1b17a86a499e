package attack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"

	"github.com/gobwas/ws"
)

// WebSockets are gobwas/ws over a connection that we dial. Compared on loopback
// with 5,000 connections and 10,000 frames of 172 bytes a second each way: idle
// 4.4 kB a connection (gorilla/websocket 5.4, coder/websocket 15.5), 14–16 µs of
// CPU for a frame out and one in (14, 17).

const (
	socketBuffer = 512     // of reading: a message is some hundred bytes
	maxMessage   = 1 << 20 // of an agent; a longer one is not kept

	// unsent is how many bytes the computer may hold of what was written: a second or
	// two of audio. By itself it holds minutes, and an agent that reads nothing would
	// not be seen. Linux doubles it.
	unsent = 16 << 10

	// writeTimeout is how long an agent may leave what is sent unread, beyond what
	// the buffers of connections hold.
	writeTimeout = 5 * time.Second

	// closeTimeout is how long the last frame may take.
	closeTimeout = 100 * time.Millisecond
)

// A socket is the client's end of a WebSocket. One goroutine may read while others
// write.
type socket struct {
	conn   net.Conn
	reader *bufio.Reader
	mu     sync.Mutex // held to write: what the agent does not read makes the next one wait, and does not pile up
}

// A statusError is a handshake that was answered with another HTTP status than 101.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("the handshake was answered %d %s", int(e), http.StatusText(int(e)))
}

// openSocket opens the WebSocket of a session, signed as Twilio signs it: the
// mechanism of webhooks, over the URL without fields. It blocks until the
// handshake is over, ctx is done or the deadline has come.
// https://www.twilio.com/docs/voice/conversationrelay/onboarding
func (a *Attack) openSocket(ctx context.Context, s *dialog.Session, forged bool, deadline time.Time) (*socket, error) {
	u := webhook.MustParseURL(s.Send)
	to := *u
	to.Scheme = map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	conn, err := a.dialer.open(ctx, newAddress(&to))
	if err != nil {
		return nil, err
	}
	limitUnsent(conn)
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })()
	read, err := a.handshake(conn, u, s, forged)
	if err != nil {
		conn.Close()
		return nil, err
	}
	var from io.Reader = conn
	if read != nil { // what came right behind the handshake
		early, _ := read.Peek(read.Buffered())
		from = io.MultiReader(bytes.NewReader(early), conn)
	}
	return &socket{conn: conn, reader: bufio.NewReaderSize(from, socketBuffer)}, nil
}

// limitUnsent has a connection over TCP hold no more than unsent. What cannot be set
// is left as it is.
func limitUnsent(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(unsent)
	}
}

func (a *Attack) handshake(conn net.Conn, u *url.URL, s *dialog.Session, forged bool) (*bufio.Reader, error) {
	header := http.Header{
		"X-Twilio-Signature": {webhook.Signature(a.cfg.Token, s.URL, forged)},
		"User-Agent":         {"TwilioProxy/1.1"},
	}
	if u.User != nil {
		header.Set("Authorization", basic(u.User))
	}
	d := ws.Dialer{Header: ws.HandshakeHeaderHTTP(header), ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10}
	read, _, err := d.Upgrade(conn, u)
	var status ws.StatusError
	if errors.As(err, &status) {
		err = statusError(status)
	}
	return read, err
}

// A closeError is a WebSocket close.
type closeError ws.StatusCode

func (e closeError) Error() string { return fmt.Sprintf("WebSocket close %d", int(e)) }

// inGoodOrder reports whether the close names no error. RFC 6455, 7.4.1.
func (e closeError) inGoodOrder() bool {
	code := ws.StatusCode(e)
	return code == ws.StatusNormalClosure || code == ws.StatusGoingAway || code == ws.StatusNoStatusRcvd
}

// An unreadable is a message that is not text, or too long to be kept.
type unreadable string

func (e unreadable) Error() string { return string(e) }

// read returns the next message. Pings are answered meanwhile. After an error
// other than unreadable there are no more.
func (s *socket) read() ([]byte, error) {
	var message []byte
	length, opcode := int64(0), ws.OpText
	for {
		h, err := ws.ReadHeader(s.reader)
		if err != nil {
			return nil, err
		}
		switch {
		case h.Rsv != 0 || h.OpCode.IsReserved() || h.Length < 0:
			return nil, errors.New("these bytes are not a WebSocket's frame")
		case h.Masked:
			return nil, errors.New("a frame that is masked, as only a client's may be")
		}
		if h.OpCode.IsControl() {
			if err := s.control(h); err != nil {
				return nil, err
			}
			continue
		}
		if h.OpCode != ws.OpContinuation {
			opcode, message, length = h.OpCode, nil, 0
		}
		if length += h.Length; length > maxMessage || opcode != ws.OpText {
			_, err = io.CopyN(io.Discard, s.reader, h.Length)
			message = nil
		} else {
			before := len(message)
			message = append(message, make([]byte, h.Length)...)
			_, err = io.ReadFull(s.reader, message[before:])
		}
		switch {
		case err != nil:
			return nil, err
		case !h.Fin:
		case opcode != ws.OpText:
			return nil, unreadable("Invalid message received: a binary frame")
		case length > maxMessage:
			return nil, unreadable(fmt.Sprintf("Invalid message received: it has %d bytes", length))
		default:
			return message, nil
		}
	}
}

// control reads the rest of a control frame and does what it asks for.
func (s *socket) control(h ws.Header) error {
	if h.Length > ws.MaxControlFramePayloadSize {
		return errors.New("a control frame that is too long")
	}
	payload := make([]byte, h.Length)
	if _, err := io.ReadFull(s.reader, payload); err != nil {
		return err
	}
	switch h.OpCode {
	case ws.OpPing:
		return s.write(ws.OpPong, payload, time.Now().Add(writeTimeout))
	case ws.OpClose:
		code := ws.StatusNoStatusRcvd
		if len(payload) >= 2 {
			code, _ = ws.ParseCloseFrameData(payload)
		}
		_ = s.write(ws.OpClose, payload, time.Now().Add(closeTimeout)) // the connection is closed anyway
		return closeError(code)
	}
	return nil
}

// frames are buffers that frames are written from.
var frames = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write sends a frame, in one write. It blocks while the agent reads nothing, up
// to the deadline; then the socket is of no more use.
func (s *socket) write(opcode ws.OpCode, payload []byte, deadline time.Time) error {
	frame := frames.Get().(*bytes.Buffer)
	defer frames.Put(frame)
	frame.Reset()
	h := ws.Header{Fin: true, OpCode: opcode, Masked: true, Mask: ws.NewMask(), Length: int64(len(payload))}
	if err := ws.WriteHeader(frame, h); err != nil {
		return err
	}
	head := frame.Len()
	frame.Write(payload)
	ws.Cipher(frame.Bytes()[head:], h.Mask, 0)

	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := s.conn.Write(frame.Bytes())
	return err
}

// close says so and closes the connection.
func (s *socket) close() {
	_ = s.write(ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, ""), time.Now().Add(closeTimeout))
	s.conn.Close()
}
