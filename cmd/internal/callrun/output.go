package callrun

import (
	"io"
	"os"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/sidfile"
)

// An Output is where a run's lines and its result go.
type Output struct {
	PerCall io.Writer // the originals' lines; io.Discard where they are not shown
	console *cli.Console
	json    io.Writer // nil if no JSON is asked for
	close   func() error
	noText  bool
}

// OpenOutput opens what is needed for the run's lines and result before
// anything is begun. The JSON goes to the file of that name, "-" for standard
// output, "" for nowhere.
//
// The originals' lines go to standard output, unless that is a terminal that
// did not ask for them, or a machine reads JSON there.
func OpenOutput(console *cli.Console, verbose bool, jsonFile string) (*Output, error) {
	o := &Output{PerCall: console.Out, console: console, close: func() error { return nil }}
	if console.OutIsTerminal() && !verbose {
		o.PerCall = io.Discard
	}
	switch jsonFile {
	case "":
	case "-":
		o.json, o.noText = console.Out, true
		if o.PerCall == console.Out {
			o.PerCall = console.Err
		}
	default:
		file, err := os.Create(jsonFile)
		if err != nil {
			return nil, &cli.UsageError{Text: "--json: " + err.Error(), Help: "name a file that can be written, or - for standard output"}
		}
		o.json, o.close = file, file.Close
	}
	return o, nil
}

// ShowsCalls reports whether there is a line for every call.
func (o *Output) ShowsCalls() bool { return o.PerCall != io.Discard }

// Write writes the record, as text and as JSON where they are asked for.
func (o *Output) Write(record *report.Calls) error {
	if !o.noText {
		if err := record.Text(o.console.Out); err != nil {
			return err
		}
	}
	if o.json == nil {
		return nil
	}
	if err := report.JSON(o.json, record); err != nil {
		return err
	}
	return o.close()
}

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
