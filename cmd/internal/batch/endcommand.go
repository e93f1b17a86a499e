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

// quoted writes a word for a shell.
func quoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@=,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
