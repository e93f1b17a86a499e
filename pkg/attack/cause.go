package attack

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

	"call-load-tester/pkg/webhook"
)

// cause returns why there was no answer, in words that are the same for all
// requests that failed alike: without addresses, ports, names and times.
func cause(err error) string {
	var kept *keptError
	if errors.As(err, &kept) && !isTimeout(err) {
		return "kept connection: " + causeOf(kept.error)
	}
	return causeOf(err)
}

func causeOf(err error) string {
	if text, ok := connectCause(err); ok {
		return text
	}
	// Whether connecting, writing or reading meets a reset first is chance.
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno) && webhook.IsOwnLimit(err):
		return "this computer: " + errno.Error()
	case isTimeout(err):
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

func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// connectCause knows the errors of names and of TLS.
func connectCause(err error) (string, bool) {
	var (
		dns         *net.DNSError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		untrusted   x509.UnknownAuthorityError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "host name not found", true
	case errors.As(err, &dns) && dns.IsTimeout:
		return "name server: time is up", true
	case errors.As(err, &dns):
		return "name server failed", true
	case errors.As(err, &hostname):
		return "certificate is for another host", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "certificate has expired or is not yet valid", true
	case errors.As(err, &invalid):
		return "certificate may not be used for this", true
	case errors.As(err, &untrusted):
		return "certificate is signed by an unknown authority", true
	case errors.As(err, &certificate):
		return "certificate cannot be verified", true
	case errors.As(err, &record):
		return "the answer is not TLS: does the URL begin with http?", true
	case errors.As(err, &alert):
		return alert.Error(), true
	}
	return "", false
}
