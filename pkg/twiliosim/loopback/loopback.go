// Package loopback puts a simulated Twilio account behind a real HTTPS server
// on 127.0.0.1, for programs that know Twilio under its own name only: they
// reach it through a proxy that takes every connection there.
//
// A program is led to it by its environment: HTTPS_PROXY names the proxy,
// SSL_CERT_FILE the certificate to trust.
package loopback

import (
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
	"time"
)

// A Server is an HTTPS server for api.twilio.com on 127.0.0.1, and the proxy
// that leads to it.
type Server struct {
	api, proxy *http.Server
	addr       string // of the API
	proxyURL   string
	certFile   string
}

// Start serves handler until Close. The certificate is written into dir.
func Start(handler http.Handler, dir string) (*Server, error) {
	certificate, pemBytes, err := newCertificate("api.twilio.com")
	if err != nil {
		return nil, err
	}
	s := &Server{certFile: filepath.Join(dir, "loopback-ca.pem")}
	if err := os.WriteFile(s.certFile, pemBytes, 0o644); err != nil {
		return nil, err
	}
	apiListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	proxyListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, apiListener.Close())
	}
	silent := log.New(io.Discard, "", 0) // clients that are killed are no news here
	s.addr = apiListener.Addr().String()
	s.proxyURL = "http://" + proxyListener.Addr().String()
	s.api = &http.Server{Handler: handler, ErrorLog: silent, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}}
	s.proxy = &http.Server{Handler: http.HandlerFunc(s.connect), ErrorLog: silent}
	go func() { _ = s.api.ServeTLS(apiListener, "", "") }()
	go func() { _ = s.proxy.Serve(proxyListener) }()
	return s, nil
}

// Env returns the variables that lead a program here.
func (s *Server) Env() []string {
	return []string{"HTTPS_PROXY=" + s.proxyURL, "SSL_CERT_FILE=" + s.certFile}
}

// Close ends the server, the proxy and the connections to the API.
func (s *Server) Close() error { return errors.Join(s.proxy.Close(), s.api.Close()) }

// connect answers CONNECT, whatever its target, with a tunnel to the API.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy takes CONNECT only", http.StatusMethodNotAllowed)
		return
	}
	api, err := net.Dial("tcp", s.addr)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = api.Close()
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go tunnel(api, buffered)
	tunnel(client, api)
	_ = api.Close()
	_ = client.Close()
}

// tunnel copies until the source ends, and passes the end on.
func tunnel(to net.Conn, from io.Reader) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// newCertificate makes a certificate for a host, good for a day, that signs
// itself.
func newCertificate(host string) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "simulated Twilio on loopback"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		DNSNames:              []string{host},
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
