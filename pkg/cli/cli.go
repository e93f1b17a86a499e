// Package cli holds what the commands share: flags with the originals'
// spellings, credentials, interrupts, exit statuses, messages and progress.
package cli

// Exit statuses of all commands.
const (
	StatusDone        = 0   // all that was asked for was done
	StatusFailed      = 1   // nothing could be done
	StatusUsage       = 2   // wrong usage; nothing was begun
	StatusPartly      = 3   // partly done, or something is still live
	StatusInterrupted = 130 // interrupted, and nothing is left that should have ended
)
