package main

import (
	"fmt"
	"os"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/failures"
)

// options are what the command line asks for.
type options struct {
	config, data string // file names
	dryRun       bool
	version      bool
	json         string
	report       string
	failures     string
	failuresMax  int
}

// parse reads the command line. It returns everything that is wrong with it.
func parse(args []string) (*options, []error) {
	o := &options{failuresMax: failures.DefaultMax}
	f := cli.NewFlags()
	f.String(&o.config, "f", "file")
	f.String(&o.data, "d", "data")
	f.Switch(&o.dryRun, "dry_run")
	f.Switch(&o.version, "version")
	f.String(&o.json, "json")
	f.String(&o.report, "report")
	f.String(&o.failures, "failures")
	f.Int(&o.failuresMax, "failures_max")
	problems := f.Parse(args)
	if cli.IsHelp(problems) || o.version {
		return o, problems
	}
	if o.config == "" {
		problems = append(problems, &cli.UsageError{Text: "--file is missing", Help: "name the configuration, such as cmd/load/tw_load.sample.ini"})
	}
	if o.data == "" {
		problems = append(problems, &cli.UsageError{Text: "--data is missing", Help: "name the data, such as cmd/load/tw_data.sample.txt"})
	}
	if o.failuresMax < 0 {
		problems = append(problems, &cli.UsageError{Text: fmt.Sprintf("--failures_max %d: it must not be negative", o.failuresMax)})
	}
	return o, problems
}

// setup reads the configuration and the data, finds the token, and returns
// everything that is wrong.
func (o *options) setup(console *cli.Console) (*setup, []error) {
	s := newSetup()
	var problems []error
	if text, ok := read(o.config, &problems); ok {
		problems = append(problems, s.configure(o.config, text)...)
	}
	if text, ok := read(o.data, &problems); ok && s.kindKnown {
		problems = append(problems, s.readData(o.data, text)...)
	}
	if len(problems) == 0 {
		problems = s.findToken(console, o.dryRun)
	}
	return s, problems
}

// read reads a file, if one is named.
func read(name string, problems *[]error) (text string, ok bool) {
	if name == "" {
		return "", false
	}
	content, err := os.ReadFile(name)
	if err != nil {
		*problems = append(*problems, &cli.UsageError{Text: err.Error()})
		return "", false
	}
	return string(content), true
}
