//go:build !unix

package cli

import "os"

// watchReaders does nothing here: a pipe that nobody reads is noticed when it is
// written to.
func watchReaders(*Interrupts, ...*os.File) {}
