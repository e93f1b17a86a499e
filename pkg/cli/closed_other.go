//go:build !unix

package cli

import (
	"errors"
	"os"
	"syscall"
)

// isUnread reports whether a write failed since nobody reads.
func isUnread(err error) bool {
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232) // of Windows
	return errors.Is(err, brokenPipe) || errors.Is(err, noData)
}

// watchReaders does nothing here: a pipe that nobody reads is noticed when it is
// written to.
func watchReaders(*Interrupts, ...*os.File) {}
