package callrun

import (
	"strings"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
)

// LeaveOver writes the SIDs of calls that are not known to be over to a file
// beside the one at path, and notes it and the command that ends them; or tells
// them, if that fails.
func LeaveOver(console *cli.Console, r *calls.Result, path string) {
	if r.HangUps == nil || r.HangUps.Live == 0 {
		return
	}
	sids := r.HangUps.LiveSIDs
	file, err := sidfile.CreateLive(path)
	for i := 0; err == nil && i < len(sids); i++ {
		err = file.Append(sids[i])
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		console.Error(&calls.FileError{Err: err})
		for _, sid := range sids {
			console.Note("still live: %s", sid)
		}
		return
	}
	r.LiveFile = file.Path()
	r.Next = append(r.Next, EndCommand(r.LiveFile, r.DryRun))
}

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
