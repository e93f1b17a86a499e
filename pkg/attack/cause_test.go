package attack

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// Causes are counted by their text: it must be the same whatever the name, the
// port and the time.
func TestCausesHaveFixedTexts(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	certificate := func(err error) error {
		return &net.OpError{Op: "TLS handshake", Err: &tls.CertificateVerificationError{Err: err}}
	}
	old := &x509.Certificate{NotAfter: time.Unix(0, 0)}
	for _, tc := range []struct {
		want string
		err  error
	}{
		{"host name not found", dial(&net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true})},
		{"name server: time is up", dial(&net.DNSError{Err: "read udp 127.0.0.1:4711: i/o timeout", IsTimeout: true})},
		{"name server failed", dial(&net.DNSError{Err: "read udp 127.0.0.1:4712: refused"})},
		{"certificate is for another host", certificate(x509.HostnameError{Certificate: old, Host: "a.example"})},
		{"certificate has expired or is not yet valid", certificate(x509.CertificateInvalidError{Cert: old, Reason: x509.Expired, Detail: "current time 2026"})},
		{"certificate may not be used for this", certificate(x509.CertificateInvalidError{Cert: old, Reason: x509.IncompatibleUsage})},
		{"certificate is signed by an unknown authority", certificate(x509.UnknownAuthorityError{Cert: old})},
		{"certificate cannot be verified", certificate(x509.SystemRootsError{})},
		{"the answer is not TLS: does the URL begin with http?", tls.RecordHeaderError{Msg: "first record"}},
		{"tls: handshake failure", &net.OpError{Op: "remote error", Err: tls.AlertError(40)}},
		{"this computer: too many open files", dial(os.NewSyscallError("socket", syscall.EMFILE))},
		{"this computer: cannot assign requested address", dial(os.NewSyscallError("connect", syscall.EADDRNOTAVAIL))},
		{"kept connection: connection reset by peer", &keptError{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}}},
		{"kept connection: connection closed without an answer", &keptError{io.EOF}},
		{"time is up", &keptError{os.ErrDeadlineExceeded}},
	} {
		if got := cause(tc.err); got != tc.want {
			t.Errorf("cause(%v) = %q, want %q", tc.err, got, tc.want)
		}
	}
}
