//go:build unix

package cmd_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// lasting is an account, and a start in it whose calls come and go for a minute.
func lasting(t *testing.T) (*simulated, *process) {
	t.Helper()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond})
	return twilio, command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "600", "--cps", "10", "--call_duration", "1.5")
}

// betweenBursts waits until calls come and go, and nothing is under way for a
// moment.
func betweenBursts(t *testing.T, twilio *simulated) {
	t.Helper()
	phase{"the steady state", func(a *simulated) bool {
		creates := a.Creates()
		n := len(creates)
		return n >= 30 && n%10 == 0 && time.Since(creates[n-1].At) > 250*time.Millisecond && a.Requests(twiliosim.OpHangUp) >= 10
	}}.wait(t, twilio)
}

// An interrupt in the steady state hangs up all that is live at once, and so does
// an output that nobody reads any more.
func TestAnInterruptInTheSteadyState(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			twilio, start := lasting(t)
			if err := start.Start(); err != nil {
				t.Fatal(err)
			}
			betweenBursts(t, twilio)
			if len(twilio.Live()) == 0 {
				t.Error("no call is live in the steady state")
			}
			if err := start.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			checkInterrupted(t, twilio, start)
			if out := start.stdout.String(); !strings.Contains(out, "Held before hang-up p50 1.5") {
				t.Errorf("the summary does not say how long calls were held:\n%s", out)
			}
		})
	}
	t.Run("closed stdout", func(t *testing.T) {
		t.Parallel()
		twilio, start := lasting(t)
		leave := start.startWithReader(t)
		betweenBursts(t, twilio)
		leave()
		checkInterrupted(t, twilio, start)
	})
}

// checkInterrupted waits for an interrupted start, and fails the test if its calls
// were not all hung up at once.
func checkInterrupted(t *testing.T, twilio *simulated, start *process) {
	t.Helper()
	placed := len(twilio.Creates())
	if status := start.wait(t); status != 130 {
		t.Errorf("exit status %d, want 130\n%s", status, start.stderr.String())
	}
	checkNothingIsLeft(t, twilio, start.dir)
	if more := len(twilio.Creates()) - placed; more > 10 {
		t.Errorf("%d more starts after the interrupt, want no more than a burst", more)
	}
}

// After a kill in the steady state end -f leaves nothing running: no start is
// under way when it comes, since Twilio answers none after the 40th.
func TestAKillInTheSteadyState(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{
		ResponseTime: 50 * time.Millisecond,
		Faults:       []twiliosim.Fault{{Op: twiliosim.OpCreate, Nth: []int{41, 42, 43, 44, 45}, Do: twiliosim.Hang}},
	})
	start := command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "45", "--cps", "10", "--call_duration", "3")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "hang-ups, and all starts that Twilio answers", func() bool {
		return twilio.Requests(twiliosim.OpHangUp) > 0 && strings.Contains(start.stdout.String(), "Started call 40. ")
	})
	if err := start.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = start.wait(t)
	end := command(t, start.dir, "end", twilio.env, "-f", filepath.Base(sidFile(t, start.dir)))
	if status := end.status(t); status != 0 {
		t.Errorf("end: exit status %d, want 0\n%s%s", status, end.stdout.String(), end.stderr.String())
	}
	if placed := len(twilio.Calls()); placed != 40 {
		t.Errorf("%d calls were placed, want 40", placed)
	}
	checkNothingIsLeft(t, twilio, start.dir)
}

// end may hang up the calls of a file while start still places some: start counts
// each call once, as over already what end has ended.
func TestEndBesideStart(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond})
	start := command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "50", "--cps", "10", "--call_duration", "100", "--json", "start.json")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "placing", func() bool { return strings.Contains(start.stdout.String(), "Started call 25. ") })
	end := command(t, start.dir, "end", twilio.env, "-f", filepath.Base(sidFile(t, start.dir)), "--json", "end.json")
	if status := end.status(t); status != 0 {
		t.Errorf("end: exit status %d, want 0\n%s%s", status, end.stdout.String(), end.stderr.String())
	}
	await(t, "placed", func() bool { return strings.Contains(start.stdout.String(), "Started call 50. ") })
	if err := start.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := start.wait(t); status != 130 {
		t.Errorf("start: exit status %d, want 130\n%s%s", status, start.stdout.String(), start.stderr.String())
	}
	checkNothingIsLeft(t, twilio, start.dir)
	byEnd, h := callsRecord(t, end, "end.json").HangUps.Ended, callsRecord(t, start, "start.json").HangUps
	if h.AlreadyOver == 0 || h.AlreadyOver > byEnd || h.Ended+h.AlreadyOver != 50 {
		t.Errorf("end ended %d calls; start ended %d and found %d over already, of 50", byEnd, h.Ended, h.AlreadyOver)
	}
}

// Beside a start that leaves its calls running end hangs up those that it finds in
// the file; what is placed later stays up, and start says how to end it.
func TestEndBesideAStartThatLeavesCallsRunning(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond})
	start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--call_count", "40", "--cps", "10", "-e", "false")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	phase{"placing", func(a *simulated) bool { return len(a.Calls()) >= 15 }}.wait(t, twilio)
	file := filepath.Base(sidFile(t, start.dir))
	end := command(t, start.dir, "end", twilio.env, "-f", file)
	if status := end.status(t); status != 0 {
		t.Errorf("end: exit status %d, want 0\n%s%s", status, end.stdout.String(), end.stderr.String())
	}
	if status := start.wait(t); status != 0 {
		t.Errorf("start: exit status %d, want 0\n%s%s", status, start.stdout.String(), start.stderr.String())
	}
	if live := len(twilio.Live()); live == 0 || live > 30 {
		t.Errorf("%d calls are live, want those placed after end had read the file", live)
	}
	if out := start.stdout.String(); !strings.Contains(out, "end -f "+file+"\n") {
		t.Errorf("start does not say how to end what is live:\n%s", out)
	}
	again := command(t, start.dir, "end", twilio.env, "-f", file)
	if status := again.status(t); status != 0 || strings.Contains(again.stdout.String(), "Already over        0\n") {
		t.Errorf("end: exit status %d, want 0, and some over already\n%s", status, again.stdout.String())
	}
	checkNothingIsLeft(t, twilio, start.dir)
}
