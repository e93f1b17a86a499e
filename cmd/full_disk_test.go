//go:build unix

package cmd_test

import (
	"os"
	"strings"
	"testing"
)

// A full disk behind standard output or standard error is told on the other, and
// the run goes on to its planned end.
func TestAFullDiskIsNoWishToStop(t *testing.T) {
	t.Parallel()
	const hint = "start: hint: what cannot be written there is lost; the run goes on\n"
	for _, tc := range []struct {
		full string
		told string
	}{
		{"stdout", "start: error: write /dev/stdout: no space left on device\n" + hint},
		{"stderr", "start: error: write /dev/stderr: no space left on device\n" + hint},
		{"stdout and stderr", ""},
	} {
		t.Run(tc.full, func(t *testing.T) {
			t.Parallel()
			twilio := newTwilio(t, simple)
			start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--call_count", "3", "--cps", "2", "-h", "1", "--json", "out.json")
			if strings.Contains(tc.full, "stdout") {
				start.Stdout = openFull(t)
			}
			if strings.Contains(tc.full, "stderr") {
				start.Stderr = openFull(t)
			}
			if status := start.status(t); status != 3 {
				t.Errorf("exit status %d, want 3", status)
			}
			if told := start.stdout.String() + start.stderr.String(); tc.told != "" && strings.Count(told, tc.told) != 1 {
				t.Errorf("told\n%swant once\n%s", told, tc.told)
			}
			checkNothingIsLeft(t, twilio, start.dir)
			record := callsRecord(t, start, "out.json")
			if record.Interrupted || record.ExitStatus != 3 || record.Starts.Accepted != 3 || record.HangUps.Ended != 3 {
				t.Errorf("interrupted %v, status %d, %+v, %+v; want the whole run, and status 3",
					record.Interrupted, record.ExitStatus, record.Starts, record.HangUps)
			}
		})
	}
}

// Whatever else is printed counts, too: the help, for one.
func TestHelpOnAFullDisk(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"start", "end", "load"} {
		p := command(t, t.TempDir(), name, nil, "-help")
		p.Stdout = openFull(t)
		if status := p.status(t); status != 3 || !strings.Contains(p.stderr.String(), "no space left on device") {
			t.Errorf("%s: exit status %d, told %q; want 3 and the cause", name, status, p.stderr.String())
		}
	}
}

// openFull opens a disk that is always full.
func openFull(t *testing.T) *os.File {
	t.Helper()
	file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}
