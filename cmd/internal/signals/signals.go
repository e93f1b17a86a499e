// Package signals is for tests that send signals to commands.
package signals

import (
	"os"
	"os/signal"
	"syscall"
)

// Unignore lets the commands that this process starts see the signals that it
// was told to ignore itself, by nohup or a shell in the background: what is
// ignored stays so in another process, what is caught does not. In this process
// they still do nothing.
func Unignore() {
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
}
