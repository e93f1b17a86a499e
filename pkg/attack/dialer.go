package attack

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"call-load-tester/pkg/webhook"
)

// A dialer opens connections.
type dialer struct {
	dial   func(ctx context.Context, addr string) (net.Conn, error)
	useTLS *tls.Config // nil where the connection needs none
}

func newDialer(cfg Config) dialer {
	if cfg.Connect != nil {
		return dialer{dial: cfg.Connect}
	}
	return dialer{dialTCP, &tls.Config{RootCAs: cfg.RootCAs}}
}

func dialTCP(ctx context.Context, addr string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", addr)
}

// open opens a connection, with the TLS handshake where the address asks for it.
func (d dialer) open(ctx context.Context, to address) (net.Conn, error) {
	conn, err := d.dial(ctx, to.hostPort)
	var op *net.OpError
	if err != nil && !errors.As(err, &op) {
		err = &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	if err != nil || d.useTLS == nil || !to.secure {
		return conn, err
	}
	config := d.useTLS.Clone()
	config.ServerName = to.host
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, &net.OpError{Op: webhook.OpHandshake, Net: "tcp", Addr: conn.RemoteAddr(), Err: err}
	}
	return secure, nil
}
