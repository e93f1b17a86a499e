package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"call-load-tester/pkg/attack"
)

// A scriptedMaster is as much of a Locust master as a worker needs: it lets one
// connect, acknowledges it, and says what a test wants it to. Its wire is ZMTP 3.1
// without security, and msgpack; .ci/locust tries a real one.
type scriptedMaster struct {
	t        *testing.T
	listener net.Listener
	in       *bufio.Reader

	mu    sync.Mutex // guards what follows, and writing
	conn  net.Conn
	heard []heard
}

// heard is what the worker has said: the type of a message, and of its data what a
// test looks at.
type heard struct {
	kind     string
	requests int64         // of stats, in all entries
	soFar    soFar         // of stats
	record   attack.Result // of a record
}

func listen(t *testing.T) *scriptedMaster {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &scriptedMaster{t: t, listener: listener}
	t.Cleanup(m.close)
	go m.serve()
	return m
}

// port is for --master-port.
func (m *scriptedMaster) port() string {
	_, port, _ := net.SplitHostPort(m.listener.Addr().String())
	return port
}

func (m *scriptedMaster) close() {
	m.listener.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conn != nil {
		m.conn.Close()
	}
}

func (m *scriptedMaster) serve() {
	conn, err := m.listener.Accept()
	if err != nil {
		return
	}
	m.mu.Lock()
	m.conn = conn
	m.mu.Unlock()
	m.in = bufio.NewReader(conn)
	greeting := make([]byte, 64)
	if _, err := io.ReadFull(m.in, greeting); err != nil {
		return
	}
	_, _ = conn.Write(greeting)
	m.frame(4, []byte("\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"))
	for {
		flags, body, err := m.read()
		switch {
		case err != nil:
			return
		case flags&4 == 0:
			m.hear(body)
		case len(body) > 4 && string(body[:5]) == "\x04PING":
			m.frame(4, []byte("\x04PONG"))
		}
	}
}

func (m *scriptedMaster) read() (flags byte, body []byte, err error) {
	var size uint64
	if flags, err = m.in.ReadByte(); err != nil {
		return 0, nil, err
	}
	if flags&2 != 0 {
		long := make([]byte, 8)
		_, err = io.ReadFull(m.in, long)
		for _, digit := range long {
			size = size<<8 | uint64(digit)
		}
	} else {
		var short byte
		short, err = m.in.ReadByte()
		size = uint64(short)
	}
	if err != nil {
		return 0, nil, err
	}
	body = make([]byte, size)
	_, err = io.ReadFull(m.in, body)
	return flags, body, err
}

// frame sends one of at most 255 bytes.
func (m *scriptedMaster) frame(flags byte, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.conn.Write(append([]byte{flags, byte(len(body))}, body...))
}

func (m *scriptedMaster) hear(body []byte) {
	_, body, _ = msgp.ReadArrayHeaderBytes(body)
	var h heard
	h.kind, body, _ = msgp.ReadStringBytes(body)
	switch h.kind {
	case "client_ready":
		m.say("ack", map[string]any{"index": 1})
	case "stats":
		h.requests, h.soFar = m.readStats(body)
	case "record":
		text, _, err := msgp.ReadBytesZC(body)
		if err != nil {
			m.t.Errorf("a record: %v", err)
		}
		record, err := attack.Read("the record", text)
		if err != nil {
			m.t.Error(err)
			return
		}
		h.record = *record
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.heard = append(m.heard, h)
}

// readStats reads the requests of the total, and what is said besides.
func (m *scriptedMaster) readStats(b []byte) (requests int64, all soFar) {
	fields := func(b []byte, read func(key string, b []byte)) {
		n, b, _ := msgp.ReadMapHeaderBytes(b)
		for range n {
			var key string
			key, b, _ = msgp.ReadStringBytes(b)
			read(key, b)
			b, _ = msgp.Skip(b)
		}
	}
	fields(b, func(key string, b []byte) {
		switch key {
		case "stats_total":
			fields(b, func(key string, b []byte) {
				if key == "num_requests" {
					requests, _, _ = msgp.ReadInt64Bytes(b)
				}
			})
		case "extra":
			text, _, _ := msgp.ReadBytesZC(b)
			if err := json.Unmarshal(text, &all); err != nil {
				m.t.Errorf("beside the stats: %v", err)
			}
		}
	})
	return requests, all
}

// say sends a message to the worker.
func (m *scriptedMaster) say(kind string, data any) {
	b := msgp.AppendString(msgp.AppendArrayHeader(nil, 3), kind)
	b, err := msgp.AppendIntf(b, data)
	if err != nil {
		panic(err)
	}
	m.frame(0, msgp.AppendString(b, "node"))
}

// spawn says how many users there are to be from now on.
func (m *scriptedMaster) spawn(users int) {
	m.say("spawn", map[string]any{
		"timestamp":          float64(time.Now().UnixNano()) / 1e9,
		"user_classes_count": map[string]any{"Twilio": users},
		"stop_timeout":       5.0,
	})
}

// wait waits until the worker has said something of a kind so many times, and
// returns all that it has said.
func (m *scriptedMaster) wait(kind string, times int) []heard {
	m.t.Helper()
	for range 400 {
		n := 0
		all := m.all()
		for _, h := range all {
			if h.kind == kind {
				n++
			}
		}
		if n >= times {
			return all
		}
		time.Sleep(50 * time.Millisecond)
	}
	m.t.Fatalf("the worker has not said %s %d times in 20 s", kind, times)
	return nil
}

func (m *scriptedMaster) all() []heard {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]heard(nil), m.heard...)
}
