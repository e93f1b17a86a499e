// Package loopback puts a simulated Twilio account behind a real HTTPS server
// on 127.0.0.1, for programs that know Twilio under its own name only: they
// reach it through a proxy that takes every connection there.
//
// A program is led to it by its environment: HTTPS_PROXY names the proxy,
// SSL_CERT_FILE the certificate to trust, and NO_PROXY no exceptions.
package loopback

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A Server is an HTTPS server for api.twilio.com and pricing.twilio.com, and the proxy on 127.0.0.1
// that leads to it: a tunnel that the proxy is asked for ends in the API itself,
// so that nothing is copied on the way.
type Server struct {
	api, proxy *http.Server
	tunnels    *tunnels
	proxyURL   string
	certFile   string
}

// Start serves handler until Close. The certificate is written into dir.
func Start(handler http.Handler, dir string) (*Server, error) {
	certificate, pemBytes, err := newCertificate("api.twilio.com", "pricing.twilio.com")
	if err != nil {
		return nil, err
	}
	s := &Server{certFile: filepath.Join(dir, "loopback-ca.pem")}
	if err := os.WriteFile(s.certFile, pemBytes, 0o644); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	silent := log.New(io.Discard, "", 0) // clients that are killed are no news here
	s.tunnels = &tunnels{addr: listener.Addr(), open: make(chan net.Conn), done: make(chan struct{})}
	s.proxyURL = "http://" + listener.Addr().String()
	s.api = &http.Server{
		Handler:     handler,
		ErrorLog:    silent,
		TLSConfig:   &tls.Config{Certificates: []tls.Certificate{certificate}},
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	s.proxy = &http.Server{Handler: http.HandlerFunc(s.connect), ErrorLog: silent}
	go func() { _ = s.api.ServeTLS(s.tunnels, "", "") }()
	go func() { _ = s.proxy.Serve(listener) }()
	return s, nil
}

// Env returns the variables that lead a program here.
func (s *Server) Env() []string {
	return []string{"HTTPS_PROXY=" + s.proxyURL, "SSL_CERT_FILE=" + s.certFile, "NO_PROXY=", "no_proxy="}
}

// Close ends the server, the proxy and the connections to the API.
func (s *Server) Close() error { return errors.Join(s.proxy.Close(), s.api.Close()) }

type connKey struct{}

// Conn returns the client's own connection, which a request that the handler
// serves came over, for what the operating system knows about it.
func Conn(r *http.Request) *net.TCPConn {
	return r.Context().Value(connKey{}).(*tls.Conn).NetConn().(*net.TCPConn)
}

// connect answers CONNECT, whatever its target, with a tunnel to the API.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy takes CONNECT only", http.StatusMethodNotAllowed)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = client.Close()
		return
	}
	s.tunnels.accept(client)
}

// tunnels is the listener of the API: its connections are those of the proxy
// that were asked to become tunnels. A client says nothing to the API before
// the proxy's answer, so nothing of it is lost with the proxy's buffers.
type tunnels struct {
	addr  net.Addr
	open  chan net.Conn
	done  chan struct{}
	close sync.Once
}

func (t *tunnels) accept(conn net.Conn) {
	select {
	case t.open <- conn:
	case <-t.done:
		_ = conn.Close()
	}
}

func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-t.open:
		return conn, nil
	case <-t.done:
		return nil, net.ErrClosed
	}
}

func (t *tunnels) Addr() net.Addr { return t.addr }

func (t *tunnels) Close() error {
	t.close.Do(func() { close(t.done) })
	return nil
}

// newCertificate makes a certificate for hosts, good for a day, that signs
// itself.
func newCertificate(hosts ...string) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "simulated Twilio on loopback"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		DNSNames:              hosts,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
