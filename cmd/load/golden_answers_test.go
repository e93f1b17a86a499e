package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
)

// goldenConfig is the plan of a configuration without the token and the URI.
func goldenConfig(t *testing.T, ini string) *setup {
	t.Helper()
	p := newSetup()
	ini = strings.Replace(ini, "[Load]", "[Auth]\nToken = "+secret+"\n[Load]\nURI = http://me:password@a.example:8080/hook/a%2fb?key=1", 1)
	if problems := p.configure("tw_load.ini", ini); len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// goldenSetup is the setup of a configuration, with rows of these texts.
func goldenSetup(t *testing.T, ini string, bodies []string) *setup {
	t.Helper()
	p := goldenConfig(t, ini)
	var data strings.Builder
	for _, body := range bodies {
		fmt.Fprintf(&data, `{"From": "+14155550101", "To": "+14155550100", "Body": %q}`+"\n", body)
	}
	if problems := p.readData("tw_data.txt", data.String()); len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// An answer is what an endpoint says to a message, and when.
type answer struct {
	after   time.Duration
	text    string
	close   bool // the connection afterwards
	guarded bool // a wrong signature is refused
}

const http204 = "HTTP/1.1 204 No Content\r\n\r\n"

func http200(contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, len(body), body)
}

// answering returns a Connect to an endpoint that answers by the text of a
// message.
func answering(p *setup, answers map[string]answer) func(context.Context, string) (net.Conn, error) {
	validator := client.NewRequestValidator(p.attack.Token)
	return inMemory(http.NotFound, func(r *http.Request, body []byte) answer {
		form, _ := url.ParseQuery(string(body))
		a := answers[form.Get("Body")]
		if a.guarded && !validator.ValidateBody(webhook.SigningURL(p.attack.Envelope.Kind, p.attack.Envelope.URL), body, r.Header.Get("X-Twilio-Signature")) {
			a.text = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
		}
		return a
	})
}

// standingIn returns a Connect to the stand-in of dry runs, which takes as many
// milliseconds to answer as the path is long, but for the faults.
func standingIn(p *setup, faults map[string]answer) func(context.Context, string) (net.Conn, error) {
	s := &standIn{validator: client.NewRequestValidator(p.attack.Token), envelope: p.attack.Envelope}
	return inMemory(s.serveAgent, func(r *http.Request, body []byte) answer {
		if a, ok := faults[path.Base(r.URL.Path)]; ok {
			return a
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		said := w.Result()
		said.ContentLength = int64(w.Body.Len())
		var text strings.Builder
		if err := said.Write(&text); err != nil {
			panic(err)
		}
		return answer{after: time.Duration(len(r.URL.Path)) * time.Millisecond, text: text.String()}
	})
}

// A hijackable answer is one whose connection can be taken over.
type hijackable struct {
	*httptest.ResponseRecorder
	conn net.Conn // nil when it has been
	in   *bufio.Reader
}

func (h *hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn := h.conn
	h.conn = nil
	return conn, bufio.NewReadWriter(h.in, bufio.NewWriter(conn)), nil
}

// inMemory returns a Connect to an endpoint in memory. Handshakes of WebSockets are
// for upgrade.
func inMemory(upgrade http.HandlerFunc, respond func(r *http.Request, body []byte) answer) func(context.Context, string) (net.Conn, error) {
	talk := func(conn net.Conn) {
		defer func() {
			if conn != nil {
				conn.Close()
			}
		}()
		for in := bufio.NewReader(conn); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if r.Header.Get("Upgrade") != "" {
				w := &hijackable{httptest.NewRecorder(), conn, in}
				if upgrade(w, r); w.conn == nil {
					conn = nil // it is the agent's
				} else {
					_ = w.Result().Write(conn)
				}
				return
			}
			body, _ := io.ReadAll(r.Body)
			a := respond(r, body)
			time.Sleep(a.after)
			if _, err := io.WriteString(conn, a.text); err != nil || a.close {
				return
			}
		}
	}
	return func(context.Context, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go talk(theirs)
		return ours, nil
	}
}
