package attack_test

import (
	"bufio"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// say returns a conversation that reads a request and says text.
func say(text string) func(net.Conn) {
	return func(c net.Conn) {
		if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		_, _ = io.WriteString(c, text)
	}
}

func answerWith(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// Whatever an endpoint does, each request gets its verdict and the run ends.
func TestFaultyEndpoints(t *testing.T) {
	loop := http.NewServeMux()
	loop.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusTemporaryRedirect) })
	for _, tc := range []struct {
		what  string
		url   string
		want  webhook.Code
		cause string // "" if it is answered
	}{
		{"slow", serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { time.Sleep(600 * time.Millisecond) })), 11205, "time is up"},
		{"silent", speak(t, func(c net.Conn) { time.Sleep(600 * time.Millisecond) }), 11205, "time is up"},
		{"slow within the answer", speak(t, func(c net.Conn) {
			say("HTTP/1.1 200 OK\r\nContent-Le")(c)
			time.Sleep(600 * time.Millisecond)
		}), 11205, "time is up"},
		{"nobody there", "http://127.0.0.1:1", 11202, "connection refused"},
		{"resets at once", speak(t, func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }), 11200, "connection reset by peer"},
		{"resets after the request", speak(t, func(c net.Conn) {
			say("")(c)
			_ = c.(*net.TCPConn).SetLinger(0)
		}), 11200, "connection reset by peer"},
		{"closes after the request", speak(t, say("")), 11200, "connection closed without an answer"},
		{"closes within the head", speak(t, say("HTTP/1.1 200 OK\r\nContent-")), 11200, "connection closed within the answer"},
		{"closes within the body", speak(t, say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<Response/>")), 11200, "connection closed within the answer"},
		{"closes within a chunk", speak(t, say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<Response/>")), 11200, "connection closed within the answer"},
		{"answers rubbish", speak(t, say("220 mail.example ESMTP\r\n\r\n")), 11206, "the answer is not valid HTTP"},
		{"answers noise", speak(t, say("\x00\x01\x02\x03\r\n\r\n\r\n")), 11206, "the answer is not valid HTTP"},
		{"a head of 60 kB", speak(t, say("HTTP/1.1 200 OK\r\n"+strings.Repeat("A: b\r\n", 10_000)+"Connection: close\r\nContent-Type: text/xml\r\n\r\n<Response/>")), 0, ""},
		{"a head of 70 kB", speak(t, say("HTTP/1.1 200 OK\r\n"+strings.Repeat("A: b\r\n", 12_000))), 11206, "the answer's head is over 64 kB"},
		{"a TLS server, to plain HTTP", speak(t, say("\x15\x03\x01\x00\x02\x02\x46")), 11206, "the answer is TLS: the URL must begin with https"},

		{"64 kB + 1", serve(t, answerWith("text/xml", "<Response>"+strings.Repeat(" ", 64<<10-20)+"</Response>")), 11750, ""},
		{"64 kB", serve(t, answerWith("text/xml", "<Response>"+strings.Repeat(" ", 64<<10-21)+"</Response>")), 0, ""},
		{"a megabyte in chunks", serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for range 16 {
				_, _ = io.WriteString(w, strings.Repeat(" ", 64<<10))
			}
		})), 11750, ""},
		{"an empty answer in chunks", speak(t, say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n")), 11770, ""},
		{"an empty answer", speak(t, say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")), 0, ""},
		{"a long error page", serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, strings.Repeat("sorry ", 64<<10))
		})), 11217, ""},
		{"a redirect loop", serve(t, loop), 11215, ""},
		{"a redirect to nowhere", speak(t, say("HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")), 11216, ""},
		{"a redirect to a file", serve(t, http.RedirectHandler("file:///etc/passwd", http.StatusFound)), 11216, ""},
		{"a permanent redirect that Twilio does not know", serve(t, http.RedirectHandler("/x", http.StatusPermanentRedirect)), 11216, ""},
		{"a wrong content type", serve(t, answerWith("application/json", "{}")), 12300, ""},
		{"no content type", speak(t, say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 11\r\n\r\n<Response/>")), 11200, ""},
		{"HTML", serve(t, answerWith("text/html", "<html><body>It works!</body></html>")), 12102, ""},
		{"100 segments of emoji", serve(t, answerWith("text/plain", strings.Repeat("😜", 3300))), 14103, ""},
		{"an answer before the request", speak(t, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_, _ = io.Copy(io.Discard, c)
		}), 11217, ""},
		{"the connection ends the body", speak(t, say("HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n"+goodTwiML)), 0, ""},
		{"a word before the answer", speak(t, say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")), 0, ""},
		{"two answers to one request", speak(t, say("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n")), 0, ""},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			for _, cfg := range []attack.Config{{Concurrency: 2}, {Rate: 10}} {
				cfg.Total, cfg.Envelope.URL = 4, tc.url
				if tc.want == webhook.AnswerTimeout {
					cfg.Timeout = 300 * time.Millisecond
				}
				r := run(t, cfg)
				if !maps.Equal(verdicts(r), map[webhook.Code]int{tc.want: 4}) {
					t.Errorf("verdicts %v (%v), want %d four times", verdicts(r), causes(r), tc.want)
				}
				causes := slices.Collect(maps.Keys(causes(r)))
				if tc.cause != "" && !slices.Equal(causes, []string{tc.cause}) || tc.cause == "" && len(causes) > 0 {
					t.Errorf("causes %q, want %q", causes, tc.cause)
				}
			}
		})
	}
}

func TestAFaultDoesNotSpoilTheNextRequest(t *testing.T) {
	var n atomic.Int64
	r := run(t, attack.Config{Total: 40, Envelope: webhook.Envelope{URL: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 4 {
		case 0:
			panic(http.ErrAbortHandler)
		case 1:
			w.Header().Set("Connection", "close")
		case 2:
			_, _ = io.WriteString(w, strings.Repeat(" ", 100<<10))
			return
		}
		thanks(w, r)
	}))}})
	want := map[webhook.Code]int{webhook.Accepted: 20, webhook.AnswerTooLong: 10, webhook.RetrievalFailure: 10}
	if !maps.Equal(verdicts(r), want) {
		t.Errorf("verdicts %v, want %v", verdicts(r), want)
	}
}

// An endpoint closes its connections when it pleases. Before a request goes over
// one that was idle it is looked at, so that nobody is blamed.
func TestConnectionsThatWereClosedMeanwhileAreNotUsed(t *testing.T) {
	for what, last := range map[string]func(net.Conn){
		"closed":         func(c net.Conn) {},
		"reset":          func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) },
		"a word unasked": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n") },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int64
			r := run(t, attack.Config{Total: 2, Rate: 1, Envelope: webhook.Envelope{URL: speak(t, func(c net.Conn) {
				opened.Add(1)
				say("HTTP/1.1 204 No Content\r\n\r\n")(c)
				time.Sleep(100 * time.Millisecond)
				last(c)
			})}})
			if r.Requests.Accepted != 2 || opened.Load() != 2 {
				t.Errorf("%d of 2 accepted over %d connections (%v)", r.Requests.Accepted, opened.Load(), causes(r))
			}
		})
	}
}

func TestAFailureOnAKeptConnectionIsToldApart(t *testing.T) {
	r := run(t, attack.Config{Total: 4, Envelope: webhook.Envelope{URL: speak(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for i := range 2 {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			if i == 0 {
				_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}
		}
	})}})
	if r.Requests.Accepted != 2 || causes(r)["kept connection: connection closed without an answer"] != 2 {
		t.Errorf("%d of 4 accepted, %v; want 2, and 2 failures on kept connections", r.Requests.Accepted, causes(r))
	}
}

// The endpoint is not to blame for what this computer cannot do.
func TestOwnLimitsAreNoVerdict(t *testing.T) {
	r := run(t, attack.Config{Total: 3, Envelope: webhook.Envelope{URL: "http://a.example"}, Connect: func(context.Context, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}
	}})
	if r.Requests.Unanswered != 3 || r.Messages != 0 || verdicts(r)[webhook.OwnLimit] != 3 || causes(r)["this computer: too many open files"] != 3 {
		t.Errorf("%v, %v; want no verdict three times", verdicts(r), causes(r))
	}
}

// The longest answer that Twilio takes costs no connection, a longer one does:
// the rest of it is not read.
func TestAConnectionIsKeptAfterTheLongestAnswer(t *testing.T) {
	for length, want := range map[int]int64{webhook.MaxAnswer: 1, webhook.MaxAnswer + 1: 2} {
		server := httptest.NewUnstartedServer(answerWith("text/plain", strings.Repeat(" ", length)))
		var opened atomic.Int64
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		server.Start()
		run(t, attack.Config{Total: 2, Envelope: webhook.Envelope{URL: server.URL}})
		server.Close()
		if opened.Load() != want {
			t.Errorf("two answers of %d bytes came over %d connections, want %d", length, opened.Load(), want)
		}
	}
}

func TestBytesAreCounted(t *testing.T) {
	var got atomic.Int64
	r := run(t, attack.Config{Total: 3, Envelope: webhook.Envelope{URL: speak(t, func(c net.Conn) {
		b := make([]byte, 64<<10)
		n, _ := c.Read(b)
		got.Add(int64(n))
		_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	})}})
	if r.BytesReceived != 3*46 || r.BytesSent != got.Load() {
		t.Errorf("%d bytes received, %d sent; want %d and %d", r.BytesReceived, r.BytesSent, 3*46, got.Load())
	}
}
