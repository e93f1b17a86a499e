package attack

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// cause returns why there was no answer, in words that are the same for all
// requests that failed alike: without addresses and ports.
func cause(err error) string {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "time is up"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed within the answer"
	case errors.Is(err, io.EOF):
		return "connection closed without an answer"
	}
	// Whether connecting, writing or reading meets a reset first is chance.
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	var op *net.OpError
	for errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	return strings.ReplaceAll(err.Error(), "\n", ": ")
}
