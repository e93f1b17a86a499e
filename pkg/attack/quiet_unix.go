//go:build unix

package attack

import (
	"crypto/tls"
	"net"
	"syscall"
)

// look reports, without waiting, whether an idle connection is still open and
// whether nothing has been said on it. What is no socket is taken for both.
func look(conn net.Conn) (open, quiet bool) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return true, true
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false, false
	}
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR
		open = quiet || err == nil && n > 0
	})
	return err == nil && open, quiet
}
