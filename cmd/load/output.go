package main

import (
	"io"
	"os"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
)

// An output is where a run's lines and its result go.
type output struct {
	lines io.Writer // what is told on the way
	text  io.Writer // the result for people; nil if standard output is JSON
	json  io.Writer // nil if no JSON is asked for
	close func() error
}

// openOutput opens what is needed for the result before anything is sent. The
// JSON goes to the file of that name, "-" for standard output, "" for nowhere.
func openOutput(console *cli.Console, jsonFile string) (*output, error) {
	o := &output{lines: console.Out, text: console.Out, close: func() error { return nil }}
	switch jsonFile {
	case "":
	case "-":
		o.lines, o.text, o.json = console.Err, nil, console.Out
	default:
		file, err := os.Create(jsonFile)
		if err != nil {
			return nil, &cli.UsageError{Text: "--json: " + err.Error(), Help: "name a file that can be written, or - for standard output"}
		}
		o.json, o.close = file, file.Close
	}
	return o, nil
}

// write writes the record, as text and as JSON where they are asked for.
func (o *output) write(record *report.Load) error {
	if o.text != nil {
		if err := record.Text(o.text); err != nil {
			return err
		}
	}
	if o.json != nil {
		if err := report.JSON(o.json, record); err != nil {
			return err
		}
	}
	return o.close()
}
