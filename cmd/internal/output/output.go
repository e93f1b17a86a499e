// Package output says where the commands put the lines and the result of a run.
package output

import (
	"fmt"
	"io"

	"call-load-tester/cmd/internal/outfile"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
)

// An Output takes the lines that a run prints on its way, and its record at the
// end.
type Output struct {
	Lines io.Writer // io.Discard where they are not shown

	console    *cli.Console
	json, page *outfile.File // nil for nowhere
}

// A Record is what came of a run: text and a page for a person, and JSON by its
// fields.
type Record interface {
	Text(io.Writer) error
	HTML(io.Writer) error
}

// Open opens what is needed before anything is begun. The JSON and the page go to
// the files of these names, "-" for standard output, "" for nowhere; neither to
// one of the inputs, which are the files that the command reads. It returns
// everything that is wrong with that.
//
// What goes to standard output is alone there: if it is the JSON or the page, the
// lines go to standard error, and the text is left out.
func Open(console *cli.Console, showLines bool, jsonFile, pageFile string, inputs ...string) (*Output, []error) {
	if outfile.Same(pageFile, jsonFile) {
		return nil, []error{&cli.UsageError{Text: "--report and --json name the same file", Help: "give each a file of its own"}}
	}
	o := &Output{Lines: io.Discard, console: console}
	var problems []error
	inputs = append(inputs, cli.EnvFile)
	o.json = open("--json", jsonFile, "out.json", inputs, &problems)
	o.page = open("--report", pageFile, "out.html", inputs, &problems)
	if !o.hasText() {
		console.FreeOut()
	}
	if showLines {
		o.Lines = console.Out
	}
	return o, problems
}

// open opens the file that a flag names, if it names one.
func open(flag, name, example string, inputs []string, problems *[]error) *outfile.File {
	if name == "" {
		return nil
	}
	for _, input := range inputs {
		if outfile.Same(name, input) {
			*problems = append(*problems, &cli.UsageError{Text: fmt.Sprintf("%s would overwrite %s, which is read", flag, input), Help: "name another file"})
			return nil
		}
	}
	file, err := outfile.Open(name)
	if err != nil {
		*problems = append(*problems, &cli.UsageError{Text: flag + ": " + err.Error(),
			Help: "name a file that can be written, such as " + example + ", a pipe that is read, or - for standard output"})
		return nil
	}
	return file
}

// hasText reports whether standard output is free for the text.
func (o *Output) hasText() bool {
	return !(o.json != nil && o.json.IsStdout() || o.page != nil && o.page.IsStdout())
}

// Deliver writes the record where it is asked for. It returns the exit status of
// the command: the record's own, but [cli.StatusPartly] if all was done and not
// all could be written; what is written after that says so.
func (o *Output) Deliver(record Record, status *int) int {
	o.console.Interrupts.Conclude(*status)
	if o.hasText() {
		o.try(status, record.Text(o.console.Out))
	}
	if o.page != nil {
		o.try(status, o.page.Write(record.HTML))
	}
	if o.json != nil {
		o.try(status, o.json.Write(func(w io.Writer) error { return report.JSON(w, record) }))
	}
	return *status
}

// try tells the error, if there is one, and has it in the status.
func (o *Output) try(status *int, err error) {
	if err != nil {
		o.console.Error(err)
	}
	written := o.console.Flush()
	if (err != nil || !written) && *status == cli.StatusDone {
		*status = cli.StatusPartly
	}
}
