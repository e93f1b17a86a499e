package callrun

import (
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
)

// LeaveOver writes the SIDs of calls that are not known to be over to a file
// beside the one at path and returns its name; or tells them, if that fails.
func LeaveOver(console *cli.Console, path string, sids []string) string {
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
		return ""
	}
	return file.Path()
}

// EndCommand returns the command that hangs up the calls of a SID file.
func EndCommand(path string, dryRun bool) string {
	command := cli.Sibling("end") + " -f " + path
	if dryRun {
		command += " --dry_run"
	}
	return command
}
