package main

import (
	"bytes"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
)

// counting is an endpoint that counts what comes.
func counting(t *testing.T, came *atomic.Int64) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/sms"
}

// startWorker starts a worker of a master, and ends it after the test if that has
// not.
func startWorker(t *testing.T, m *scriptedMaster, files map[string]string, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer, wait func() finished) {
	t.Helper()
	args = append([]string{"-f", "c.ini", "-d", "d.txt", "--worker", "--master-port", m.port()}, args...)
	cmd = load(t, files, args...)
	var out bytes.Buffer
	stderr = new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = &out, stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var ended bool
	t.Cleanup(func() {
		if !ended {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd, stderr, func() finished {
		_ = cmd.Wait()
		ended = true
		return finished{status: cmd.ProcessState.ExitCode(), stdout: out.String(), stderr: stderr.String()}
	}
}

// ofTest returns what was said in test n, from 1 on: its kinds, without heartbeats,
// its requests by the stats, the last of what was said beside them, and its record.
func ofTest(all []heard, n int) (kinds []string, requests int64, last soFar, record attack.Result) {
	test := 1
	for _, h := range all {
		if test == n && h.kind != "heartbeat" {
			if h.kind != "stats" || len(kinds) == 0 || kinds[len(kinds)-1] != "stats" {
				kinds = append(kinds, h.kind)
			}
			requests += h.requests
			if h.kind == "stats" {
				last = h.soFar
			}
			if h.kind == "record" {
				record = h.record
			}
		}
		if h.kind == "client_stopped" {
			test++
		}
	}
	return kinds, requests, last, record
}

func readRecord(t *testing.T, cmd *exec.Cmd, name string) *attack.Result {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(cmd.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	record, err := attack.Read(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// A worker begins, follows each number, stops, tells all, and is ready for the next
// test, whose files have names of their own. What the endpoint has counted, what
// the stats say and what stands in the records is the same.
func TestAWorkerDoesWhatTheMasterSays(t *testing.T) {
	t.Parallel()
	m := listen(t)
	var came atomic.Int64
	files := config(counting(t, &came), "Rate = 500\nRamp = 10s\n[Cost]\nReceive = 1\n[Pass]\nFailed = 1%\n")
	cmd, _, wait := startWorker(t, m, files, "--json", "result.json", "--report", "page.html", "--failures", "failed.ndjson")
	m.wait("client_ready", 1)
	m.spawn(20)
	m.wait("stats", 1)
	m.spawn(40)
	time.Sleep(2200 * time.Millisecond)
	m.say("stop", nil)
	m.wait("client_ready", 2)
	m.spawn(5)
	time.Sleep(1500 * time.Millisecond)
	m.say("stop", nil)
	m.wait("client_ready", 3)
	m.say("quit", nil)
	f := wait()

	if f.status != 0 || strings.Count(f.stdout, "Done!") != 2 || !strings.Contains(f.stderr, "ignored of [Load], since the Locust master says it: Users, Concurrency, Ramp, the number of Rate") {
		t.Errorf("status %d\n%s\n%s", f.status, f.stderr, f.stdout)
	}
	sum := int64(0)
	for n, name := range []string{"result.json", "result_2.json"} {
		kinds, requests, last, record := ofTest(m.all(), n+1)
		want := []string{"client_ready", "spawning", "spawning_complete", "stats", "spawning", "spawning_complete", "stats", "record", "client_stopped"}
		if n == 1 {
			want = []string{"client_ready", "spawning", "spawning_complete", "stats", "record", "client_stopped"}
		}
		if !slices.Equal(kinds, want) {
			t.Errorf("test %d: the worker says %v, want %v", n+1, kinds, want)
		}
		own := readRecord(t, cmd, name)
		if requests < 1 || last.Counts.Requests.Sent != int(requests) || record.Requests.Sent != int(requests) || own.Requests != record.Requests || last.Counts.Requests != record.Requests {
			t.Errorf("test %d: the stats have %d requests, what is beside them %+v, the record %+v, the file %+v", n+1, requests, last.Counts.Requests, record.Requests, own.Requests)
		}
		if record.Interrupted || record.ExitStatus != 0 || !record.Pass.Passed || *last.Pass.MaxFailedPercent != 1 || record.Cost.Total != float64(requests) || last.Counts.Cost != record.Cost.Total || !last.Open || !last.Priced {
			t.Errorf("test %d: %+v, %+v", n+1, record, last)
		}
		sum += requests
	}
	if came.Load() != sum {
		t.Errorf("the endpoint has got %d requests, the master is told of %d", came.Load(), sum)
	}
	for _, name := range []string{"page.html", "page_2.html", "failed.ndjson", "failed_2.ndjson"} {
		if _, err := os.Stat(filepath.Join(cmd.Dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// SIGTERM: the answers in flight are awaited, the master is told, and left.
func TestAWorkerThatIsTerminatedReports(t *testing.T) {
	t.Parallel()
	m := listen(t)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(600 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(slow.Close)
	cmd, _, wait := startWorker(t, m, config(slow.URL+"/sms", ""), "--json", "result.json")
	m.wait("client_ready", 1)
	m.spawn(3)
	time.Sleep(1300 * time.Millisecond)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	f := wait()
	kinds, requests, _, record := ofTest(m.wait("quit", 1), 1)
	if want := []string{"client_ready", "spawning", "spawning_complete", "stats", "record", "quit"}; !slices.Equal(kinds, want) {
		t.Errorf("the worker says %v, want %v", kinds, want)
	}
	own := readRecord(t, cmd, "result.json")
	if f.status != 130 || !record.Interrupted || requests < 3 || record.Requests.Accepted != int(requests) || own.Requests != record.Requests {
		t.Errorf("status %d, %d requests by the stats, the record %+v, the file %+v\n%s", f.status, requests, record.Requests, own.Requests, f.stderr)
	}
}

// What a later test cannot write is told, and the rest is written.
func TestAFileOfALaterTestThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ what, name, want string }{
		{"the failures", "failed_2.ndjson", "load: error: --failures: open failed_2.ndjson: no such file or directory"},
		{"the JSON", "result_2.json", "load: error: --json: "},
	} {
		m := listen(t)
		var came atomic.Int64
		cmd, _, wait := startWorker(t, m, config(counting(t, &came), ""), "--json", "result.json", "--failures", "failed.ndjson")
		name := filepath.Join(cmd.Dir, tc.name)
		blocked := os.Symlink("no/such", name) // which could be made beside it, and cannot be opened
		if tc.what == "the JSON" {
			blocked = os.Mkdir(name, 0o700)
		}
		if blocked != nil {
			t.Skip(blocked)
		}
		for n := range 2 {
			m.wait("client_ready", n+1)
			m.spawn(1)
			time.Sleep(1300 * time.Millisecond)
			m.say("stop", nil)
		}
		m.wait("client_ready", 3)
		m.say("quit", nil)
		if f := wait(); f.status != 3 || !strings.Contains(f.stderr, tc.want) {
			t.Errorf("%s: status %d\n%s", tc.what, f.status, f.stderr)
		}
		if tc.what == "the failures" {
			if r := readRecord(t, cmd, "result_2.json"); r.Requests.Sent == 0 || r.Failures != nil {
				t.Errorf("the record has %+v, %+v", r.Requests, r.Failures)
			}
		}
	}
}

// The file for the master needs nothing, and is Python.
func TestTheLocustfile(t *testing.T) {
	f := finish(t, load(t, nil, "--locustfile"))
	if f.status != 0 || f.stdout != locustfile || f.stderr != "" {
		t.Errorf("status %d, %q", f.status, f.stderr)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no Python to read it")
	}
	compile := exec.Command(python, "-c", "import ast, sys; ast.parse(sys.stdin.read())")
	compile.Stdin = strings.NewReader(locustfile)
	if out, err := compile.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Workers begin far apart from each other in the rows and in the numbers.
func TestWhereWorkersBegin(t *testing.T) {
	for _, rows := range []int{1, 2, 10, 1000, 1_000_000} {
		var firsts []int
		for index := range 100 {
			first := firstOf(index, rows)
			if want := int(0.618*float64(index)*float64(rows)) % rows; first%rows != want || first < 0 || first >= 6_000_000+rows {
				t.Errorf("of %d rows worker %d begins with %d, want row %d", rows, index, first, want)
			}
			firsts = append(firsts, first)
		}
		slices.Sort(firsts)
		nearest := math.MaxInt
		for i := range firsts[1:] {
			nearest = min(nearest, firsts[i+1]-firsts[i])
		}
		if rows < 1000 && nearest < 20_000 {
			t.Errorf("of %d rows two workers begin %d apart", rows, nearest)
		}
	}
	if firstOf(-1, 7) != 0 {
		t.Error("a worker without a place does not begin with the first row")
	}
}
