package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"call-load-tester/pkg/attack"
)

// Records that --json has written are made one, also if they are made of others.
func TestMergeOfFiles(t *testing.T) {
	dir := ""
	run := func(args ...string) finished {
		t.Helper()
		cmd := load(t, config(application(t), ""), args...)
		if dir == "" {
			dir = cmd.Dir
		}
		cmd.Dir = dir
		return finish(t, cmd)
	}
	for _, name := range []string{"a.json", "b.json"} {
		if f := run("-f", "c.ini", "-d", "d.txt", "--json", name); f.status != 0 {
			t.Fatal(f.stderr)
		}
	}
	elsewhere := config(application(t)+"/there", "[Cost]\nReceive = 0.01\n")["c.ini"]
	if err := os.WriteFile(filepath.Join(dir, "elsewhere.ini"), []byte(elsewhere), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := run("-f", "elsewhere.ini", "-d", "d.txt", "--json", "c.json"); f.status != 0 {
		t.Fatal(f.stderr)
	}
	f := run("--merge", "a.json", "b.json", "--json", "two.json", "--report", "two.html")
	if f.status != 0 || !strings.Contains(f.stdout, "200 sent of 200: 200 accepted") || !strings.Contains(f.stdout, "(2 runs, put together)") {
		t.Errorf("status %d\n%s\n%s", f.status, f.stderr, f.stdout)
	}
	f = run("--json", "-", "--merge", "two.json", "c.json")
	var record attack.Result
	if err := json.Unmarshal([]byte(f.stdout), &record); err != nil || len(record.Runs) != 3 || record.Requests.Accepted != 300 || record.Histograms.Latency.Count() != 300 {
		t.Errorf("%v, %+v\n%s", err, record.Requests, f.stderr)
	}
	for _, warning := range []string{"the records are of 2 endpoints", "the records have different prices", "the runs were not all at the same time"} {
		if !strings.Contains(f.stderr, warning) {
			t.Errorf("no warning that %s:\n%s", warning, f.stderr)
		}
	}
	f = run("--merge", "two.json", "c.json", "--compare", "a.json")
	if !strings.Contains(f.stdout, "Approx cost:          $1.00, the sum of runs with different prices") || !strings.Contains(f.stderr, "differ in prices: none before, different ones now\n") {
		t.Errorf("status %d\n%s\n%s", f.status, f.stderr, f.stdout)
	}
	if f := run("--merge", "two.json", "a.json", "c.ini", "none.json", "--json", "three.json"); f.status != 2 || strings.Count(f.stderr, "error:") != 3 || !strings.Contains(f.stderr, "a.json cannot be put together with a record before it: both tell of the same run") {
		t.Errorf("status %d\n%s", f.status, f.stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "three.json")); err == nil {
		t.Error("a result is written though nothing was put together")
	}
}
