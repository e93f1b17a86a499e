package twilioapi

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
)

// A connection leads to the API and carries one request at a time. It is an
// http.Transport to itself: so a request is known to go out over the socket that
// was warmed, and over no other.
//
// Creates go over warm connections only. Were connections opened on demand, the
// creates of the first burst would wait for their handshakes while those of the
// second found connections open, and Twilio would see both bursts within one
// second.
type connection struct {
	transport *http.Transport
	socket    *socket // the last one used; nil before the first request
}

// newConnection returns one like the template, which is not open yet.
func newConnection(template *http.Transport) *connection {
	t := template.Clone()
	t.MaxIdleConnsPerHost = 1
	if dial := t.DialContext; dial != nil {
		t.DialContext = counted(dial)
	}
	if dial := t.DialTLSContext; dial != nil {
		t.DialTLSContext = counted(dial)
	}
	return &connection{transport: t}
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// counted makes a socket of each connection that is dialed.
func counted(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return newSocket(conn), nil
	}
}

// isWarm reports whether the connection has answered a request and is still
// open.
func (c *connection) isWarm() bool {
	return c.socket != nil && c.socket.answered.Load() && c.socket.open.Err() == nil
}

// traced returns ctx with a trace that tells r about the socket it is going to
// be written to. A request with a gate waits for it on the warm socket, when its
// first bytes are ready. If it was given any other socket, that one is closed
// before anything is written to it.
func (c *connection) traced(ctx context.Context, r *request, gate Gate) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		socket := underlying(info.Conn)
		if gate != nil && (socket != c.socket || !c.isWarm()) {
			r.stale = true
			_ = info.Conn.Close()
			return
		}
		c.socket = socket
		r.socket, r.writtenBefore = socket, socket.written.Load()
		socket.gate.Store(&gate)
	}, WroteHeaders: func() { r.begun.Store(true) }})
}
