package locust

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	writeTimeout = 30 * time.Second // for one message: a longer wait means a master that does not read
	maxMessage   = 16 << 20         // bytes of a message received; a spawn has some hundreds
)

// Flags of a ZMTP frame.
const (
	flagMore    = 1 << iota // further frames of the message follow
	flagLong                // the size has 8 bytes, not 1
	flagCommand             // for the peer's socket, not for its application
)

// errOther is behind the errors of a peer that is no Locust master, and will not be one next time.
var errOther = errors.New("what answers is something else")

// A dealer is a ZeroMQ socket of type DEALER, connected to one of type ROUTER: ZMTP 3.1 without security, as in
// https://rfc.zeromq.org/spec/23/ and https://rfc.zeromq.org/spec/37/. Sending and receiving may go on at once.
type dealer struct {
	conn  net.Conn
	in    *bufio.Reader
	pongs bool         // the peer answers pings
	heard atomic.Int64 // when the last frame came: Unix time in nanoseconds
	write sync.Mutex
	over  chan struct{} // closed by whoever receives, when nothing more will come
}

// newDealer shakes hands over conn, until ctx is done. It closes conn if it fails.
func newDealer(ctx context.Context, conn net.Conn, identity string) (*dealer, error) {
	d := &dealer{conn: conn, in: bufio.NewReader(conn), over: make(chan struct{})}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	err := d.handshake(identity)
	if !stop() {
		err = errors.New("it accepts connections but does not speak ZeroMQ")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	d.heard.Store(time.Now().UnixNano())
	return d, nil
}

func (d *dealer) handshake(identity string) error {
	var greeting [64]byte // signature 10, version 2, mechanism 20, as-server 1, filler
	greeting[0], greeting[9], greeting[10], greeting[11] = 0xFF, 0x7F, 3, 1
	copy(greeting[12:], "NULL")
	ready := []byte("\x05READY")
	for _, property := range [][2]string{{"Socket-Type", "DEALER"}, {"Identity", identity}} {
		ready = append(append(ready, byte(len(property[0]))), property[0]...)
		ready = append(binary.BigEndian.AppendUint32(ready, uint32(len(property[1]))), property[1]...)
	}
	if _, err := d.conn.Write(greeting[:]); err != nil {
		return err
	}
	if err := d.expectGreeting(); err != nil {
		return err
	}
	if err := d.writeFrame(flagCommand, ready); err != nil {
		return err
	}
	return d.expectReady()
}

func (d *dealer) expectGreeting() error {
	if first, err := d.in.Peek(10); err != nil {
		return fmt.Errorf("ZeroMQ's greeting breaks off: %w", err)
	} else if first[0] != 0xFF || first[9] != 0x7F {
		return fmt.Errorf("%w: it greets with %q, not as ZeroMQ does", errOther, first)
	}
	var g [64]byte
	if _, err := io.ReadFull(d.in, g[:]); err != nil {
		return fmt.Errorf("ZeroMQ's greeting breaks off: %w", err)
	}
	if g[10] < 3 {
		return fmt.Errorf("%w: it speaks ZMTP %d, not 3", errOther, g[10])
	}
	if mechanism := bytes.TrimRight(g[12:32], "\x00"); string(mechanism) != "NULL" {
		return fmt.Errorf("%w: it wants ZeroMQ's security mechanism %q, and Locust has none", errOther, mechanism)
	}
	d.pongs = g[10] > 3 || g[11] >= 1
	return nil
}

func (d *dealer) expectReady() error {
	flags, body, err := d.readFrame()
	if err != nil {
		return fmt.Errorf("ZeroMQ's handshake breaks off: %w", err)
	}
	properties, ok := bytes.CutPrefix(body, []byte("\x05READY"))
	if flags&flagCommand == 0 || !ok {
		return fmt.Errorf("%w: it answers ZeroMQ's handshake with %.60q", errOther, body)
	}
	for len(properties) > 0 {
		name, rest, ok := cut(properties, 1)
		value, rest, ok2 := cut(rest, 4)
		if !ok || !ok2 {
			return fmt.Errorf("%w: broken properties in ZeroMQ's handshake: %.60q", errOther, body)
		}
		if string(name) == "Socket-Type" && string(value) != "ROUTER" {
			return fmt.Errorf("%w: its ZeroMQ socket is a %.20q, not a ROUTER", errOther, value)
		}
		properties = rest
	}
	return nil
}

// cut splits off a string that has its length before it, in so many bytes.
func cut(b []byte, width int) (head, rest []byte, ok bool) {
	if len(b) < width {
		return nil, nil, false
	}
	n := uint64(0)
	for _, digit := range b[:width] {
		n = n<<8 | uint64(digit)
	}
	b = b[width:]
	if n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// send writes a message of one frame. It blocks until the network has taken it, for at most [writeTimeout].
func (d *dealer) send(body []byte) error { return d.writeFrame(0, body) }

// ping asks the peer's socket for a sign of life, if it can give one.
func (d *dealer) ping() error {
	if !d.pongs {
		return nil
	}
	return d.writeFrame(flagCommand, []byte("\x04PING\x00\x00"))
}

func (d *dealer) writeFrame(flags byte, body []byte) error {
	d.write.Lock()
	defer d.write.Unlock()
	frame := make([]byte, 0, 9+len(body))
	if len(body) < 256 {
		frame = append(frame, flags, byte(len(body)))
	} else {
		frame = binary.BigEndian.AppendUint64(append(frame, flags|flagLong), uint64(len(body)))
	}
	_ = d.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	_, err := d.conn.Write(append(frame, body...))
	return err
}

// receive returns the next message. It blocks until there is one or the connection is over. Pings it answers.
func (d *dealer) receive() ([]byte, error) {
	for {
		flags, body, err := d.readFrame()
		if err != nil {
			return nil, err
		}
		if flags&flagCommand == 0 {
			if flags&flagMore != 0 {
				return nil, errors.New("a message of several frames")
			}
			return body, nil
		}
		// A ping has a time to live in two bytes, and a context for the pong.
		if ping, ok := bytes.CutPrefix(body, []byte("\x04PING")); ok && len(ping) >= 2 {
			if err := d.writeFrame(flagCommand, append([]byte("\x04PONG"), ping[2:]...)); err != nil {
				return nil, err
			}
		}
	}
}

func (d *dealer) readFrame() (flags byte, body []byte, err error) {
	var header [9]byte
	if _, err = io.ReadFull(d.in, header[:2]); err != nil {
		return 0, nil, err
	}
	flags = header[0]
	size := uint64(header[1])
	if flags > flagMore|flagLong|flagCommand {
		return 0, nil, fmt.Errorf("a frame with the flags %#x", flags)
	}
	if flags&flagLong != 0 {
		if _, err = io.ReadFull(d.in, header[2:]); err != nil {
			return 0, nil, broken(err)
		}
		size = binary.BigEndian.Uint64(header[1:])
	}
	if size > maxMessage {
		return 0, nil, fmt.Errorf("a frame of %d bytes", size)
	}
	var buffer bytes.Buffer // grows with what comes, not with what is claimed
	if _, err = io.CopyN(&buffer, d.in, int64(size)); err != nil {
		return 0, nil, broken(err)
	}
	d.heard.Store(time.Now().UnixNano())
	return flags, buffer.Bytes(), nil
}

// broken turns an end in the middle of a frame into an error that says so.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// quiet is how long nothing has come.
func (d *dealer) quiet() time.Duration { return time.Since(time.Unix(0, d.heard.Load())) }

// close closes the connection when the peer has read all, or a second later. Closed with something unread in it, a TCP
// connection is reset, and with that may go what was last written. Somebody must be receiving meanwhile.
func (d *dealer) close() {
	if tcp, ok := d.conn.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		select {
		case <-d.over:
		case <-time.After(time.Second):
		}
	}
	d.conn.Close()
}
