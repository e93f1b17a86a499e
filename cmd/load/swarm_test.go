package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
)

// These tests run a real Locust master with workers, on 127.0.0.1, where the
// environment names a Locust: .ci/locust does so.

// A swarm is a master with workers, and the endpoint that they send to.
type swarm struct {
	t       *testing.T
	master  *exec.Cmd
	dir     string // the master's
	web     string // base URL of its page
	out     bytes.Buffer
	workers []*exec.Cmd

	mu   sync.Mutex
	came []time.Time // when requests came to the endpoint
}

// startSwarm starts a master and three workers, with a rate, for so many users
// and so long.
func startSwarm(t *testing.T, users, seconds int, more ...string) *swarm {
	t.Helper()
	locust := os.Getenv("LOCUST")
	if locust == "" {
		t.Skip("needs a Locust: set LOCUST to its path, as .ci/locust does")
	}
	s := &swarm{t: t, dir: t.TempDir()}
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		s.mu.Lock()
		s.came = append(s.came, at)
		s.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(endpoint.Close)
	if err := os.WriteFile(filepath.Join(s.dir, "twilio.py"), []byte(locustfile), 0o600); err != nil {
		t.Fatal(err)
	}
	port, web := freePort(t), freePort(t)
	s.web = "http://127.0.0.1:" + web
	s.master = exec.Command(locust, append([]string{
		"-f", "twilio.py", "--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--web-host", "127.0.0.1", "--web-port", web,
		"--expect-workers", "3", "--autostart", "--autoquit", "1", "-u", fmt.Sprint(users), "-r", fmt.Sprint(users), "-t", fmt.Sprintf("%ds", seconds),
		"--stop-timeout", "5", "--csv", "run", "--logfile", "log",
	}, more...)...)
	s.master.Dir, s.master.Stdout = s.dir, &s.out
	if err := s.master.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.master.Process.Kill(); _ = s.master.Wait() })
	for range 3 {
		files := config(endpoint.URL+"/sms", "Rate = 1\n[Pass]\nFailed = 1%\n")
		worker := load(t, files, "-f", "c.ini", "-d", "d.txt", "--worker", "--master-port", port, "--json", "result.json")
		worker.Stderr = new(bytes.Buffer)
		if err := worker.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = worker.Process.Kill(); _ = worker.Wait() })
		s.workers = append(s.workers, worker)
	}
	return s
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// arrivals returns when requests have come so far.
func (s *swarm) arrivals() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.came)
}

// waitFor waits until so many requests have come.
func (s *swarm) waitFor(requests int) {
	s.t.Helper()
	for range 600 {
		if len(s.arrivals()) >= requests {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	s.t.Fatalf("%d requests have come in half a minute, want %d\n%s\n%s\n%s", len(s.arrivals()), requests, s.out.String(), log, s.workers[0].Stderr)
}

// change has the master's page change the number of users.
func (s *swarm) change(users int) {
	s.t.Helper()
	answer, err := http.PostForm(s.web+"/swarm", url.Values{"user_count": {fmt.Sprint(users)}, "spawn_rate": {fmt.Sprint(users)}})
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("the master's page answers %s", answer.Status)
	}
}

// statuses waits for all to end, and returns the exit statuses: the master's, and
// those of the workers.
func (s *swarm) statuses() (master int, workers []int) {
	s.t.Helper()
	_ = s.master.Wait()
	for _, worker := range s.workers {
		_ = worker.Wait()
		workers = append(workers, worker.ProcessState.ExitCode())
	}
	return s.master.ProcessState.ExitCode(), workers
}

// counted is what the master has counted, as its CSV has it.
func (s *swarm) counted() int {
	s.t.Helper()
	file, err := os.Open(filepath.Join(s.dir, "run_stats.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	last := rows[len(rows)-1]
	n, err := strconv.Atoi(last[2])
	if err != nil || last[1] != "Aggregated" {
		s.t.Fatalf("the last line of the CSV is %q", last)
	}
	return n
}

// merged is what load makes of the records, by the command that the summary names.
func (s *swarm) merged() *attack.Result {
	s.t.Helper()
	_, command, _ := strings.Cut(s.out.String(), "Put together by:      load --merge ")
	pattern, _, _ := strings.Cut(command, "\n")
	names, err := filepath.Glob(filepath.Join(s.dir, pattern))
	if err != nil || pattern == "" {
		s.t.Fatalf("%v: no command to put the records together in\n%s", err, s.out.String())
	}
	f := finish(s.t, load(s.t, nil, append([]string{"--json", "result.json", "--merge"}, names...)...))
	if f.status != 0 && f.status != 130 {
		s.t.Fatalf("status %d\n%s", f.status, f.stderr)
	}
	return &f.record
}

// The endpoint, the master and the records have the same count; each whole second
// has its burst; the page changes the number from the next second on.
func TestSwarmFromTheFirstRequestToTheLast(t *testing.T) {
	s := startSwarm(t, 300, 12)
	s.waitFor(5 * 300)
	s.change(600)
	master, workers := s.statuses()
	came, record := s.arrivals(), s.merged()
	if master != 0 || !slices.Equal(workers, []int{0, 0, 0}) {
		t.Errorf("the master's status is %d, those of the workers are %v\n%s", master, workers, s.out.String())
	}
	if n := s.counted(); n != len(came) || record.Requests.Sent != len(came) || record.Requests.Accepted != len(came) || len(record.Runs) != 3 {
		t.Errorf("the endpoint has got %d requests, the master has counted %d, and the records %+v", len(came), n, record.Requests)
	}
	typical, worst := s.checkBursts(came, 300, 600)
	l := record.Latency
	var shown []string
	for _, p := range []struct {
		name string
		ms   float64
	}{{"p50", l.P50}, {"p90", l.P90}, {"p95", l.P95}, {"p99", l.P99}, {"p99.9", l.P999}, {"max", l.Max}} {
		digits := 2
		if p.ms >= 100 {
			digits = 0
		} else if p.ms >= 10 {
			digits = 1
		}
		shown = append(shown, fmt.Sprintf("%s %.*f ms", p.name, digits, p.ms))
	}
	for _, want := range []string{fmt.Sprintf("Completed requests:   %d\n", len(came)), "Latency:              " + strings.Join(shown, ", "), "Records:              3 of 3 workers\n", "Pass:                 passed\n"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("the master's summary lacks %q:\n%s", want, s.out.String())
		}
	}
	t.Logf("%d requests; the last of a burst came %v after its second as a rule, %v at most; p50 %.2f ms, p99 %.2f ms", len(came), typical, worst, l.P50, l.P99)
}

// checkBursts checks that each second has one of two numbers of requests, first the
// one and then the other, but for the first second, the last, and the one of the
// change; and that as a rule the last of them comes within 50 ms: for one burst the
// computer may be busy. It returns how long the last takes as a rule, and at most.
func (s *swarm) checkBursts(came []time.Time, before, after int) (typical, worst time.Duration) {
	s.t.Helper()
	bursts := make(map[int64]int)
	latest := make(map[int64]time.Duration)
	for _, at := range came {
		second := at.Truncate(time.Second)
		bursts[second.Unix()]++
		latest[second.Unix()] = max(latest[second.Unix()], at.Sub(second))
	}
	first, last := came[0].Unix(), came[len(came)-1].Unix()
	changed := false
	var all []int
	var took []time.Duration
	for second := first; second <= last; second++ {
		n := bursts[second]
		all = append(all, n)
		switch {
		case second == first || second == last:
			continue
		case !changed && n == before, changed && n == after:
		case !changed:
			changed = true
			continue // the second of the change
		default:
			s.t.Errorf("second %d has %d requests, want %d", second-first, n, after)
		}
		took = append(took, latest[second])
	}
	slices.Sort(took)
	if typical, worst = took[len(took)/2], took[len(took)-1]; !changed || typical > 50*time.Millisecond || slices.Max(all) != after {
		s.t.Errorf("the bursts are %v, over after %v; want %d and then %d, within 50 ms as a rule", all, took, before, after)
	}
	return typical, worst
}

// A master that runs without its page quits at the end, and tells the workers so
// without telling them to stop before: they stop all the same, and the summary
// has their records.
func TestSwarmWithoutAPage(t *testing.T) {
	s := startSwarm(t, 300, 6, "--headless")
	master, workers := s.statuses()
	came, record := s.arrivals(), s.merged()
	if master != 0 || !slices.Equal(workers, []int{0, 0, 0}) {
		t.Errorf("the master's status is %d, those of the workers are %v\n%s", master, workers, s.out.String())
	}
	if n := s.counted(); n != len(came) || record.Requests.Sent != len(came) || len(came) > 8*300 {
		t.Errorf("the endpoint has got %d requests in 6 s, the master has counted %d, and the records %d", len(came), n, record.Requests.Sent)
	}
	if out := s.out.String(); !strings.Contains(out, "Records:              3 of 3 workers\n") {
		t.Errorf("the master's summary lacks records:\n%s", out)
	}
}

// A worker that is killed: the others go on, nothing hangs, and the summary says
// whose record is missing.
func TestSwarmWithAWorkerThatIsKilled(t *testing.T) {
	s := startSwarm(t, 300, 10, "--enable-rebalancing")
	s.waitFor(3 * 300)
	_ = s.workers[0].Process.Kill()
	master, workers := s.statuses()
	came, record := s.arrivals(), s.merged()
	out := s.out.String()
	if master != 0 || !slices.Equal(workers, []int{-1, 0, 0}) || len(record.Runs) != 2 {
		t.Errorf("the master's status is %d, those of the workers are %v, there are %d records\n%s", master, workers, len(record.Runs), out)
	}
	n := s.counted()
	if n > len(came) || n < record.Requests.Sent || len(came) < 6*200 {
		t.Errorf("the endpoint has got %d requests, the master has counted %d, and the records of the two that lived %d", len(came), n, record.Requests.Sent)
	}
	for _, want := range []string{"Users:                300\n", fmt.Sprintf("Completed requests:   %d\n", n), "Records:              2 of 3 workers\n", ": missing, it did not come to its end\n", "Pass:                 passed\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the master's summary lacks %q:\n%s", want, out)
		}
	}
	t.Logf("the endpoint has got %d requests, %d are reported, %d of these by the two that lived", len(came), n, record.Requests.Sent)
}

// A master that is killed: the workers stop, keep what they have counted, and say
// so.
func TestSwarmWithAMasterThatIsKilled(t *testing.T) {
	s := startSwarm(t, 300, 60)
	s.waitFor(3 * 300)
	_ = s.master.Process.Kill()
	killed := time.Now()
	_, workers := s.statuses()
	took := time.Since(killed).Round(time.Second)
	if !slices.Equal(workers, []int{3, 3, 3}) {
		t.Errorf("the workers' statuses are %v, want 3\n%s", workers, s.workers[0].Stderr)
	}
	var names []string
	for _, worker := range s.workers {
		names = append(names, filepath.Join(worker.Dir, "result.json"))
		if text := worker.Stderr.(*bytes.Buffer).String(); !strings.Contains(text, "the Locust master is gone") {
			t.Errorf("a worker does not say why it stops:\n%s", text)
		}
	}
	f := finish(t, load(t, nil, append([]string{"--json", "result.json", "--merge"}, names...)...))
	if came := len(s.arrivals()); f.record.Requests.Sent != came || f.record.Requests.Accepted != came || !f.record.Interrupted {
		t.Errorf("the endpoint has got %d requests, the workers' own records have %+v\n%s", came, f.record.Requests, f.stderr)
	}
	t.Logf("the workers have ended %v after the master, with %d requests", took, len(s.arrivals()))
}
