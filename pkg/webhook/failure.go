package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// OpHandshake is the operation of a [net.OpError] for a TLS handshake.
const OpHandshake = "TLS handshake"

// Failure returns the error that Twilio would log where there was no answer,
// and why there was none, for an error of packages net, crypto/tls or io. The
// cause is the same for all requests that failed alike: it has no addresses,
// ports, names or times. Errors of connecting are told by the operation "dial"
// of a [net.OpError]. An error of no known kind counts as an answer that is not
// valid HTTP.
func Failure(err error) (code Code, cause string) {
	var (
		op          *net.OpError
		dns         *net.DNSError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		untrusted   x509.UnknownAuthorityError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	isOp := errors.As(err, &op)
	switch {
	case isOwnLimit(err):
		return OwnLimit, "this computer: " + textOf(err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return HostNotFound, "host name not found"
	case dns != nil && dns.IsTimeout:
		return HostNotFound, "name server: time is up"
	case dns != nil:
		return HostNotFound, "name server failed"
	case isOp && op.Op == "dial" && isTimeout(err):
		return ConnectTimeout, textOf(err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return ConnectRefused, textOf(err)
	case errors.As(err, &hostname):
		return CertificateName, "certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CertificateExpired, "certificate has expired or is not yet valid"
	case errors.As(err, &invalid):
		return CertificateUntrusted, "certificate may not be used for this"
	case errors.As(err, &untrusted):
		return CertificateUntrusted, "certificate is signed by an unknown authority"
	case errors.As(err, &certificate):
		return CertificateUntrusted, "certificate cannot be verified"
	case errors.As(err, &record):
		return TLSFailure, "the answer is not TLS: does the URL begin with http?"
	case errors.As(err, &alert):
		return TLSFailure, alert.Error()
	case isOp && op.Op == OpHandshake && !isTimeout(err):
		return TLSFailure, textOf(err)
	case isTimeout(err):
		return AnswerTimeout, textOf(err)
	case isOp, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe),
		errors.Is(err, net.ErrClosed):
		return RetrievalFailure, textOf(err)
	}
	return ProtocolViolation, textOf(err)
}

// textOf returns what an error says without the names and addresses around it. A
// reset has one text, whether connecting, writing or reading met it.
func textOf(err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "time is up"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed within the answer"
	case errors.Is(err, io.EOF):
		return "connection closed without an answer"
	case errors.As(err, &errno):
		return errno.Error()
	}
	var op *net.OpError
	for errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	return strings.ReplaceAll(err.Error(), "\n", ": ")
}

// isOwnLimit reports whether an error tells of a limit of this computer, not of
// the other side: it has no files, ports or memory left for a connection.
func isOwnLimit(err error) bool {
	for _, limit := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}
