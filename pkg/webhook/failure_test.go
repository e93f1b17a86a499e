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

	"call-load-tester/pkg/webhook"
)

func TestFailureCode(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	read := func(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }
	handshake := func(err error) error { return &net.OpError{Op: webhook.OpHandshake, Net: "tcp", Err: err} }
	certificate := func(err error) error { return handshake(&tls.CertificateVerificationError{Err: err}) }
	for _, tc := range []struct {
		what string
		err  error
		want webhook.Code
	}{
		{"nobody listens", dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), 11202},
		{"nobody answers the call", dial(os.ErrDeadlineExceeded), 11201},
		{"nobody answers the call, by a context", dial(context.DeadlineExceeded), 11201},
		{"no file left here", dial(os.NewSyscallError("socket", syscall.EMFILE)), webhook.OwnLimit},
		{"no port left here", dial(os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)), webhook.OwnLimit},
		{"no buffer left here", &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.ENOBUFS)}, webhook.OwnLimit},
		{"no such name", dial(&net.DNSError{Err: "no such host", IsNotFound: true}), 11210},
		{"the name server is slow", dial(&net.DNSError{Err: "timeout", IsTimeout: true}), 11210},
		{"no route", dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), 11200},
		{"no answer", read(os.ErrDeadlineExceeded), 11205},
		{"reset", read(os.NewSyscallError("read", syscall.ECONNRESET)), 11200},
		{"closed before an answer", io.EOF, 11200},
		{"closed within an answer", fmt.Errorf("body: %w", io.ErrUnexpectedEOF), 11200},
		{"closed within an answer, in memory", io.ErrClosedPipe, 11200},
		{"something else was said", errors.New("cannot parse response status"), 11206},
		{"plain HTTP on the port of TLS", handshake(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), 11220},
		{"the other side gives up the handshake", handshake(&net.OpError{Op: "remote error", Err: tls.AlertError(40)}), 11220},
		{"closed during the handshake", handshake(io.EOF), 11220},
		{"silence during the handshake", handshake(read(os.ErrDeadlineExceeded)), 11205},
		{"a certificate for somebody else", certificate(x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}), 11235},
		{"an expired certificate", certificate(x509.CertificateInvalidError{Reason: x509.Expired}), 11236},
		{"a self-signed certificate", certificate(x509.UnknownAuthorityError{}), 11237},
		{"a certificate unfit otherwise", certificate(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}), 11237},
	} {
		if got := webhook.FailureCode(tc.err); got != tc.want {
			t.Errorf("%s: FailureCode(%v) = %d, want %d", tc.what, tc.err, got, tc.want)
		}
	}
}
