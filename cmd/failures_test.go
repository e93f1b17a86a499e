//go:build unix

package cmd_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"call-load-tester/pkg/twiliosim"
)

// A failure is the part of a line that tells which call it is of.
type failure struct {
	Time, Failure, SID, From, To, Message string
	Status, Code                          int
}

// failuresIn reads lines of failures, each of which has a time.
func failuresIn(t *testing.T, text string) (all []failure) {
	t.Helper()
	for line := range strings.Lines(text) {
		var f failure
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.Time == "" {
			t.Errorf("%q, %v", line, err)
		}
		all = append(all, f)
	}
	return all
}

// Each call that fails is a line of JSON, of start and of end, and the lines are as
// many as the summary counts.
func TestFailuresOfCalls(t *testing.T) {
	t.Parallel()
	const other = "+14155550199"
	twilio := newTwilio(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpCreate, To: other, Code: 21211}}})
	start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to+","+other, "--call_count", "20", "--cps", "20", "-e", "false", "--failures", "-", "--json", "out.json")
	if status := start.status(t); status != 3 {
		t.Errorf("start: exit status %d, want 3\n%s", status, start.stderr.String())
	}
	record := callsRecord(t, start, "out.json")
	told := failuresIn(t, start.stdout.String())
	if record.Starts.Refused == 0 || len(told) != record.Starts.Refused || record.Failures == nil || record.Failures.Written != len(told) {
		t.Errorf("%d lines, %d refused, %+v; want a line of each, alone on standard output", len(told), record.Starts.Refused, record.Failures)
	}
	for _, f := range told {
		if f.Failure != "refused" || f.From != from || f.To != other || f.Status != 400 || f.Code != 21211 {
			t.Errorf("start: %+v", f)
		}
	}

	const unknown = "CA00000000000000000000000000000001"
	writeFile(t, start.dir, "sids.csv", unknown+"\n")
	end := command(t, start.dir, "end", twilio.env, "-f", "sids.csv", "--failures", "failed.ndjson")
	if status := end.status(t); status != 1 {
		t.Errorf("end: exit status %d, want 1\n%s", status, end.stderr.String())
	}
	told = failuresIn(t, readFile(t, filepath.Join(start.dir, "failed.ndjson")))
	if len(told) != 1 || told[0].Failure != "call not found" || told[0].SID != unknown || told[0].Code != 20404 || !strings.Contains(end.stdout.String(), "Failures written    1 of 1\n") {
		t.Errorf("end: %+v\n%s", told, end.stdout.String())
	}
}

// What is wrong with the file of failures is said before anything is begun; a disk
// that is full meanwhile, at the end.
func TestFailuresOfCallsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	const sid = "CA00000000000000000000000000000001"
	for _, tc := range []struct {
		what   string
		args   []string
		status int
		want   string
	}{
		{"a full disk", []string{"--failures", "/dev/full"}, 3, "end: error: --failures: write /dev/full: no space left on device"},
		{"two outputs", []string{"--failures", "-", "--json", "-"}, 2, "--failures and --json name the same file"},
		{"an input", []string{"--failures", "sids.csv"}, 2, "--failures would overwrite sids.csv, which is read"},
		{"no such directory", []string{"--failures", "no/failed.ndjson"}, 2, "--failures: open no/failed.ndjson: no such file or directory"},
		{"fewer than none", []string{"--failures", "a", "--failures_max", "-1"}, 2, "--failures_max -1: it must not be negative"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			twilio := newTwilio(t, simple)
			twilio.Put(sid, from, to)
			dir := t.TempDir()
			writeFile(t, dir, "sids.csv", sid+"\n"+strings.Replace(sid, "1", "2", 1)+"\n")
			end := command(t, dir, "end", twilio.env, append([]string{"-f", "sids.csv"}, tc.args...)...)
			if status := end.status(t); status != tc.status || !strings.Contains(end.stderr.String(), tc.want) {
				t.Errorf("exit status %d, want %d and %q in\n%s", status, tc.status, tc.want, end.stderr.String())
			}
			if live := len(twilio.Live()); live != 0 && tc.status == 3 || live != 1 && tc.status == 2 {
				t.Errorf("%d calls are live", live)
			}
		})
	}
}
