package main

import (
	"fmt"
	"os"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/sidfile"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// options are what the command line asks for.
type options struct {
	batch.Options

	file                  string
	callerID, destination string
	yes                   bool
	ambiguous             bool // the flags cannot be told apart, so the rest is not judged
}

// parse reads the command line. It returns everything that is wrong.
func parse(args []string) (*options, []error) {
	o := new(options)
	f := cli.NewFlags()
	f.String(&o.file, "f", "file")
	f.String(&o.callerID, "c", "caller_id")
	f.String(&o.destination, "d", "destination")
	f.Switch(&o.yes, "yes")
	o.Define(f)
	problems := f.Parse(args)
	o.ambiguous = f.Ambiguous()
	if cli.IsHelp(problems) || o.Version || o.ambiguous {
		return o, problems
	}
	return o, append(append(problems, o.Check(f)...), o.check()...)
}

// check returns everything that is wrong with what to end.
func (o *options) check() []error {
	switch {
	case o.file == "" && o.callerID == "" && o.destination == "":
		return []error{&cli.UsageError{Text: "--file is missing",
			Help: "name the file that start wrote the call SIDs to; if it is lost, give --caller_id and --destination"}}
	case o.file != "" && o.byParties():
		return []error{&cli.UsageError{Text: "--file cannot go with --caller_id and --destination",
			Help: "give the file, or the two numbers if it is lost"}}
	case o.file == "":
		return calls.CheckParties(o.callerID, o.destination)
	}
	if sidfile.IsDryRun(o.file) && !o.DryRun {
		return []error{&cli.UsageError{Text: fmt.Sprintf("--file %q was written by a dry run; its calls do not exist", o.file),
			Help: "add --dry_run to end them in the simulator"}}
	}
	if info, err := os.Stat(o.file); err != nil {
		return []error{&cli.UsageError{Text: "--file: " + err.Error(), Help: "name the file that start wrote the call SIDs to"}}
	} else if info.IsDir() {
		return []error{&cli.UsageError{Text: fmt.Sprintf("--file %q is a directory", o.file), Help: "name the file that start wrote the call SIDs to"}}
	}
	return nil
}

// byParties reports whether the calls are chosen by who calls whom.
func (o *options) byParties() bool { return o.callerID != "" || o.destination != "" }

// simulated reports whether the account is a simulated one: calls by their
// parties can be looked for in a real one only, even if none is to be ended.
func (o *options) simulated() bool { return o.DryRun && !o.byParties() }

// client returns a client of the account: Twilio's, or for a dry run a
// simulated one in which every call of the target is live.
func (o *options) client(c cli.Credentials, t *target) (client *twilioapi.Client, closeClient func()) {
	if !o.simulated() {
		return batch.Client(c)
	}
	account := twiliosim.New(twiliosim.Config{PricePerMinute: 0.014})
	for _, call := range t.calls {
		account.Put(call.SID, "+15005550006", "+14155550100")
	}
	return batch.Simulated(account)
}
