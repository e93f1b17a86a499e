//go:build linux

package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"call-load-tester/pkg/twiliosim"
)

// While nothing is begun one interrupt ends a command, whatever it waits for.
func TestAnInterruptBeforeAnythingWasBegun(t *testing.T) {
	t.Parallel()
	hangs := func(t *testing.T) *simulated {
		return newTwilio(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpList, Do: twiliosim.Hang}}})
	}
	const sid = "CA00000000000000000000000000000001"
	for _, tc := range []struct {
		waitsFor string
		prepare  func(t *testing.T, dir string) (p *process, come func() bool)
	}{
		{"somebody to write the SIDs to a pipe", func(t *testing.T, dir string) (*process, func() bool) {
			makePipe(t, dir, "pipe")
			return command(t, dir, "end", nil, "--dry_run", "-f", "pipe"), nil
		}},
		{"the end of the SIDs in a pipe", func(t *testing.T, dir string) (*process, func() bool) {
			p := command(t, dir, "end", nil, "--dry_run", "-f", "/dev/stdin")
			p.Stdin = openPipe(t, sid+"\n")
			return p, nil
		}},
		{"the end of the rows on standard input", func(t *testing.T, dir string) (*process, func() bool) {
			writeFile(t, dir, "c.ini", "[Load]\nUsers = 1\nConcurrency = 1\nURI = http://127.0.0.1/\n")
			p := command(t, dir, "load", nil, "--dry_run", "-f", "c.ini", "-d", "/dev/stdin")
			p.Stdin = openPipe(t, `{"Body": "hello"}`+"\n")
			return p, nil
		}},
		{"somebody to write the configuration to a pipe", func(t *testing.T, dir string) (*process, func() bool) {
			makePipe(t, dir, "pipe")
			return command(t, dir, "load", nil, "--dry_run", "-f", "pipe", "-d", "data.txt"), nil
		}},
		{"Twilio's first answer to end", func(t *testing.T, dir string) (*process, func() bool) {
			writeFile(t, dir, "calls.csv", sid)
			twilio := hangs(t)
			return command(t, dir, "end", twilio.env, "-f", "calls.csv"), func() bool { return twilio.Requests(twiliosim.OpList) > 0 }
		}},
		{"the prices of the plan", func(t *testing.T, dir string) (*process, func() bool) {
			twilio := newTwilio(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpPrice, Do: twiliosim.Hang}}})
			return command(t, dir, "start", twilio.env, "-c", from, "-d", to, "--max_cost", "5"), func() bool { return twilio.Requests(twiliosim.OpPrice) > 0 }
		}},
	} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(tc.waitsFor+"/"+signal.String(), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				p, come := tc.prepare(t, dir)
				if err := p.Start(); err != nil {
					t.Fatal(err)
				}
				p.awaitSignals(t)
				if come != nil {
					await(t, tc.waitsFor, come)
				}
				before := fileNames(t, dir)
				if err := p.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if status := p.wait(t); status != 130 {
					t.Errorf("exit status %d, want 130", status)
				}
				want := regexp.MustCompile(`^(end: account: .*\n)?(start|end|load): interrupted before anything was begun\n$`)
				if got := p.stderr.String(); !want.MatchString(got) || p.stdout.Len() > 0 {
					t.Errorf("told %q and %q, want no more than the interrupt", got, p.stdout.String())
				}
				if after := fileNames(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
					t.Errorf("files %q, before the interrupt %q", after, before)
				}
			})
		}
	}
}

// Nor does an interrupt of start wait for Twilio's first answer, or for prices.
func TestAnInterruptBeforeTwiliosFirstAnswer(t *testing.T) {
	for what, op := range map[string]twiliosim.Op{"the first answer": twiliosim.OpList, "prices": twiliosim.OpPrice} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			twilio := newTwilio(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: op, Do: twiliosim.Hang}}})
			start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--max_cost", "100")
			if op == twiliosim.OpList {
				start = command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to)
			}
			if err := start.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, "asking Twilio", func() bool { return twilio.Requests(op) > 0 })
			if err := start.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if status, files := start.wait(t), fileNames(t, start.dir); status != 130 || len(files) > 0 {
				t.Errorf("exit status %d, files %q; want 130 and none\n%s", status, files, start.stderr.String())
			}
		})
	}
}

// An interrupt is an answer to the question, too: nothing is ended.
func TestAnInterruptAtTheQuestion(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, simple)
	twilio.Put("CA00000000000000000000000000000001", from, to)
	end := command(t, t.TempDir(), "end", twilio.env, "-c", from, "-d", to)
	terminal := openTerminal(t)
	end.Stdin, end.Stderr = terminal.tty, terminal.tty
	if err := end.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.await(t, "[y/N] ")
	if err := end.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := end.wait(t); status != 130 || len(twilio.Live()) != 1 {
		t.Errorf("exit status %d, %d live; want 130 and the call untouched", status, len(twilio.Live()))
	}
	terminal.await(t, "[y/N] \r\nend: interrupted before anything was begun\r\n")
}

// makePipe makes a named pipe.
func makePipe(t *testing.T, dir, name string) {
	t.Helper()
	if err := unix.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
		t.Fatal(err)
	}
}

// openPipe returns a pipe that holds a text and stays open.
func openPipe(t *testing.T, text string) *os.File {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = reader.Close()
		_ = writer.Close()
	})
	if _, err := writer.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return reader
}

// awaitSignals waits until the process has settled what its signals do, the last
// of which is that SIGPIPE is ignored.
func (p *process) awaitSignals(t *testing.T) {
	t.Helper()
	ignored := regexp.MustCompile(`SigIgn:\s+(\w+)`)
	await(t, "taking signals", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		set, err := strconv.ParseUint(string(ignored.FindSubmatch(status)[1]), 16, 64)
		return err == nil && set&(1<<(syscall.SIGPIPE-1)) != 0
	})
}
