package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"call-load-tester/cmd/internal/output"
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
	compare      string

	merging bool
	merge   []string // files of records

	worker     bool   // of a Locust master
	masterHost string // of it
	masterPort int
	locustfile bool // is to be printed

	ambiguous bool // the flags cannot be told apart, so the rest is not judged
}

// parse reads the command line. It returns everything that is wrong with it.
func parse(args []string) (*options, []error) {
	o := &options{failuresMax: failures.DefaultMax, masterHost: "127.0.0.1", masterPort: 5557}
	f := cli.NewFlags()
	f.String(&o.config, "f", "file")
	f.String(&o.data, "d", "data")
	f.Switch(&o.dryRun, "dry_run")
	f.Switch(&o.version, "version")
	f.String(&o.json, "json")
	f.String(&o.report, "report")
	f.String(&o.failures, "failures")
	f.Int(&o.failuresMax, "failures_max")
	f.String(&o.compare, "compare")
	f.Files(&o.merge, "merge")
	f.Switch(&o.worker, "worker")
	f.String(&o.masterHost, "master-host")
	f.Int(&o.masterPort, "master-port")
	f.Switch(&o.locustfile, "locustfile")
	problems := f.Parse(args)
	o.merging, o.ambiguous = f.IsSet("merge"), f.Ambiguous()
	switch {
	case cli.IsHelp(problems) || o.version || o.ambiguous:
		return o, problems
	case o.locustfile:
		if len(args) > 1 {
			problems = append(problems, &cli.UsageError{Text: "--locustfile prints a file and takes no other flag", Help: "give the others with --worker"})
		}
		return o, problems
	case o.merging:
		if f.IsSet("f", "file", "d", "data", "dry_run", "failures", "failures_max", "worker", "master-host", "master-port") {
			problems = append(problems, &cli.UsageError{Text: "--merge sends nothing", Help: "beside it there can be --json, --report and --compare"})
		}
		return o, problems
	}
	problems = append(problems, o.master(f)...)
	if o.comparesNothing() {
		return o, append(problems, &cli.UsageError{Text: "--compare needs a run, or a record, to compare with that", Help: "name the run's files with -f and -d, or the later record with --merge"})
	}
	if o.config == "" {
		problems = append(problems, &cli.UsageError{Text: "--file is missing", Help: "name the configuration, such as cmd/load/tw_load.sample.ini"})
	}
	if o.data == "" {
		problems = append(problems, &cli.UsageError{Text: "--data is missing", Help: "name the data, such as cmd/load/tw_data.sample.txt"})
	}
	return o, append(problems, output.CheckFailures(o.failures, f.IsSet("failures_max"), o.failuresMax)...)
}

// sendsNothing reports whether only a text or records are asked for.
func (o *options) sendsNothing() bool { return o.locustfile || o.merging || o.comparesNothing() }

// comparesNothing reports whether a record is to be compared, and nothing else is named.
func (o *options) comparesNothing() bool {
	return o.compare != "" && !o.merging && !o.worker && o.config == "" && o.data == ""
}

// master reads where the Locust master is from the environment, if no flag says it,
// and returns everything that is wrong with it.
func (o *options) master(f *cli.Flags) (problems []error) {
	if !o.worker {
		if f.IsSet("master-host", "master-port") {
			problems = append(problems, &cli.UsageError{Text: "--master-host and --master-port are for --worker", Help: "add --worker, or leave them out"})
		}
		return problems
	}
	host, port := os.Getenv("LOCUST_MASTER_NODE_HOST"), os.Getenv("LOCUST_MASTER_NODE_PORT")
	hostFrom, portFrom := "--master-host", "--master-port"
	if host != "" && !f.IsSet("master-host") {
		hostFrom, o.masterHost = "LOCUST_MASTER_NODE_HOST", host
	}
	if port != "" && !f.IsSet("master-port") {
		portFrom = "LOCUST_MASTER_NODE_PORT"
		o.masterPort, _ = strconv.Atoi(port) // 0 if it is no number
	}
	if o.compare != "" {
		problems = append(problems, &cli.UsageError{Text: "--compare is not for a worker, which sees a part of the load", Help: "compare what all have done: --merge a.json b.json --compare before.json"})
	}
	if o.masterPort < 1 || o.masterPort > 65535 {
		problems = append(problems, &cli.UsageError{Text: portFrom + " is not a port: a number from 1 to 65535", Help: "Locust's own is 5557"})
	}
	if !isHost(o.masterHost) {
		problems = append(problems, &cli.UsageError{
			Text: fmt.Sprintf("%s %q is not the name of a host", hostFrom, o.masterHost),
			Help: "give its name or address, without a scheme or brackets; the port is for --master-port",
		})
	}
	return problems
}

// isHost reports whether a host may have this name or address.
func isHost(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name != "" && !strings.ContainsAny(name, "/ []:")
}

// setup reads the configuration and the data, finds the token, and returns
// everything that is wrong.
func (o *options) setup(console *cli.Console) (*setup, []error) {
	s := newSetup()
	s.worker = o.worker
	var problems []error
	if text, ok := read(o.config, &problems); ok {
		problems = append(problems, s.configure(o.config, text)...)
	}
	if text, ok := read(o.data, &problems); ok && s.kindKnown {
		problems = append(problems, s.readData(o.data, text)...)
	}
	problems = append(problems, s.compareWith(o)...)
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
