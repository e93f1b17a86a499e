package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ErrInterrupted is the cause of a context that ended with a signal.
var ErrInterrupted = errors.New("interrupted")

// Interrupts are the wishes of who runs a command. The first SIGINT, SIGTERM
// or SIGHUP, or a stream that nobody reads any more, is a wish to stop and
// clean up. A second signal is a wish to leave at once.
type Interrupts struct {
	Stop  context.Context // ends with the first
	Leave context.Context // ends with the second
	stop  context.CancelCauseFunc
}

// CatchInterrupts begins to catch signals; a broken pipe is an error of its
// write and no more.
func CatchInterrupts() *Interrupts {
	leave, leaveNow := context.WithCancelCause(context.Background())
	stop, stopNow := context.WithCancelCause(leave)
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) { // nohup means it
			signal.Notify(signals, sig)
		}
	}
	go func() {
		<-signals
		stopNow(ErrInterrupted)
		<-signals
		leaveNow(ErrInterrupted)
	}()
	return &Interrupts{Stop: stop, Leave: leave, stop: stopNow}
}

// Wish makes Stop end, as the first signal does.
func (i *Interrupts) Wish() { i.stop(ErrInterrupted) }

// OnStop calls what answers the wish to stop.
func (i *Interrupts) OnStop(answer func()) { context.AfterFunc(i.Stop, answer) }

// OnLeave ends the process with the given status after saying goodbye, if it is
// still there shortly after the wish to leave at once.
func (i *Interrupts) OnLeave(status int, goodbye func()) {
	context.AfterFunc(i.Leave, func() {
		time.Sleep(leaveGrace)
		goodbye()
		os.Exit(status)
	})
}

// leaveGrace is what a command has to leave in good order: under a second.
const leaveGrace = 500 * time.Millisecond

// Stopped reports whether there was a wish to stop.
func (i *Interrupts) Stopped() bool { return i.Stop.Err() != nil }

// Left reports whether there was a wish to leave at once.
func (i *Interrupts) Left() bool { return i.Leave.Err() != nil }
