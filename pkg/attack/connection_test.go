package attack

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
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

// A long head takes a larger buffer, for as long as its connection is kept.
func TestALongHeadCostsMemoryForOneConnectionOnly(t *testing.T) {
	head := "A: " + strings.Repeat("b", 2*readBuffer) + "\r\n"
	c := newConnection(t.Context(), Config{Connect: func(context.Context, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			for r := bufio.NewReader(theirs); ; {
				if _, err := http.ReadRequest(r); err != nil {
					return
				}
				_, _ = io.WriteString(theirs, "HTTP/1.1 204 No Content\r\n"+head+"\r\n")
			}
		}()
		return ours, nil
	}})
	defer func() { c.close() }()
	for i, row := range []struct {
		head  string
		close bool // the connection before
		want  int
	}{
		{head, false, maxHead}, {"", false, maxHead}, {"", true, readBuffer}, {"", false, readBuffer},
	} {
		if row.close {
			c.close()
		}
		head = row.head
		if _, err := c.roundTrip(address{}, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), time.Now(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if got := c.reader.Size(); got != row.want {
			t.Errorf("after answer %d the buffer holds %d bytes, want %d", i, got, row.want)
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
