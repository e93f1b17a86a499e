package batch

import (
	"strings"

	"call-load-tester/pkg/cli"
)

// EndCommand returns the command that hangs up the calls of a SID file.
func EndCommand(path string, dryRun bool) string {
	command := cli.Sibling("end") + " -f " + quoted(path)
	if dryRun {
		command += " --dry_run"
	}
	return command
}

// EndBetween returns the command that hangs up the calls between two parties.
func EndBetween(from, to string) string {
	return cli.Sibling("end") + " -c " + quoted(from) + " -d " + quoted(to)
}

// Run returns what an interrupt does to a run of start or end: what happens
// after the first one, and the command that hangs up what is left after the
// second.
func Run(stopping func() string, left string) cli.Run {
	return cli.Run{
		Stopping:   stopping,
		Left:       func() string { return "to hang up what is still live: " + left },
		LeftStatus: cli.StatusPartly,
	}
}

// quoted writes a word for a shell.
func quoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@=,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
