// Package output says where the commands put the lines and the result of a run.
package output

import (
	"fmt"
	"io"

	"call-load-tester/cmd/internal/outfile"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/report"
)

// An Output takes the lines that a run prints on its way, and its record at the
// end.
type Output struct {
	Lines io.Writer // io.Discard where they are not shown

	// Failures is the log of failures, once it is begun; nil if none is asked for.
	Failures *failures.Log

	console              *cli.Console
	json, page, failures *outfile.File // nil for nowhere
	problems             []error       // of writing on the way
}

// Files are the names of files that are asked for: "-" for standard output, "" for
// none.
type Files struct {
	JSON, Page, Failures string
}

// A Record is what came of a run: text and a page for a person, and JSON by its
// fields.
type Record interface {
	Text(io.Writer) error
	HTML(io.Writer) error
}

// Open opens what is needed before anything is begun: the files, which must be
// none of the inputs, which are the files that the command reads. It returns
// everything that is wrong with that.
//
// What goes to standard output is alone there: if it is one of the files, the
// lines go to standard error; so does the text if that file is the failures', and
// else it is left out, since the file has it all.
func Open(console *cli.Console, showLines bool, files Files, inputs ...string) (*Output, []error) {
	problems := files.alike()
	if len(problems) > 0 {
		return nil, problems
	}
	o := &Output{Lines: io.Discard, console: console}
	inputs = append(inputs, cli.EnvFile)
	o.json = open("--json", files.JSON, "out.json", inputs, &problems)
	o.page = open("--report", files.Page, "out.html", inputs, &problems)
	o.failures = open("--failures", files.Failures, "failed.ndjson", inputs, &problems)
	if !o.hasText() {
		console.FreeOut()
	}
	if showLines {
		o.Lines = console.Out
	}
	return o, problems
}

// alike returns an error for each two files that are one.
func (f Files) alike() (problems []error) {
	named := []struct{ flag, name string }{{"--failures", f.Failures}, {"--report", f.Page}, {"--json", f.JSON}}
	for i, a := range named {
		for _, b := range named[i+1:] {
			if outfile.Same(a.name, b.name) {
				problems = append(problems, &cli.UsageError{Text: a.flag + " and " + b.flag + " name the same file", Help: "give each a file of its own"})
			}
		}
	}
	return problems
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
	for _, file := range []*outfile.File{o.json, o.page, o.failures} {
		if file != nil && file.IsStdout() {
			return false
		}
	}
	return true
}

// CheckFailures returns what is wrong with a limit of the log of failures, of that
// name, if one was given.
func CheckFailures(name string, given bool, max int) []error {
	switch {
	case given && name == "":
		return []error{&cli.UsageError{Text: "--failures_max limits the file of --failures, and there is none", Help: "name it with --failures, or leave the limit out"}}
	case max < 0:
		return []error{&cli.UsageError{Text: fmt.Sprintf("--failures_max %d: it must not be negative", max)}}
	}
	return nil
}

// BeginFailures begins the log of failures, if one is asked for, with at most so
// many lines.
func (o *Output) BeginFailures(max int) error {
	if o.failures == nil {
		return nil
	}
	file, err := o.failures.Stream()
	if err == nil {
		o.Failures = failures.New(file, max)
	}
	return err
}

// EndFailures returns what became of the failures, nil if no log was asked for.
func (o *Output) EndFailures() *failures.Counts {
	if o.Failures == nil {
		return nil
	}
	counts, err := o.Failures.Close()
	if err != nil {
		o.problems = append(o.problems, fmt.Errorf("--failures: %w", err))
	}
	return &counts
}

// Deliver writes the record where it is asked for. It returns the exit status of
// the command: the record's own, but [cli.StatusPartly] if all was done and not
// all could be written; what is written after that says so.
func (o *Output) Deliver(record Record, status *int) int {
	o.console.Interrupts.Conclude(*status)
	for _, err := range o.problems {
		o.try(status, err)
	}
	if o.hasText() || o.failures != nil && o.failures.IsStdout() {
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
