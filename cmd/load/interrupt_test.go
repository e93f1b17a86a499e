package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/attack"
)

func TestJSONOnStandardOutputIsAlone(t *testing.T) {
	f := finish(t, load(t, config(application(t), ""), "-f", "c.ini", "-d", "d.txt", "--json", "-"))
	var record attack.Result
	if err := json.Unmarshal([]byte(f.stdout), &record); err != nil || record.Requests.Accepted != 100 {
		t.Errorf("%v, %+v in\n%s", err, record.Requests, f.stdout)
	}
	if !strings.Contains(f.stderr, "Benchmarking") || !strings.Contains(f.stderr, "Done!") {
		t.Errorf("the lines of the run are not on standard error:\n%s", f.stderr)
	}
}

// A result that cannot be written is not silently lost.
func TestAFullDiskIsToldOf(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close()
	cmd := load(t, config(application(t), ""), "-f", "c.ini", "-d", "d.txt", "--json", "-")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = full, &stderr
	_ = cmd.Run()
	if status := cmd.ProcessState.ExitCode(); status != 3 || !strings.Contains(stderr.String(), "load: error: write /dev/stdout: no space left") {
		t.Errorf("status %d, want 3\n%s", status, stderr.String())
	}
}

// The first interrupt says what is waited for, and how long at most; leaving at
// once leaves an older result as it is.
func TestTheSecondInterruptLosesNoOlderResult(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then is it noticed that the client leaves
		asked.Add(1)
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	files := config(silent.URL, "")
	files["older.json"] = "older"
	cmd := load(t, files, "-f", "c.ini", "-d", "d.txt", "--json", "older.json")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for asked.Load() < 5 {
		time.Sleep(10 * time.Millisecond)
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	const first = "load: interrupted: no more is sent; waiting for 5 answers, for at most 15s; interrupt again to leave at once\n"
	told := bufio.NewReader(stderr)
	for line := ""; line != first; {
		if line, err = told.ReadString('\n'); err != nil {
			t.Fatalf("%v before %s", err, first)
		}
	}
	time.Sleep(600 * time.Millisecond) // sooner it would be the same wish
	_ = cmd.Process.Signal(syscall.SIGINT)
	rest, _ := io.ReadAll(told)
	_ = cmd.Wait()
	text, err := os.ReadFile(filepath.Join(cmd.Dir, "older.json"))
	left, _ := os.ReadDir(cmd.Dir)
	if status := cmd.ProcessState.ExitCode(); status != 130 || err != nil || string(text) != "older" || len(left) != 3 {
		t.Errorf("status %d, %q, %v, %v; want 130 and the older result", status, text, err, left)
	}
	if want := "load: left at once; there is no result\n"; string(rest) != want {
		t.Errorf("told last\n%swant\n%s", rest, want)
	}
}

func TestTheFirstInterruptReports(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(20 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(slow.Close)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		files := config(slow.URL, "")
		files["c.ini"] = strings.Replace(files["c.ini"], "Users = 20\n", "Users = 100000\n", 1)
		cmd := load(t, files, common...)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		if line, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(line, "Benchmarking") {
			t.Fatalf("%q, %v", line, err)
		}
		for asked.Store(0); asked.Load() < 20; {
			time.Sleep(10 * time.Millisecond)
		}
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(lines)
		_ = cmd.Wait()
		text, err := os.ReadFile(filepath.Join(cmd.Dir, "result.json"))
		if err != nil {
			t.Fatal(err)
		}
		var record attack.Result
		if err := json.Unmarshal(text, &record); err != nil {
			t.Fatal(err)
		}
		r := record.Requests
		if status := cmd.ProcessState.ExitCode(); status != 130 || !record.Interrupted || r.Sent < 5 || r.Accepted != r.Sent ||
			!strings.Contains(string(rest), "Completed requests") || strings.Contains(string(rest), "Done!") {
			t.Errorf("%v: status %d, %+v\n%s", s, status, r, rest)
		}
	}
}

// The first interrupt with calls up: the callers hang up, each call's status
// callback is sent, and the result tells it.
func TestAnInterruptHangsUp(t *testing.T) {
	t.Parallel()
	var calls, over atomic.Int64
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/over" {
			over.Add(1)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		calls.Add(1)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<Response><Gather timeout="600"><Say>Please hold the line.</Say></Gather></Response>`)
	}))
	t.Cleanup(app.Close)
	files := config(app.URL, "Kind = call\nPace = real\nStatusURI = "+app.URL+"/over\n")
	files["c.ini"] = strings.Replace(files["c.ini"], "Concurrency = 5\n", "Concurrency = 40\n", 1)
	files["d.txt"] = `{"Then": [""]}`
	cmd := load(t, files, common...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for calls.Load() < 40 {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // the answers have come
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	text, err := os.ReadFile(filepath.Join(cmd.Dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	var record attack.Result
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	c := record.Conversations
	if status := cmd.ProcessState.ExitCode(); status != 130 || c.Begun != 40 || c.Interrupted != 40 || c.Callbacks != 40 || c.CallbacksIncomplete != 0 || over.Load() != 40 || c.Minutes != 40 {
		t.Errorf("status %d, %+v, %d status callbacks\n%s", status, c, over.Load(), stderr.String())
	}
	if want := "load: interrupted: 40 conversations are hung up, callbacks are sent; waiting for answers, for at most 15s each; interrupt again to leave at once\n"; !strings.Contains(stderr.String(), want) {
		t.Errorf("told\n%swant\n%s", stderr.String(), want)
	}
}
