package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"call-load-tester/pkg/failures"
)

// halfBad answers each second request with an error.
func halfBad(t *testing.T) string {
	t.Helper()
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%2 == 0 {
			http.Error(w, "upstream is down", http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestFailuresAreWritten(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		what  string
		args  []string
		lines int
		want  failures.Counts
		text  string
	}{
		{"all", nil, 50, failures.Counts{Written: 50}, "Failures written:     50 of 50\n"},
		{"some", []string{"--failures_max", "7"}, 8, failures.Counts{Written: 7, OverLimit: 43}, "Failures written:     7 of 50\n                      43 more were over the limit, --failures_max\n"},
		{"none", []string{"--failures_max", "0"}, 1, failures.Counts{OverLimit: 50}, "Failures written:     0 of 50\n"},
	} {
		cmd := load(t, config(halfBad(t), ""), append(append(tc.args, common...), "--failures", "failed.ndjson")...)
		name := filepath.Join(cmd.Dir, "failed.ndjson")
		if err := os.WriteFile(name, []byte("an older one, which is longer"), 0o600); err != nil {
			t.Fatal(err)
		}
		f := finish(t, cmd)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.record.Failures == nil || *f.record.Failures != tc.want || strings.Count(string(text), "\n") != tc.lines || !strings.Contains(f.stdout, tc.text) || f.status != 0 {
			t.Errorf("%s: status %d, %+v, %d lines; want %+v, %d lines and %q in\n%s", tc.what, f.status, f.record.Failures, strings.Count(string(text), "\n"), tc.want, tc.lines, tc.text, f.stdout)
		}
		if tc.want.Written > 0 && !strings.Contains(string(text), `"row":"d.txt:2"`) {
			t.Errorf("%s: no row in\n%s", tc.what, text)
		}
	}
}

func TestFailuresOnStandardOutputAreAlone(t *testing.T) {
	t.Parallel()
	f := finish(t, load(t, config(halfBad(t), ""), append(common, "--failures", "-")...))
	for line := range strings.Lines(f.stdout) {
		if !strings.HasPrefix(line, `{"time":`) {
			t.Errorf("standard output has %q", line)
		}
	}
	if n := strings.Count(f.stdout, "\n"); n != 50 || f.record.Requests.Errored != 50 {
		t.Errorf("%d lines of %d errors, want 50", n, f.record.Requests.Errored)
	}
	if !strings.Contains(f.stderr, "Failures written:     50 of 50") {
		t.Errorf("the summary is not on standard error:\n%s", f.stderr)
	}
}

func TestFailuresThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		what   string
		args   []string
		status int
		want   string
	}{
		{"a full disk", []string{"--failures", "/dev/full"}, 3, "load: error: --failures: write /dev/full: no space left on device"},
		{"two outputs", []string{"--failures", "-", "--json", "-"}, 2, "--failures and --json name the same file"},
		{"two outputs, of the text", []string{"--failures", "-", "--report", "-"}, 2, "--failures and --report name the same file"},
		{"the page's file", []string{"--failures", "a", "--report", "./a"}, 2, "--failures and --report name the same file"},
		{"an input", []string{"--failures", "d.txt"}, 2, "--failures would overwrite d.txt, which is read"},
		{"no such directory", []string{"--failures", "no/failed.ndjson"}, 2, "--failures: open no/failed.ndjson: no such file or directory"},
		{"fewer than none", []string{"--failures", "a", "--failures_max", "-1"}, 2, "--failures_max -1: it must not be negative"},
	} {
		cmd := load(t, config(halfBad(t), ""), append([]string{"-f", "c.ini", "-d", "d.txt"}, tc.args...)...)
		if f := finish(t, cmd); f.status != tc.status || !strings.Contains(f.stderr, tc.want) {
			t.Errorf("%s: status %d, want %d and %q in\n%s", tc.what, f.status, tc.status, tc.want, f.stderr)
		}
		if tc.status == 2 {
			if text, _ := os.ReadFile(filepath.Join(cmd.Dir, "d.txt")); string(text) != config("", "")["d.txt"] {
				t.Errorf("%s: the data is gone", tc.what)
			}
		}
	}
}
