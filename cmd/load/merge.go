package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"call-load-tester/cmd/internal/output"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	loadreport "call-load-tester/pkg/report/load"
)

// mergeRecords makes one result of those in files, and tells it as that of a run.
func (o *options) mergeRecords(console *cli.Console) int {
	records, problems := o.records()
	before := o.earlier(&problems)
	if len(problems) > 0 {
		return console.Refuse(problems)
	}
	out, problems := output.Open(console, false, output.Files{JSON: o.json, Page: o.report}, append(o.merge, o.compare)...)
	if len(problems) > 0 {
		return console.Refuse(problems)
	}
	result := attack.Merge(records)
	if before != nil {
		result.Compare(o.compare, before)
	}
	result.ExitStatus = status(result)
	advise(console, result)
	adviseComparison(console, before, result)
	return out.Deliver(loadreport.Report{Result: result}, &result.ExitStatus)
}

// records reads the files, and returns everything that is wrong with them.
func (o *options) records() (records []*attack.Result, problems []error) {
	for i, name := range o.merge {
		content, err := os.ReadFile(name)
		var record *attack.Result
		if err == nil {
			record, err = attack.Read(name, content)
		}
		switch {
		case slices.Contains(o.merge[:i], name):
			err = errors.New(name + " is named twice: it would count twice")
		case err == nil && len(records) > 0:
			if differs := records[0].Mergeable(record); differs != nil {
				err = fmt.Errorf("%s is of another load than %s: %w", name, o.merge[0], differs)
			}
		}
		if err != nil {
			problems = append(problems, &cli.UsageError{Text: err.Error(), Help: "name files that load has written with --json, of workers with one configuration"})
			continue
		}
		records = append(records, record)
	}
	return records, problems
}
