//go:build unix

package cmd_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// A process that is killed has every call it reported in its file, so that end
// -f leaves only calls that were never reported, and end -c -d finds those.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	var moments sync.WaitGroup
	for range 20 {
		moment := time.Duration(rand.IntN(3000)) * time.Millisecond
		moments.Go(func() { killAfter(t, moment) })
	}
	moments.Wait()
}

func killAfter(t *testing.T, moment time.Duration) {
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond})
	start := command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "40", "--cps", "20", "--hold", "1")
	start.Stdout = nil
	stdout, err := start.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := start.Start(); err != nil {
		t.Error(err)
		return
	}
	time.AfterFunc(moment, func() { _ = start.Process.Kill() })
	var reported []string
	for line := bufio.NewScanner(stdout); line.Scan(); {
		if _, sid, ok := strings.Cut(line.Text(), ". SID: "); ok && strings.HasPrefix(line.Text(), "Started") {
			reported = append(reported, sid)
		}
	}
	_ = start.Wait()

	files, _ := filepath.Glob(filepath.Join(start.dir, "call_sids_*.csv"))
	if len(files) == 0 {
		if len(reported) > 0 {
			t.Errorf("killed after %v: %d calls reported, no file", moment, len(reported))
		}
		return
	}
	sids := readSIDs(t, files[0])
	for _, sid := range reported {
		if !slices.Contains(sids, sid) {
			t.Errorf("killed after %v: reported call %s is missing from the file", moment, sid)
		}
	}
	if len(sids) > 0 {
		if status := command(t, start.dir, "end", twilio.env, "-f", files[0]).status(t); status != 0 {
			t.Errorf("killed after %v: end -f: exit status %d", moment, status)
		}
	}
	for _, call := range twilio.Live() {
		if slices.Contains(reported, call.SID) {
			t.Errorf("killed after %v: reported call %s is live after end -f", moment, call.SID)
		}
	}
	end := command(t, start.dir, "end", twilio.env, "-c", from, "-d", to, "--yes")
	if status := end.status(t); status != 0 || len(twilio.Live()) != 0 {
		t.Errorf("killed after %v: end -c -d: exit status %d, %d live", moment, status, len(twilio.Live()))
	}
}

// A full disk and a deleted file are said, and nothing is left running.
func TestAFileThatIsDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	twilio, start := running(t)
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	phases[0].wait(t, twilio)
	if err := os.Remove(sidFile(t, start.dir)); err != nil {
		t.Fatal(err)
	}
	if status := start.wait(t); status != 3 {
		t.Errorf("exit status %d, want 3", status)
	}
	if !strings.Contains(start.stderr.String(), "the SID file cannot be written") || len(twilio.Live()) != 0 {
		t.Errorf("%d live; want none, and the file's loss said\n%s", len(twilio.Live()), start.stderr.String())
	}
}
