//go:build unix

package sidfile_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"call-load-tester/pkg/sidfile"
)

// TestNoHalfLineIsLeft lets a disk become full in the middle of a line. The
// limit on the size of files that stands for it binds the whole process, so
// this test runs itself again in a process of its own.
func TestNoHalfLineIsLeft(t *testing.T) {
	if dir := os.Getenv("SIDFILE_TEST_LIMITED"); dir != "" {
		appendPastLimit(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoHalfLineIsLeft$")
	again.Env = append(os.Environ(), "SIDFILE_TEST_LIMITED="+dir)
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, "call_sids_1700000000.csv"))
	if want := sidA + "\n" + sidB + "\n"; err != nil || string(got) != want {
		t.Errorf("file holds %q (error %v), want %q", got, err, want)
	}
}

// appendPastLimit appends two SIDs that fit a file's limit and one that does not
// fit whole.
func appendPastLimit(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	w := create(t, dir, false)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	limited := before
	limited.Cur = 2*(sidfile.Len+1) + 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }() // -cover writes a file at the end
	for _, sid := range []string{sidA, sidB} {
		if err := w.Append(sid); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Append(sidC); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("Append past the limit: %v, want EFBIG", err)
	}
}
