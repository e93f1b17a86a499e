package attack

import (
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"testing"
	"time"
)

// After the handshake, OpenSSL's servers send session tickets unasked. They do
// not spoil a connection that was opened ahead; after an answer, and without
// TLS, whatever is said unasked does.
func TestWhatIsSaidUnasked(t *testing.T) {
	certificate := httptest.NewUnstartedServer(nil)
	certificate.StartTLS()
	defer certificate.Close()

	for _, row := range []struct {
		why      string
		secure   bool
		answered bool
		says     string
		closes   bool
		want     bool
	}{
		{why: "nothing was said", want: true},
		{why: "something was said that is no answer", says: "hello"},
		{why: "the endpoint closed", closes: true},
		{why: "TLS: nothing was said", secure: true, want: true},
		{why: "TLS: the endpoint closed", secure: true, closes: true},
		{why: "TLS: a ticket follows the handshake", secure: true, says: "ticket", want: true},
		{why: "TLS: something was said after an answer", secure: true, answered: true, says: "hello"},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		said := make(chan net.Conn)
		go func() {
			defer close(said)
			conn, err := l.Accept()
			if err != nil {
				return
			}
			talk := conn
			if row.secure {
				talk = tls.Server(conn, certificate.TLS)
			}
			_, _ = io.WriteString(talk, row.says) // TLS: shakes hands first
			if row.closes {
				_ = conn.Close()
			}
			said <- talk
		}()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if row.secure {
			secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
			if err := secure.Handshake(); err != nil {
				t.Fatal(err)
			}
			conn = secure
		}
		defer conn.Close()
		if theirs := <-said; theirs != nil {
			defer theirs.Close()
		}
		if got := (&connection{conn: conn, answered: row.answered}).isUsable(); got != row.want {
			t.Errorf("%s: usable is %v, want %v", row.why, got, row.want)
		}
	}
}

func TestHowLongAnIdleConnectionIsFresh(t *testing.T) {
	used := time.Now()
	for idle, want := range map[time.Duration]bool{0: true, maxIdle: true, maxIdle + 1: false} {
		if got := (&connection{used: used}).isFresh(used.Add(idle)); got != want {
			t.Errorf("after %v: %v, want %v", idle, got, want)
		}
	}
}
