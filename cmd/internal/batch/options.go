package batch

import "call-load-tester/pkg/cli"

// Options are what start and end have in common on their command lines.
type Options struct {
	DryRun     bool
	Verbose    bool
	Version    bool
	SID, Token string
	JSON       string // file names
	Report     string
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
}
