//go:build !unix

package cli

import "os"

// wishWhenClosed does nothing here: a closed stream is noticed when it is
// written to.
func wishWhenClosed(*Interrupts, ...*os.File) {}
