package locust_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"syscall"
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

// A load counts what it would send: a request per user every tenth of a second. The first three fail.
type load struct {
	mu       sync.Mutex
	requests int
	delta    locust.Stats // since the last report
}

// run plays one test to its end, and the load takes half a second more to wind down.
func (l *load) run(t *testing.T, test *locust.Test) {
	test.Report(l.stats)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for range test.Users() {
				l.send(now)
			}
		case <-test.Stopping().Done():
			time.Sleep(500 * time.Millisecond)
			l.send(time.Now())
			if err := test.End([]byte(strconv.Itoa(l.requests))); err != nil && !errors.Is(err, context.Cause(test.Stopping())) {
				t.Errorf("end of the test: %v", err)
			}
			return
		}
	}
}

func (l *load) send(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.delta.Entries == nil {
		l.delta.Entries = []locust.Entry{{
			Name: "/sms", Method: "SMS", Min: time.Hour,
			Times: make(map[time.Duration]int64), PerSecond: make(map[int64]locust.Second),
		}}
	}
	l.requests++
	e, second := &l.delta.Entries[0], locust.Second{Requests: 1}
	if l.requests <= 3 {
		second.Failures = 1
		l.delta.Errors = []locust.Error{{
			Name: "/sms", Method: "SMS", Error: "12100 document unreadable", Occurrences: e.Failures + 1, First: now, Last: now,
		}}
	}
	took := time.Duration(1+l.requests%2) * 1500 * time.Microsecond
	e.Requests++
	e.Failures += second.Failures
	e.ContentLength += 100
	e.Times[took]++
	e.TotalTime += took
	e.Min, e.Max, e.Last = min(e.Min, took), max(e.Max, took), now
	sum := e.PerSecond[now.Unix()]
	e.PerSecond[now.Unix()] = locust.Second{Requests: sum.Requests + second.Requests, Failures: sum.Failures + second.Failures}
}

func (l *load) stats() (delta locust.Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delta, l.delta = l.delta, locust.Stats{}
	if delta.Entries != nil {
		delta.Extra = []byte(strconv.FormatInt(delta.Entries[0].Requests, 10))
	}
	return delta
}

// serve lets w run every test of the master's, until there is none any more. It returns the loads, and why it ended.
func serve(t *testing.T, w *locust.Worker) (loads []*load, err error) {
	for {
		test, err := w.Wait(t.Context())
		if err != nil {
			return loads, err
		}
		l := new(load)
		loads = append(loads, l)
		l.run(t, test)
	}
}

// check fails unless the master has counted, test by test, just what the workers have.
func (m *master) check(said []word, loads ...[]*load) {
	m.t.Helper()
	var starts, stops int
	var records []int // per test
	extra := 0
	for _, w := range said {
		switch {
		case w.Test == "start":
			starts++
			records = append(records, 0)
		case w.Record != "":
			n, _ := strconv.Atoi(w.Record)
			records[starts-1] += n
		case w.Test == "stop":
			sum, failures := 0, 0
			for _, l := range loads {
				sum += l[stops].requests
				failures += min(3, l[stops].requests)
			}
			extra += sum
			want := word{
				Test: "stop", Requests: sum, Failures: failures, Bytes: 100 * sum, PerSecond: sum, Extra: extra, Times: w.Times,
				Entries: [][]any{{"SMS", "/sms", float64(sum), float64(failures)}},
				Errors:  [][]any{{"SMS", "/sms", "12100 document unreadable", float64(failures)}},
			}
			if !reflect.DeepEqual(w, want) || records[stops] != sum || w.Times["1.5"]+w.Times["3.0"] != sum || len(w.Times) > 2 {
				m.t.Errorf("test %d: the master has %+v and records of %d, want %+v", stops+1, w, records[stops], want)
			}
			m.t.Logf("test %d: %d requests, in the master's sum, entries, seconds, response times, extra and records", stops+1, sum)
			stops++
		}
	}
	if stops != len(loads[0]) {
		m.t.Errorf("the master has stopped %d tests, the workers have run %d", stops, len(loads[0]))
	}
}

func TestMasterGetsAllFiguresAndRecordsBeforeTheTestStops(t *testing.T) {
	t.Parallel()
	m := startMaster(t, "--expect-workers", "3", "--autostart", "--autoquit", "1", "-u", "10", "-r", "5", "-t", "7s", "--stop-timeout", "10")
	loads := make([][]*load, 3)
	var all sync.WaitGroup
	for i := range loads {
		w := m.connect()
		all.Go(func() {
			var err error
			if loads[i], err = serve(t, w); !errors.Is(err, locust.ErrQuit) {
				t.Errorf("worker %d ends with %v, want %v", i, err, locust.ErrQuit)
			}
		})
	}
	all.Wait()
	m.check(m.words(1, stop), loads...)
}

func TestMasterChangesTheNumberAndStartsAgain(t *testing.T) {
	t.Parallel()
	m := startMaster(t, "--stop-timeout", "5")
	first, second := m.connect(), m.connect()
	var loads [2][]*load
	var all sync.WaitGroup
	all.Go(func() { loads[0], _ = serve(t, first) })
	all.Go(func() { loads[1], _ = serve(t, second) })

	m.swarm(4)
	m.words(1, users(4))
	m.swarm(10)
	m.words(1, users(10))
	m.swarm(0)
	m.words(1, users(0))
	m.swarm(6)
	m.words(1, users(6))
	m.stop()
	m.words(1, stop)

	m.swarm(8) // the listener of the master still lives
	m.words(1, users(8))
	time.Sleep(time.Second)
	m.stop()
	said := m.words(2, stop)
	_ = m.process.Process.Signal(syscall.SIGTERM)
	all.Wait()
	m.check(said, loads[0], loads[1])
}

// What becomes of a start in the middle of a stop is up to the master: one with several workers deals out the users again,
// one whose only worker has just stopped takes the next test for stopped, too. Either way the start after it counts.
func TestMasterStartsInTheMiddleOfAStop(t *testing.T) {
	t.Parallel()
	m := startMaster(t, "--stop-timeout", "5")
	for _, windDown := range []time.Duration{time.Second, 2 * time.Second} {
		w := m.connect()
		go func() {
			for {
				test, err := w.Wait(t.Context())
				if err != nil {
					return
				}
				<-test.Stopping().Done()
				time.Sleep(windDown)
				_ = test.End(nil)
			}
		}()
	}
	m.swarm(4)
	m.words(1, users(4))
	var stopped sync.WaitGroup
	stopped.Go(m.stop)
	time.Sleep(500 * time.Millisecond)
	m.swarm(7)
	stopped.Wait()
	time.Sleep(3 * time.Second)
	m.stop()
	time.Sleep(3 * time.Second)
	m.swarm(6)
	m.words(1, users(6))
}

func TestMasterLosesAWorker(t *testing.T) {
	t.Parallel()
	m := startMaster(t, "--stop-timeout", "5")
	stays, goes := m.connect(), m.connect()
	var loads []*load
	var all sync.WaitGroup
	all.Go(func() { loads, _ = serve(t, stays) })
	m.swarm(10)
	m.words(1, users(10))
	locust.Kill(goes)
	time.Sleep(5 * time.Second) // the master counts heartbeats that do not come
	m.stop()
	said := m.words(1, stop)
	_ = m.process.Process.Signal(syscall.SIGTERM)
	all.Wait()
	m.check(said, loads)
}

func TestMasterIsKilled(t *testing.T) {
	t.Parallel()
	m := startMaster(t, "--stop-timeout", "5")
	w := m.connect()
	m.swarm(3)
	test, err := w.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.words(1, users(3))
	time.Sleep(1500 * time.Millisecond) // a heartbeat
	_ = m.process.Process.Kill()
	start := time.Now()
	select {
	case <-test.Stopping().Done():
		t.Logf("noticed after %.1f s: %v", time.Since(start).Seconds(), context.Cause(test.Stopping()))
	case <-time.After(15 * time.Second):
		t.Fatal("the test goes on")
	}
	if err := test.End([]byte("1")); !errors.Is(err, locust.ErrGone) {
		t.Errorf("the end of the test: %v, want %v", err, locust.ErrGone)
	}
}

func TestMasterQuitsInTheMiddleOfATest(t *testing.T) {
	t.Parallel()
	m := startMaster(t, "--stop-timeout", "5")
	w := m.connect()
	m.swarm(3)
	m.words(1, users(3))
	_ = m.process.Process.Signal(syscall.SIGTERM)
	if _, err := serve(t, w); !errors.Is(err, locust.ErrQuit) {
		t.Errorf("got %v, want %v", err, locust.ErrQuit)
	}
}

func TestMasterIsRestartedWhileWorkersAreIdle(t *testing.T) {
	t.Parallel()
	m := startMaster(t)
	w := m.connect()
	_ = m.process.Process.Kill()
	_ = m.process.Wait()
	again := startMasterAt(t, m.addr)
	for range 10 { // until the worker is back
		again.swarm(3)
		time.Sleep(time.Second)
		if _, n := again.count(users(3)); n > 0 {
			break
		}
	}
	again.words(1, users(3))
	if test, err := w.Wait(t.Context()); err != nil || test.Users() != 3 {
		t.Errorf("the worker has %v, error %v; want a test with 3 users", test, err)
	}
}
