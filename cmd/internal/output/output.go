// Package output says where the commands put the lines and the result of a run.
package output

import (
	"errors"
	"io"
	"os"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
)

// An Output takes the lines that a run prints on its way, and its record at the
// end.
type Output struct {
	Lines io.Writer // io.Discard where they are not shown

	text     io.Writer // nil if standard output is for JSON
	jsonFile string    // "-" for standard output, "" for nowhere
	pageFile string    // "" for nowhere
}

// A Record is what came of a run: text and a page for a person, and JSON by its
// fields.
type Record interface {
	Text(io.Writer) error
	HTML(io.Writer) error
}

// Open checks what is needed before anything is begun. The JSON goes to the
// file of that name, "-" for standard output, "" for nowhere; the page to a
// file, "" for nowhere. Lines go to standard output if they are shown; to
// standard error if JSON goes there.
func Open(console *cli.Console, showLines bool, jsonFile, pageFile string) (*Output, error) {
	o := &Output{Lines: console.Out, text: console.Out, jsonFile: jsonFile, pageFile: pageFile}
	if jsonFile == "-" {
		o.Lines, o.text = console.Err, nil
	} else if jsonFile != "" {
		if err := checkWritable(jsonFile); err != nil {
			return nil, &cli.UsageError{Text: "--json: " + err.Error(), Help: "name a file that can be written, or - for standard output"}
		}
	}
	if pageFile != "" && pageFile == jsonFile {
		return nil, &cli.UsageError{Text: "--report and --json name the same file", Help: "give each a file of its own"}
	}
	if pageFile != "" {
		if err := checkWritable(pageFile); err != nil {
			return nil, &cli.UsageError{Text: "--report: " + err.Error(), Help: "name a file that can be written, such as run.html"}
		}
	}
	if !showLines {
		o.Lines = io.Discard
	}
	return o, nil
}

// ShowsLines reports whether lines are shown.
func (o *Output) ShowsLines() bool { return o.Lines != io.Discard }

// Write writes the record where it is asked for. A file appears or changes only
// when all of it is written.
func (o *Output) Write(record Record) error {
	if o.text != nil {
		if err := record.Text(o.text); err != nil {
			return err
		}
	}
	return errors.Join(o.writeJSON(record), o.writePage(record))
}

func (o *Output) writeJSON(record Record) error {
	switch o.jsonFile {
	case "":
		return nil
	case "-":
		return report.JSON(os.Stdout, record) // the console would not say that it cannot
	}
	return replace(o.jsonFile, func(w io.Writer) error { return report.JSON(w, record) })
}

func (o *Output) writePage(record Record) error {
	if o.pageFile == "" {
		return nil
	}
	return replace(o.pageFile, record.HTML)
}
