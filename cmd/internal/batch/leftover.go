package batch

import (
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
