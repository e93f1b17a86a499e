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
	_, pipe := smallPipe(t)
	start := command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "300", "--cps", "100", "--hold", "60")
	start.Stdout = pipe
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
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

// A terminal whose output is held (Ctrl-S), and a pager that does not read while
// progress is shown on a terminal, hold up no hang-up.
func TestAStalledTerminalHoldsUpNothing(t *testing.T) {
	t.Parallel()
	for _, stalled := range []string{"stdout", "stderr"} {
		t.Run(stalled, func(t *testing.T) {
			t.Parallel()
			twilio := newTwilio(t, twiliosim.Config{ResponseTime: 20 * time.Millisecond})
			start := command(t, t.TempDir(), "start", twilio.env,
				"-c", from, "-d", to, "--call_count", "300", "--cps", "100", "--hold", "1")
			terminal := openTerminal(t)
			start.Stderr = terminal.tty
			if stalled == "stdout" {
				_, pipe := smallPipe(t)
				start.Stdout = pipe
			}
			if err := start.Start(); err != nil {
				t.Fatal(err)
			}
			phase{"placing", func(a *simulated) bool { return len(a.Creates()) >= 200 }}.wait(t, twilio)
			if stalled == "stderr" {
				terminal.key(t, ctrlS)
			}
			phase{"over", func(a *simulated) bool {
				return len(a.Creates()) == 300 && len(a.Live()) == 0
			}}.wait(t, twilio)
			if err := start.Process.Signal(syscall.SIGINT); err != nil { // nobody reads the last lines
				t.Fatal(err)
			}
			if status := start.wait(t); status != 0 && status != 130 {
				t.Errorf("exit status %d, want 0, or 130 if the interrupt came before the report", status)
			}
			checkNothingIsLeft(t, twilio, start.dir)
		})
	}
}

// smallPipe returns the ends of a pipe that holds a few dozen lines.
func smallPipe(t *testing.T) (reader, writer *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = reader.Close()
		_ = writer.Close()
	})
	shrink(t, writer)
	return reader, writer
}

// shrink makes a pipe hold as little as it can.
func shrink(t *testing.T, pipe *os.File) {
	t.Helper()
	if _, err := unix.FcntlInt(pipe.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
		t.Skip("the pipe cannot be made small:", err)
	}
}
