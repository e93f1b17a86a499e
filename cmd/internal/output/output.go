// Package output says where the commands put the lines and the result of a run.
package output

import (
	"fmt"
	"io"
	"os"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
)

// An Output takes the lines that a run prints on its way, and its record at the
// end.
type Output struct {
	Lines io.Writer // io.Discard where they are not shown

	console  *cli.Console
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
// file, "" for nowhere; neither to one of the inputs, which are the files that
// the command reads. Lines go to standard output if they are shown; to standard
// error if JSON goes there.
func Open(console *cli.Console, showLines bool, jsonFile, pageFile string, inputs ...string) (*Output, error) {
	o := &Output{Lines: console.Out, console: console, text: console.Out, jsonFile: jsonFile, pageFile: pageFile}
	if jsonFile == "-" {
		o.Lines, o.text = console.Err, nil
		jsonFile = "" // no file
	}
	if pageFile == "-" {
		return nil, &cli.UsageError{Text: "--report: the page goes to a file, not to standard output", Help: "name a file, such as run.html"}
	}
	if sameFile(pageFile, jsonFile) {
		return nil, &cli.UsageError{Text: "--report and --json name the same file", Help: "give each a file of its own"}
	}
	inputs = append(inputs, cli.EnvFile)
	if err := check("--json", jsonFile, "name a file that can be written, or - for standard output", inputs); err != nil {
		return nil, err
	}
	if err := check("--report", pageFile, "name a file that can be written, such as run.html", inputs); err != nil {
		return nil, err
	}
	if !showLines {
		o.Lines = io.Discard
	}
	return o, nil
}

// check returns an error unless the file that a flag names, if it names one, is
// no input and can be written.
func check(flag, name, help string, inputs []string) error {
	if name == "" {
		return nil
	}
	for _, input := range inputs {
		if sameFile(name, input) {
			return &cli.UsageError{Text: fmt.Sprintf("%s would overwrite %s, which is read", flag, input), Help: "name another file"}
		}
	}
	if err := checkWritable(name); err != nil {
		return &cli.UsageError{Text: flag + ": " + err.Error(), Help: help}
	}
	return nil
}

// Deliver writes the record where it is asked for. It returns the exit status of
// the command: the record's own, but [cli.StatusPartly] if all was done and not
// all could be written; what is written after that says so. A file appears or
// changes only when all of it is written.
func (o *Output) Deliver(record Record, status *int) int {
	o.console.Interrupts.Conclude(*status)
	note := func(err error) {
		if err != nil {
			o.console.Error(err)
		}
		if (err != nil || !o.console.Flush()) && *status == cli.StatusDone {
			*status = cli.StatusPartly
		}
	}
	note(o.writeText(record))
	note(o.writePage(record))
	note(o.writeJSON(record))
	return *status
}

func (o *Output) writeText(record Record) error {
	if o.text == nil {
		return nil
	}
	return record.Text(o.text)
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
