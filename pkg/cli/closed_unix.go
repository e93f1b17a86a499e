//go:build unix

package cli

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// isUnread reports whether a write failed since nobody reads.
func isUnread(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// watchReaders notices when one of the files is a pipe that nobody reads any
// more, even while nothing is written to it.
func watchReaders(interrupts *Interrupts, files ...*os.File) {
	var pipes []unix.PollFd
	for _, file := range files {
		if info, err := file.Stat(); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
			pipes = append(pipes, unix.PollFd{Fd: int32(file.Fd())}) // errors are always told
		}
	}
	if len(pipes) == 0 {
		return
	}
	go func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-interrupts.Stop.Done():
				return
			case <-tick.C:
			}
			if n, err := unix.Poll(pipes, 0); err == nil && n > 0 {
				interrupts.unread()
			}
		}
	}()
}
