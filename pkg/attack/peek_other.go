//go:build !unix

package attack

import "net"

// peek takes every connection for open, with nothing to read.
func peek(net.Conn) (open, unread bool) { return true, false }
