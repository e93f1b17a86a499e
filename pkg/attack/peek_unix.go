//go:build unix

package attack

import (
	"crypto/tls"
	"net"
	"syscall"
)

// peek reports, without waiting, whether an idle connection is still open and
// whether there are bytes to read. What is no socket is taken for open, with
// none.
func peek(conn net.Conn) (open, unread bool) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return true, false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false, false
	}
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		unread = err == nil && n > 0
		open = unread || err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR
	})
	return err == nil && open, unread
}
