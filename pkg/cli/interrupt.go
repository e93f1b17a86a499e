package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// Interrupts are wishes to stop a command: the signals SIGINT, SIGTERM and SIGHUP,
// and an output that nobody reads any more. What one does depends on how far the
// command is:
//
//   - before [Interrupts.Begin] nothing was begun: the first ends the process at
//     once, with [StatusInterrupted];
//   - during the run the first ends Stop, so that the run cleans up; the second
//     signal, half a second later or more, ends Leave and, a moment later, the
//     process;
//   - after [Interrupts.Conclude], until the next run begins, only the result is to be written: the first
//     signal ends the process, a moment later.
type Interrupts struct {
	Stop  context.Context // ends with the first wish
	Leave context.Context // ends with the wish to leave at once

	console     *Console
	stop, leave context.CancelFunc

	mu        sync.Mutex // guards what follows; held for ever by what ends the process
	run       *Run       // nil if nothing was begun
	concluded bool
	status    int // when the process is left at once
}

// A Run is something that an interrupt must not just cut off.
type Run struct {
	Stopping   func() string // says what the command does after the first interrupt
	Left       func() string // says what is left to do when the process is ended at once
	LeftStatus int           // exit status then
}

func newInterrupts(console *Console) *Interrupts {
	i := &Interrupts{console: console}
	i.Leave, i.leave = context.WithCancel(context.Background())
	i.Stop, i.stop = context.WithCancel(i.Leave)
	return i
}

// catch takes the signals from now on. A broken pipe is an error of its write
// and no more.
func (i *Interrupts) catch() {
	signals := make(chan os.Signal, 2)
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) { // nohup means it
			signal.Notify(signals, sig)
		}
	}
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		<-signals
		first := time.Now()
		i.interrupted()
		for range signals {
			if time.Since(first) >= sameWish {
				break
			}
		}
		i.leaveNow()
	}()
}

// sameWish is how long after the first signal others are of the same wish: GNU
// timeout signals its child and then the group that both are in, so that one
// comes twice.
const sameWish = 500 * time.Millisecond

// Begin says that a run begins; one after the other may.
func (i *Interrupts) Begin(run Run) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.run, i.status, i.concluded = &run, run.LeftStatus, false
}

// Conclude says that the run is over, with this exit status, and that only its
// result is to be written. It does nothing if the run was cut off: that leaves more
// to say.
func (i *Interrupts) Conclude(status int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.Leave.Err() != nil {
		return
	}
	i.concluded, i.status = true, status
	if status == StatusDone {
		i.status = StatusInterrupted
	}
}

// Stopped reports whether there was a wish to stop.
func (i *Interrupts) Stopped() bool { return i.Stop.Err() != nil }

// interrupted is called for the first signal.
func (i *Interrupts) interrupted() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.run == nil { // nothing is told to stop: it would end the process by itself, before all is said
		if i.console.asking.Load() {
			fmt.Fprintln(i.console.Err)
		}
		i.console.Note("interrupted before anything was begun")
		i.exit(StatusInterrupted)
		return
	}
	stopping := i.run.Stopping() // asked before: then it may be over
	i.stop()
	switch {
	case i.concluded:
		go i.leaveNow()
	default:
		i.console.Note("interrupted: %s; interrupt again to leave at once", stopping)
	}
}

// unread is called when nobody reads the output any more.
func (i *Interrupts) unread() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.Stopped() {
		return // the same signal often stops the reader
	}
	if i.run == nil {
		i.exit(StatusInterrupted)
		return
	}
	stopping := i.run.Stopping() // asked before: then it may be over
	i.stop()
	if !i.concluded {
		i.console.Note("nobody reads the output any more: %s", stopping)
	}
}

// leaveGrace is what a command has to leave in good order: under a second.
const leaveGrace = 500 * time.Millisecond

// leaveNow ends the process, if it does not end by itself in a moment.
func (i *Interrupts) leaveNow() {
	i.leave()
	time.Sleep(leaveGrace)
	i.mu.Lock()
	defer i.mu.Unlock()
	left := "the result was not written"
	if !i.concluded {
		left = i.run.Left()
	}
	i.console.Note("left at once; %s", left)
	i.exit(i.status)
}

// exit ends the process. What was told is written first.
func (i *Interrupts) exit(status int) {
	i.console.Close()
	os.Exit(status)
}
