package batch

import "call-load-tester/pkg/cli"

// WhenInterrupted returns what an interrupt does to a run of start or end: what
// happens after the first one, and the command that hangs up what is left after
// the second.
func WhenInterrupted(stopping func() string, left string) cli.Run {
	return cli.Run{
		Stopping:   stopping,
		Left:       func() string { return "to hang up what is still live: " + left },
		LeftStatus: cli.StatusPartly,
	}
}
