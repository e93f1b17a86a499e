// Command bench measures start, end and load beside their peers, on this
// machine alone, and prints each table as Markdown. Run it from the root of the
// repository:
//
//	go run ./bench closed open       # some tables
//	go run ./bench -runs 1 all       # a quick look at all
//
// bench/README.md says what each table holds; bench/peers/install gets the
// peers. One that is missing is left out, and that is said.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A table is a set of measurements that are printed together.
type table struct {
	name, about string
	print       func(*bench) error
}

var tables = []table{
	{"rates", "start: rate reached and most starts in 0.95 s, by response time and cap", rates},
	{"calls", "start beside its peers at cap 200 and 200 ms: rate and CPU", callCost},
	{"caps", "start: the largest cap that this machine reaches", caps},
	{"ends", "end beside a sequential loop, and on an account that refuses more than 10 at once", ends},
	{"steady", "start: calls that come and go: rate reached, lateness of hang-ups, CPU and memory", steady},
	{"closed", "load beside its peers, back to back over 50 connections", closed},
	{"open", "load beside its peers at 2,000 requests a second", open},
	{"accuracy", "load: percentiles beside those of the endpoint's own log", accuracy},
	{"highest", "load: the highest rate held for 30 s with no request late", highest},
	{"conversations", "load: calls of four requests beside single requests, back to back", conversations},
	{"live", "load: 20,000 calls up at once, as long as they would take", live},
	{"agents", "load: 5,000 sessions with a voice agent at once, a turn in 5 s each", agents},
	{"streams", "load: 300 streams of audio with a voice agent at once, 15,000 frames a second each way", streams},
	{"before", "load beside an earlier build of it (-before), single requests back to back", before},
	{"workers", "load as a worker of Locust beside load alone, back to back", workers},
	{"failures", "load: a line for each of 500,000 failed requests, on a slow file too", writingFailures},
	{"memory", "memory of 100,000 calls and of 10 million requests", memory},
	{"footprint", "cold build, size of the commands, time of --help", footprint},
}

// A bench is what all tables share.
type bench struct {
	ctx  context.Context // ends with an interrupt, and every process with it
	runs int
	old  string   // the load of an earlier build
	only []string // generators to measure load beside; none: all that there are
	bin  string   // directory of the built commands
	dir  string   // for whatever else; removed at the end

	missing map[string]bool // programs that were said to be left out
}

func main() {
	runs := flag.Int("runs", 5, "how `OFTEN` to measure each")
	only := flag.String("beside", "", "measure load beside these `PROGRAMS` only, as in bombardier,vegeta")
	old := flag.String("before", "", "the `PATH` of the load of an earlier build, for the table before")
	flag.Usage = usage
	flag.Parse()
	if flag.NArg() == 0 || *runs < 1 {
		usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *runs, *old, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go run ./bench [-runs 5] [-beside bombardier,vegeta] TABLE...")
	for _, t := range tables {
		fmt.Fprintf(os.Stderr, "  %-13s %s\n", t.name, t.about)
	}
	fmt.Fprintln(os.Stderr, "  all           all of them: over an hour with 5 runs")
}

func run(ctx context.Context, runs int, old string, only, names []string) error {
	wanted, err := choose(names)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{ctx: ctx, runs: runs, old: old, only: only, bin: filepath.Join(dir, "bin"), dir: dir, missing: map[string]bool{}}
	if out, err := exec.Command("go", "build", "-o", b.bin+"/", "./cmd/...").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: is this the root of the repository?\n%s", err, out)
	}
	fmt.Printf("%s; %s, %s; %d runs; medians, least to most in brackets\n", time.Now().Format(time.DateOnly), machine(), runtime.Version(), runs)
	for _, t := range wanted {
		fmt.Printf("\n### %s: %s\n\n", t.name, t.about)
		if err := t.print(b); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

func choose(names []string) (wanted []table, err error) {
	for _, name := range names {
		found := false
		for _, t := range tables {
			if name == t.name || name == "all" {
				wanted = append(wanted, t)
				found = true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no table %q", name)
		}
	}
	return wanted, nil
}

// machine says what this runs on, as far as it is easily told.
func machine() string {
	model := runtime.GOARCH
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), model, runtime.GOOS)
}
