package webhook_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/webhook"
)

// Failures are counted by their causes, which must be the same whatever the
// name, the port and the time.
func TestFailure(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	read := func(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }
	handshake := func(err error) error { return &net.OpError{Op: webhook.OpHandshake, Net: "tcp", Err: err} }
	certificate := func(err error) error { return handshake(&tls.CertificateVerificationError{Err: err}) }
	old := &x509.Certificate{NotAfter: time.Unix(0, 0)}
	for _, tc := range []struct {
		what  string
		err   error
		code  webhook.Code
		cause string
	}{
		{"nobody listens", dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), 11202, "connection refused"},
		{"nobody answers the call", dial(os.ErrDeadlineExceeded), 11201, "time is up"},
		{"nobody answers the call, by a context", dial(context.DeadlineExceeded), 11201, "time is up"},
		{"nobody answers the call, by the system", dial(os.NewSyscallError("connect", syscall.ETIMEDOUT)), 11201, "connection timed out"},
		{"no file left here", dial(os.NewSyscallError("socket", syscall.EMFILE)), webhook.OwnLimit, "this computer: too many open files"},
		{"no port left here", dial(os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)), webhook.OwnLimit, "this computer: cannot assign requested address"},
		{"no buffer left here", &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.ENOBUFS)}, webhook.OwnLimit, "this computer: no buffer space available"},
		{"no such name", dial(&net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true}), 11210, "host name not found"},
		{"the name server is slow", dial(&net.DNSError{Err: "read udp 127.0.0.1:4711: i/o timeout", IsTimeout: true}), 11210, "name server: time is up"},
		{"the name server is down", dial(&net.DNSError{Err: "read udp 127.0.0.1:4712: refused"}), 11210, "name server failed"},
		{"no route", dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), 11200, "no route to host"},
		{"no answer", read(os.ErrDeadlineExceeded), 11205, "time is up"},
		{"reset", read(os.NewSyscallError("read", syscall.ECONNRESET)), 11200, "connection reset by peer"},
		{"closed before an answer", io.EOF, 11200, "connection closed without an answer"},
		{"closed within an answer", fmt.Errorf("body: %w", io.ErrUnexpectedEOF), 11200, "connection closed within the answer"},
		{"closed within an answer, in memory", io.ErrClosedPipe, 11200, "io: read/write on closed pipe"},
		{"an operation in another", dial(read(errors.New("a proxy said no\nand more"))), 11200, "a proxy said no: and more"},
		{"something else was said", errors.New("cannot parse response status"), 11206, "cannot parse response status"},
		{"plain HTTP on the port of TLS", handshake(tls.RecordHeaderError{Msg: "first record"}), 11220, "the answer is not TLS: does the URL begin with http?"},
		{"the other side gives up the handshake", handshake(&net.OpError{Op: "remote error", Err: tls.AlertError(40)}), 11220, "tls: handshake failure"},
		{"closed during the handshake", handshake(io.EOF), 11220, "connection closed without an answer"},
		{"silence during the handshake", handshake(read(os.ErrDeadlineExceeded)), 11205, "time is up"},
		{"a certificate for somebody else", certificate(x509.HostnameError{Certificate: old, Host: "a.example"}), 11235, "certificate is for another host"},
		{"an expired certificate", certificate(x509.CertificateInvalidError{Cert: old, Reason: x509.Expired, Detail: "current time 2026"}), 11236,
			"certificate has expired or is not yet valid"},
		{"a self-signed certificate", certificate(x509.UnknownAuthorityError{Cert: old}), 11237, "certificate is signed by an unknown authority"},
		{"a certificate unfit otherwise", certificate(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}), 11237, "certificate may not be used for this"},
		{"no certificates to compare with", certificate(x509.SystemRootsError{}), 11237, "certificate cannot be verified"},
	} {
		if code, cause := webhook.Failure(tc.err); code != tc.code || cause != tc.cause {
			t.Errorf("%s: Failure(%v) = %d, %q; want %d, %q", tc.what, tc.err, code, cause, tc.code, tc.cause)
		}
	}
}
