package locust_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/locust"
)

// A master is a real Locust master on 127.0.0.1.
type master struct {
	t       *testing.T
	process *exec.Cmd
	addr    string // for workers
	web     string // base URL of the web page

	mu   sync.Mutex
	said []word
}

// A word is a line that testdata/locustfile.py prints.
type word struct {
	Test       string
	Users      *int
	Record, Of string

	Requests, Failures, Bytes int
	Times                     map[string]int
	PerSecond                 int `json:"per_second"`
	Entries, Errors           [][]any
	Extra                     int
}

// startMaster starts the Locust that the environment names, where there is one, as .ci/locust does.
func startMaster(t *testing.T, args ...string) *master {
	t.Helper()
	return startMasterAt(t, freeAddr(t), args...)
}

func startMasterAt(t *testing.T, addr string, args ...string) *master {
	t.Helper()
	binary := os.Getenv("LOCUST")
	if binary == "" {
		t.Skip("needs a Locust: set LOCUST to its path, as .ci/locust does")
	}
	host, port, _ := net.SplitHostPort(addr)
	web := freeAddr(t)
	_, webPort, _ := net.SplitHostPort(web)
	log := filepath.Join(t.TempDir(), "log")
	m := &master{t: t, addr: addr, web: "http://" + web}
	m.process = exec.Command(binary, append([]string{
		"-f", "testdata/locustfile.py", "--master", "--master-bind-host", host, "--master-bind-port", port,
		"--web-host", host, "--web-port", webPort, "--logfile", log,
	}, args...)...)
	stdout, err := m.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.process.Start(); err != nil {
		t.Fatal(err)
	}
	var listening sync.WaitGroup
	listening.Go(func() { m.listen(stdout) })
	t.Cleanup(func() {
		_ = m.process.Process.Kill()
		listening.Wait()
		_ = m.process.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(log)
			t.Logf("the master's log:\n%s", text)
		}
	})
	return m
}

// freeAddr returns an address that nothing listens at.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (m *master) listen(stdout io.Reader) {
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var w word
		if json.Unmarshal(lines.Bytes(), &w) == nil {
			m.mu.Lock()
			m.said = append(m.said, w)
			m.mu.Unlock()
		}
	}
}

// words waits until the master has said something so many times, and returns all it has said.
func (m *master) words(times int, what func(word) bool) []word {
	m.t.Helper()
	for range 200 {
		if said, n := m.count(what); n >= times {
			return said
		}
		time.Sleep(100 * time.Millisecond)
	}
	said, _ := m.count(what)
	m.t.Fatalf("the master has said only %+v", said)
	return nil
}

// count returns what the master has said, and how often it has said something.
func (m *master) count(what func(word) bool) (said []word, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.said {
		if what(w) {
			n++
		}
	}
	return slices.Clone(m.said), n
}

func stop(w word) bool { return w.Test == "stop" }

// users is said when the master has so many users from its workers.
func users(n int) func(word) bool {
	return func(w word) bool { return w.Users != nil && *w.Users == n }
}

// swarm asks for so many users, as the web page does.
func (m *master) swarm(users int) {
	m.t.Helper()
	m.call("/swarm", url.Values{"user_count": {strconv.Itoa(users)}, "spawn_rate": {"100"}})
}

// stop stops the test, as the web page does, and returns when it is stopped.
func (m *master) stop() {
	m.t.Helper()
	m.call("/stop", nil)
}

func (m *master) call(path string, form url.Values) {
	m.t.Helper()
	for range 100 { // until the web page is there
		var answer *http.Response
		var err error
		if form != nil {
			answer, err = http.PostForm(m.web+path, form)
		} else {
			answer, err = http.Get(m.web + path)
		}
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				m.t.Errorf("%s: %s", path, answer.Status)
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	m.t.Errorf("the master's web page is not there")
}

// connect makes a worker that is closed when the test is over.
func (m *master) connect() *locust.Worker {
	m.t.Helper()
	w, err := locust.Connect(m.t.Context(), m.addr, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(w.Close)
	return w
}
