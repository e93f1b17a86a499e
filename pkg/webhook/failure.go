package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// FailureCode returns the error that Twilio would log where there was no
// answer, for an error of packages net, crypto/tls or io. Errors of connecting
// are told by the operation "dial" of a [net.OpError]. An error of no known
// kind counts as an answer that is not valid HTTP.
func FailureCode(err error) Code {
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
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case IsOwnLimit(err):
		return OwnLimit
	case errors.As(err, &dns):
		return HostNotFound
	case dialing && isTimeout(err):
		return ConnectTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return ConnectRefused
	case errors.As(err, &hostname):
		return CertificateName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CertificateExpired
	case errors.As(err, &invalid), errors.As(err, &untrusted), errors.As(err, &certificate):
		return CertificateUntrusted
	case errors.As(err, &record), errors.As(err, &alert), op != nil && op.Op == OpHandshake && !isTimeout(err):
		return TLSFailure
	case isTimeout(err):
		return AnswerTimeout
	case op != nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe),
		errors.Is(err, net.ErrClosed):
		return RetrievalFailure
	}
	return ProtocolViolation
}

// IsOwnLimit reports whether an error tells of a limit of this computer, not of
// the other side: it has no files, ports or memory left for a connection.
func IsOwnLimit(err error) bool {
	for _, limit := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}

// OpHandshake is the operation of a [net.OpError] for a TLS handshake.
const OpHandshake = "TLS handshake"

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}
