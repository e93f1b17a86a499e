//go:build linux

package cmd_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"call-load-tester/pkg/twiliosim"
)

// A reader who has stopped reading, as a pager does, holds up neither the
// placing nor, after an interrupt, the hang-ups and the end of the process.
func TestAStalledReaderHoldsUpNothing(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 20 * time.Millisecond})
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := unix.FcntlInt(writer.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil { // a few dozen lines
		t.Skip("the pipe cannot be made small:", err)
	}
	start := command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "300", "--cps", "100", "--hold", "60")
	start.Stdout = writer
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
	phase{"holding", func(a *simulated) bool {
		creates := a.Creates()
		return len(creates) == 300 && time.Since(creates[299].At) > 200*time.Millisecond
	}}.wait(t, twilio)
	if err := start.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := start.wait(t); status != 130 {
		t.Errorf("exit status %d, want 130\n%s", status, start.stderr.String())
	}
	checkNothingIsLeft(t, twilio, start.dir)
}
