package locust_test

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/locust"
)

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
