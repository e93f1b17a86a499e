package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// twiml is what the endpoints answer.
const twiml = `<?xml version="1.0" encoding="UTF-8"?><Response><Message>Thanks, we have your message.</Message></Response>`

// An endpoint answers webhook requests on 127.0.0.1, and counts them.
type endpoint struct {
	name  string
	url   string
	count func() (int64, error) // requests answered so far
	close func()
}

// serve puts a handler on a free port.
func serve(h http.Handler) (address string, close func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(l) }()
	return l.Addr().String(), func() { _ = server.Close() }, nil
}

// goEndpoint is a net/http server in this process, which does nothing else
// meanwhile. It reads the fields of each request, as any application would.
func goEndpoint() (*endpoint, error) {
	var answered atomic.Int64
	address, closeServer, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.PostForm.Get("MessageSid") == "" {
			http.Error(w, "no message", http.StatusBadRequest)
			return
		}
		answered.Add(1)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, twiml)
	}))
	if err != nil {
		return nil, err
	}
	count := func() (int64, error) { return answered.Load(), nil }
	return &endpoint{"Go", "http://" + address + "/sms", count, closeServer}, nil
}

const nginxConfig = `
daemon off; worker_processes auto; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; client_body_temp_path %[1]s/body;
  server {
    listen %[2]s;
    default_type text/xml;
    location = /sms { return 200 '%[3]s'; }
    location = /call { return 200 '<Response><Redirect>/second</Redirect></Response>'; }
    location = /second { return 200 '<Response><Redirect>/third</Redirect></Response>'; }
    location = /third { return 200 '<Response><Redirect>/last</Redirect></Response>'; }
    location = /last { return 200 '<Response><Say>Goodbye.</Say></Response>'; }
    location = /status { stub_status; }
  }
}`

// nginxEndpoint is an nginx with fixed answers: one to a message, and those of a
// call of four requests, which begins at /call.
func nginxEndpoint(b *bench, nginx string) (*endpoint, error) {
	dir, err := os.MkdirTemp(b.dir, "nginx")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free a moment later
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_ = l.Close()
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, address, twiml), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, nginx, "-c", config)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	e := &endpoint{name: "nginx", url: "http://" + address + "/sms", close: func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}}
	asked := int64(0) // by ourselves
	e.count = func() (int64, error) {
		asked++
		n, err := requests("http://" + address + "/status")
		return n - asked, err
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err = requests("http://" + address + "/status"); err == nil {
			asked++
			return e, nil
		}
		if time.Now().After(deadline) {
			e.close()
			return nil, fmt.Errorf("nginx does not answer: %w", err)
		}
	}
}

// requests reads nginx's status page: its third line is accepted connections,
// handled connections, requests.
func requests(url string) (n int64, err error) {
	res, err := http.Get(url)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(page))
	if len(fields) < 10 {
		return 0, fmt.Errorf("not nginx's status page: %s", page)
	}
	_, err = fmt.Sscan(fields[9], &n)
	return n, err
}
