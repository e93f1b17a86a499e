//go:build unix

package cmd_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twiliosim"
)

// running is an account whose answers take a while, and a start in it: three
// seconds of placing, two of holding, then hang-ups.
func running(t *testing.T) (*simulated, *process) {
	t.Helper()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond})
	return twilio, command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "80", "--cps", "20", "--hold", "2")
}

// A phase is a part of a run, and how to see from Twilio's side that it has
// come.
type phase struct {
	name string
	come func(*simulated) bool
}

var phases = []phase{
	{"placing", func(a *simulated) bool { return len(a.Creates()) >= 30 }},
	{"holding", func(a *simulated) bool {
		creates := a.Creates()
		return len(creates) == 80 && time.Since(creates[79].At) > time.Second
	}},
	{"ending", func(a *simulated) bool { return a.Requests(twiliosim.OpHangUp) >= 10 }},
}

func (p phase) wait(t *testing.T, a *simulated) {
	t.Helper()
	await(t, p.name, func() bool { return p.come(a) })
}

// An interrupt, or a stream that nobody reads any more, at any time: what was
// placed is hung up, and its SID is in the file.
func TestInterrupts(t *testing.T) {
	t.Parallel()
	for _, phase := range phases {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(phase.name+"/"+signal.String(), func(t *testing.T) {
				t.Parallel()
				twilio, start := running(t)
				if err := start.Start(); err != nil {
					t.Fatal(err)
				}
				phase.wait(t, twilio)
				if err := start.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if status := start.wait(t); status != 130 {
					t.Errorf("exit status %d, want 130\n%s", status, start.stderr.String())
				}
				checkNothingIsLeft(t, twilio, start.dir)
				if !strings.Contains(start.stdout.String(), "Summary of an interrupted run") {
					t.Errorf("no report:\n%s", start.stdout.String())
				}
				if strings.Contains(start.stderr.String(), "unknown") {
					t.Errorf("starts that were given up before they were sent are taken for unknown:\n%s", start.stderr.String())
				}
			})
		}
		t.Run(phase.name+"/closed stdout", func(t *testing.T) {
			t.Parallel()
			twilio, start := running(t)
			leave := start.startWithReader(t)
			phase.wait(t, twilio)
			leave()
			if status := start.wait(t); status != 130 {
				t.Errorf("exit status %d, want 130\n%s", status, start.stderr.String())
			}
			checkNothingIsLeft(t, twilio, start.dir)
		})
	}
}

// startWithReader starts the process with somebody who reads its standard output,
// as head does, until the returned function is called.
func (p *process) startWithReader(t *testing.T) (leave func()) {
	t.Helper()
	p.Stdout = nil
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	leaving := make(chan struct{})
	go func() {
		defer stdout.Close()
		for buffer := make([]byte, 100); ; {
			select {
			case <-leaving:
				return
			default:
				_ = stdout.(*os.File).SetReadDeadline(time.Now().Add(10 * time.Millisecond))
				_, _ = stdout.Read(buffer)
			}
		}
	}()
	return func() { close(leaving) }
}

// checkNothingIsLeft fails the test if a call is live, or one that ever was is
// missing from the SID file.
func checkNothingIsLeft(t *testing.T, twilio *simulated, dir string) {
	t.Helper()
	if live := twilio.Live(); len(live) != 0 {
		t.Errorf("%d calls are live", len(live))
	}
	sids := readSIDs(t, sidFile(t, dir))
	for _, call := range twilio.Calls() {
		if !slices.Contains(sids, call.SID) {
			t.Errorf("call %s is missing from the file", call.SID)
		}
	}
}

func readSIDs(t *testing.T, path string) []string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var sids []string
	for sid, err := range sidfile.NewReader(file, path).SIDs() {
		if err != nil {
			t.Error(err)
		}
		sids = append(sids, sid)
	}
	return sids
}

// The second interrupt does not wait for hang-ups that hang, and says how to hang
// up the rest; doing as it says leaves nothing running.
func TestTheSecondInterruptLeavesAtOnce(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpHangUp, Nth: []int{1, 2, 3, 4, 5}, Do: twiliosim.Hang}}})
	start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--call_count", "5", "--cps", "5", "-h", "60")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "holding", func() bool { return strings.Contains(start.stdout.String(), "Started call 5. ") })
	start.interruptTwice(t)
	if status := start.wait(t); status != 3 {
		t.Errorf("exit status %d, want 3: calls are live", status)
	}
	said := regexp.MustCompile(`end -f (call_sids_\w+\.csv)`).FindAllStringSubmatch(start.stdout.String()+start.stderr.String(), -1)
	if said == nil {
		t.Fatalf("no end command in\n%s%s", start.stdout.String(), start.stderr.String())
	}
	end := command(t, start.dir, "end", twilio.env, "-f", said[len(said)-1][1])
	if status := end.status(t); status != 0 || len(twilio.Live()) != 0 {
		t.Errorf("end: exit status %d, %d calls live; want 0 and none\n%s", status, len(twilio.Live()), end.stderr.String())
	}
}

// GNU timeout signals its child, and then the group that the child is in: that is
// one wish to stop, and all calls are hung up.
func TestASignalThatComesTwice(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond})
	start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--call_count", "20", "--cps", "20", "-h", "60")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "holding", func() bool { return strings.Contains(start.stdout.String(), "Started call 20. ") })
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} { // twice the same may be one
		if err := start.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
	}
	if status := start.wait(t); status != 130 || len(twilio.Live()) != 0 {
		t.Errorf("exit status %d, %d live; want 130 and none\n%s", status, len(twilio.Live()), start.stderr.String())
	}
}

// interruptTwice interrupts the process again when it has told of the first, and
// so much later that it is another wish.
func (p *process) interruptTwice(t *testing.T) {
	t.Helper()
	interrupt := func() {
		if err := p.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	await(t, "the first interrupt is told of", func() bool { return strings.Contains(p.stderr.String(), "interrupt again to leave at once\n") })
	time.Sleep(600 * time.Millisecond)
	interrupt()
}

// Starts that wait for their burst when the interrupt comes were never sent, and
// are not taken for unknown.
func TestAnInterruptBetweenTwoBursts(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 50 * time.Millisecond})
	start := command(t, t.TempDir(), "start", twilio.env,
		"-c", from, "-d", to, "--call_count", "2000", "--cps", "20", "--hold", "60", "--json", "out.json")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	phase{"between bursts", func(a *simulated) bool {
		creates := a.Creates() // of any burst but the last: a busy machine may look late
		n := len(creates)
		return n > 0 && n%20 == 0 && n < 2000 && time.Since(creates[n-1].At) > 200*time.Millisecond
	}}.wait(t, twilio)
	if err := start.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := start.wait(t); status != 130 {
		t.Errorf("exit status %d, want 130\n%s", status, start.stderr.String())
	}
	checkNothingIsLeft(t, twilio, start.dir)
	record := callsRecord(t, start, "out.json")
	s, sent := record.Starts, len(twilio.Creates())
	if s.Accepted != sent || s.Requests != sent || s.NotStarted != 2000-sent || sent == 2000 || s.NotFound+s.Adopted != 0 || s.BusiestSecond > 20 {
		t.Errorf("%+v of %d creates, want all of them accepted, the rest of 2000 not started, none unknown, at most 20 in a second", s, sent)
	}
}

// Whoever leaves at once while the first answers are outstanding is told how to
// find the calls, which are in no file.
func TestTheSecondInterruptWhilePlacing(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpCreate, After: true, Delay: 10 * time.Second}}})
	start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--call_count", "5", "--cps", "5")
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	phase{"placing", func(a *simulated) bool { return len(a.Live()) == 5 }}.wait(t, twilio)
	start.interruptTwice(t)
	if status := start.wait(t); status != 3 {
		t.Errorf("exit status %d, want 3: calls may be live", status)
	}
	if want := "end -c " + from + " -d " + to + "\n"; !strings.Contains(start.stdout.String(), want) {
		t.Errorf("no %q in\n%s", want, start.stdout.String())
	}
	end := command(t, start.dir, "end", twilio.env, "-c", from, "-d", to, "--yes")
	if status := end.status(t); status != 0 || len(twilio.Live()) != 0 {
		t.Errorf("end: exit status %d, %d live; want 0 and none", status, len(twilio.Live()))
	}
}

// Without a terminal to ask on, end between two numbers wants --yes; with
// --dry_run it lists real calls and ends none.
func TestEndBetweenTwoNumbersAsks(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, simple)
	twilio.Put("CA00000000000000000000000000000001", from, to)
	end := command(t, t.TempDir(), "end", twilio.env, "-c", from, "-d", to)
	if status := end.status(t); status != 2 || !strings.Contains(end.stderr.String(), "add --yes") || len(twilio.Live()) != 1 {
		t.Errorf("exit status %d, %d live; want 2, the hint, and the call untouched\n%s", status, len(twilio.Live()), end.stderr.String())
	}
	list := command(t, t.TempDir(), "end", twilio.env, "-c", from, "-d", to, "--dry_run", "--yes")
	if status := list.status(t); status != 0 || !strings.HasPrefix(list.stdout.String(), "CA00000000000000000000000000000001 in-progress since ") || len(twilio.Live()) != 1 {
		t.Errorf("exit status %d, %d live; want 0, the list, and the call untouched\n%s", status, len(twilio.Live()), list.stdout.String())
	}
}
