package batch

import (
	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/failures"
)

// Options are what start and end have in common on their command lines.
type Options struct {
	DryRun      bool
	Verbose     bool
	Version     bool
	SID, Token  string
	JSON        string // file names
	Report      string
	Failures    string
	FailuresMax int
}

// Define defines the flags of the options.
func (o *Options) Define(f *cli.Flags) {
	f.Switch(&o.DryRun, "dry_run")
	f.Switch(&o.Verbose, "v", "verbose")
	f.Switch(&o.Version, "version")
	f.String(&o.SID, "sid")
	f.String(&o.Token, "token")
	f.String(&o.JSON, "json")
	f.String(&o.Report, "report")
	f.String(&o.Failures, "failures")
	o.FailuresMax = failures.DefaultMax
	f.Int(&o.FailuresMax, "failures_max")
}

// Check returns what is wrong with the options, once they are parsed.
func (o *Options) Check(f *cli.Flags) []error {
	return output.CheckFailures(o.Failures, f.IsSet("failures_max"), o.FailuresMax)
}

// Open opens the outputs that are asked for; the inputs are the files that the
// command reads.
func (o *Options) Open(console *cli.Console, inputs ...string) (*output.Output, []error) {
	return output.Open(console, o.Verbose || !console.OutIsTerminal(), output.Files{JSON: o.JSON, Page: o.Report, Failures: o.Failures}, inputs...)
}
