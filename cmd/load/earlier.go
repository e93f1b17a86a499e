package main

import (
	"fmt"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
)

// earlier reads the record of the run to compare with; nil if none is named.
func (o *options) earlier(problems *[]error) *attack.Result {
	text, ok := read(o.compare, problems)
	if !ok {
		return nil
	}
	before, err := attack.Read(o.compare, []byte(text))
	if err != nil {
		*problems = append(*problems, &cli.UsageError{Text: "--compare: " + err.Error(), Help: "name the JSON of an earlier run, as load writes it with --json"})
	}
	return before
}

// compareWith reads the run to compare with, and returns everything that is wrong.
func (s *setup) compareWith(o *options) (problems []error) {
	s.attack.Before, s.attack.BeforeFile = o.earlier(&problems), o.compare
	switch limit := s.attack.Pass.MaxSlower; {
	case limit == nil || o.worker: // the load of all workers is compared, by --merge
	case o.compare == "":
		problems = append(problems, &cli.UsageError{Text: "[Pass] Slower needs an earlier run to compare with", Help: "name its JSON with --compare"})
	}
	return problems
}

// adviseComparison says on standard error in what the runs differ that are
// compared, but for what came of them.
func adviseComparison(console *cli.Console, before, now *attack.Result) {
	c := now.Comparison
	if c == nil {
		return
	}
	if before.DryRun != now.DryRun {
		c.Differences = append(c.Differences, attack.Difference{What: "dry run", Before: fmt.Sprint(before.DryRun), Now: fmt.Sprint(now.DryRun)})
	}
	for _, d := range c.Differences {
		console.Warn(&cli.UsageError{Text: fmt.Sprintf("the runs that are compared differ in %s", d)})
	}
}
