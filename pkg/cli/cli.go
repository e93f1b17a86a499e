// Package cli holds what the commands share: flags with the originals'
// spellings, credentials, interrupts, exit statuses, messages and progress.
package cli

import "os"

// Exit statuses of all commands.
const (
	StatusDone        = 0   // all that was asked for was done
	StatusFailed      = 1   // nothing could be done
	StatusUsage       = 2   // wrong usage; nothing was begun
	StatusPartly      = 3   // partly done, or something is still live
	StatusInterrupted = 130 // interrupted, and nothing is left that should have ended
)

// Main runs the named command with its arguments and ends the process with the
// status that it returns; where all was done but not all could be written, with
// StatusPartly.
func Main(name string, run func(console *Console, args []string) (status int)) {
	console := NewConsole(name, os.Stdout, os.Stderr)
	console.Interrupts.catch()
	status := run(console, os.Args[1:])
	if !console.Flush() && status == StatusDone {
		status = StatusPartly
	}
	console.Close()
	os.Exit(status)
}
