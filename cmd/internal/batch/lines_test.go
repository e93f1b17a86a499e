package batch_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
)

// told returns the lines on standard error of a run in fake time, in which
// progress is told every five seconds.
func told(t *testing.T, l *batch.Lines, run func(tell func(calls.Event))) []string {
	t.Helper()
	var text []byte
	synctest.Test(t, func(t *testing.T) {
		file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		if err != nil {
			t.Fatal(err)
		}
		l.PerCall = io.Discard
		l.Console = cli.NewConsole("start", file, file)
		run(l.Observe)
		l.Finish()
		l.Console.Close()
		_ = file.Close()
		if text, err = os.ReadFile(file.Name()); err != nil {
			t.Error(err)
		}
	})
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// A burst that comes a little late each second does not make the rate look like
// none.
func TestTheRateAtACapOfOne(t *testing.T) {
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 1000, CPS: 1}}, func(tell func(calls.Event)) {
		tell(calls.Warming{Connections: 1})
		for n := range 1000 {
			tell(calls.Started{N: n + 1, SID: "CA1"})
			time.Sleep(1001500 * time.Microsecond)
		}
	})
	if len(lines) != 200 || lines[0] != "start: placing 5/1000, 1.0/s of 1, live 5, failed 0, 16m35s left" {
		t.Errorf("%d lines, the first %q; want 200, and the plan's pace", len(lines), lines[0])
	}
	for _, line := range lines {
		if !strings.Contains(line, ", 1.0/s of 1, ") {
			t.Errorf("%q, want the cap reached", line)
		}
	}
}

// While nothing is answered the line goes on; refused calls are no more to come;
// and the hang-ups have failures of their own.
func TestTheLineGoesOn(t *testing.T) {
	refused := errors.New("refused")
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 400, CPS: 100}}, func(tell func(calls.Event)) {
		tell(calls.Warming{Connections: 100})
		time.Sleep(100 * time.Millisecond)
		for n := range 90 {
			tell(calls.Started{N: n + 1, SID: "CA1"})
		}
		tell(calls.OutcomeUnknown{To: "+1", Err: refused})
		for range 9 {
			tell(calls.CallRefused{To: "+1", Err: refused})
		}
		time.Sleep(11 * time.Second) // without an answer
		tell(calls.EndingCall{N: 1, SID: "CA1"})
		tell(calls.EndingCall{N: 2, SID: "CA2"})
		tell(calls.EndFailed{SID: "CA1", Err: refused})
		time.Sleep(6 * time.Second)
		tell(calls.Following{Live: 2})
		tell(calls.Following{Live: 1})
		time.Sleep(6 * time.Second)
	})
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, "warning") })
	want := []string{
		"start: opening 100 connections",
		"start: placing 90/400, 22.5/s of 100, live 90, failed 10, 3s left",
		"start: placing 90/400, 10.0/s of 100, live 90, failed 10, 3s left",
		"start: ending 2/90, failed 1",
		fmt.Sprintf("start: following 2 calls until they are over, for up to %v", calls.FollowFor),
		"start: following 1/2, live 1",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// Starts that are lost in one way are told of once.
func TestLostStartsAreToldOfOnce(t *testing.T) {
	reset, late := errors.New("connection reset"), errors.New("no answer in time")
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 20, CPS: 20}}, func(tell func(calls.Event)) {
		for range 10 {
			tell(calls.OutcomeUnknown{To: "+1", Err: reset})
		}
		tell(calls.OutcomeUnknown{To: "+1", Err: late})
		tell(calls.LookingUp{Unknown: 11})
	})
	want := []string{
		"start: warning: the outcome of a start to +1 is unknown: connection reset",
		"start: warning: the outcome of a start to +1 is unknown: no answer in time",
		"start: looking up 11 starts whose outcome is unknown, for up to 1m0s",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// One start that is looked up, and one call that is followed, are told as one.
func TestOneIsOne(t *testing.T) {
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 1, CPS: 1}}, func(tell func(calls.Event)) {
		tell(calls.LookingUp{Unknown: 1})
		tell(calls.Following{Live: 1})
	})
	want := []string{
		"start: looking up 1 start whose outcome is unknown, for up to 1m0s",
		"start: following 1 call until it is over, for up to 2m0s",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// A queue that grows is told once, and the line that shows the progress goes on
// telling it as long as it grows.
func TestAQueueThatGrows(t *testing.T) {
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 400, CPS: 20}}, func(tell func(calls.Event)) {
		tell(calls.Warming{Connections: 20})
		time.Sleep(500 * time.Millisecond)
		for second := range 20 {
			for n := range 20 {
				tell(calls.Started{N: second*20 + n + 1, SID: "CA1"})
			}
			if second >= 11 && second < 16 {
				tell(calls.Queueing{DialRate: 5.04, Calls: 400, Takes: 79600 * time.Millisecond})
			}
			time.Sleep(time.Second)
		}
	})
	want := []string{
		"start: placing 100/400, 20.0/s of 20, live 100, failed 0, 15s left",
		"start: placing 200/400, 20.0/s of 20, live 200, failed 0, 10s left",
		"start: warning: Twilio queues: the account seems to dial 5 a second; 400 calls will take about 80 s",
		"start: placing 300/400, 20.0/s of 20, live 300, failed 0, 5s left; Twilio dials about 5/s",
		"start: placing 400/400, 20.0/s of 20, live 400, failed 0, 0s left",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// With a ramp the line shows the cap of the second, and what is left goes by the
// caps to come.
func TestTheLineOfARamp(t *testing.T) {
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 55 + 20, CPS: 10, Ramp: 10 * time.Second}}, func(tell func(calls.Event)) {
		tell(calls.Warming{Connections: 10})
		time.Sleep(500 * time.Millisecond)
		n := 0
		for second := range 12 {
			for range min(10, second+1) {
				n++
				tell(calls.Started{N: n, SID: "CA1"})
			}
			time.Sleep(time.Second)
		}
	})
	want := []string{
		"start: placing 15/75, 3.0/s of 5, live 15, failed 0, 7s left",
		"start: placing 55/75, 5.5/s of 10, live 55, failed 0, 2s left",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// What keeps calls from being dialed, and what limits requests, is told at once;
// the same limit once.
func TestWhatIsOutOfTheOrdinaryIsTold(t *testing.T) {
	lines := told(t, &batch.Lines{Plan: calls.Plan{CallCount: 10, CPS: 10, CallDuration: 10 * time.Second}}, func(tell func(calls.Event)) {
		tell(calls.QueuedTooLong{Estimate: 12 * time.Second, CallDuration: 10 * time.Second})
		tell(calls.Slowed{Limit: 5})
		tell(calls.Slowed{Limit: 5})
		tell(calls.Unreachable{Err: errors.New("not sent: no route to host"), For: 2 * time.Minute})
		tell(calls.Unwritten{N: 1, SID: "CA1"})
	})
	want := []string{
		"start: warning: Twilio expects a call to wait in its queue for 12s, and each is hung up 10s after it was accepted: calls are hung up before they are dialed",
		"start: Twilio answered that too many requests are under way; now at most 5 at once",
		"start: warning: not sent: no route to host; trying for up to 2m0s",
		"start: warning: call 1 was placed, but its SID is not in the file: CA1",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
