package main

import (
	"fmt"
	"os"
	"slices"
	"time"

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
	adviseMerge(console, records)
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
	for _, name := range o.merge {
		content, err := os.ReadFile(name)
		var record *attack.Result
		if err == nil {
			record, err = attack.Read(name, content)
		}
		if err == nil {
			err = mergeable(records, name, record)
		}
		if err != nil {
			problems = append(problems, &cli.UsageError{Text: err.Error(), Help: "name files that load has written with --json, of workers with one configuration"})
			continue
		}
		records = append(records, record)
	}
	return records, problems
}

// mergeable returns an error if a record cannot be put together with those before.
func mergeable(before []*attack.Result, name string, record *attack.Result) error {
	for _, r := range before {
		if err := r.Mergeable(record); err != nil {
			return fmt.Errorf("%s cannot be put together with a record before it: %w", name, err)
		}
	}
	return nil
}

// adviseMerge says on standard error what makes the sum of records say less than
// it seems to.
func adviseMerge(console *cli.Console, records []*attack.Result) {
	var began, ended time.Time // the last that began, the first that was over
	endpoints := make(map[string]bool)
	for _, r := range records {
		endpoints[r.Plan.Endpoint] = true
		if r.Began.After(began) {
			began = r.Began
		}
		if over := r.Began.Add(time.Duration(r.Seconds * float64(time.Second))); ended.IsZero() || over.Before(ended) {
			ended = over
		}
	}
	if len(endpoints) > 1 {
		console.Warn(&cli.UsageError{Text: fmt.Sprintf("the records are of %d endpoints: times and limits are those of all together", len(endpoints))})
	}
	if slices.ContainsFunc(records, func(r *attack.Result) bool { return r.Cost.Prices != records[0].Cost.Prices }) {
		console.Warn(&cli.UsageError{Text: "the records have different prices: the cost is the sum of theirs"})
	}
	if began.After(ended) {
		console.Warn(&cli.UsageError{Text: "the runs were not all at the same time: rates are over all the time from the first to the last"})
	}
}
