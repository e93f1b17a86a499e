package callrun

import (
	"strings"

	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/sidfile"
)

// LeaveOver writes the SIDs of calls that are not known to be over to a file
// beside the one at path, and notes it and the command that ends them; or tells
// them, if that fails.
func LeaveOver(console *cli.Console, record *callsreport.Record, path string, sids []string) {
	if len(sids) == 0 {
		return
	}
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
	record.LiveFile = file.Path()
	record.Next = append(record.Next, EndCommand(record.LiveFile, record.DryRun))
}

// Deliver writes the record and returns the exit status.
func Deliver(console *cli.Console, out *output.Output, record *callsreport.Record) int {
	if err := out.Write(record); err != nil {
		console.Error(err)
		if record.ExitStatus == cli.StatusDone {
			return cli.StatusPartly
		}
	}
	return record.ExitStatus
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

// SayHowToEnd tells the command that hangs up what a run leaves that is left at
// once.
func SayHowToEnd(console *cli.Console, command string) {
	console.Note("left at once; to hang up what is still live: %s", command)
	console.Close()
}

// quoted writes a word for a shell.
func quoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@=,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
