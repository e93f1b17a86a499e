package main

import (
	"strings"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/webhook"
)

// parseData reads the rows to send: a text of JSON rows, or an INI file with
// one. It returns everything that is wrong, as file:line: what.
func parseData(name, content string) ([]webhook.Row, []error) {
	if !isINI(content) {
		rows, err := webhook.ParseRows(name, content)
		return rows, usageErrors(err)
	}
	var row webhook.Row
	problems := apply([]setting{{
		section: "Data",
		names:   []string{"Data", "Raw"},
		needed:  true,
		set: func(value string) (err error) {
			row, err = webhook.ParseRow(value)
			return err
		},
	}}, name, content)
	return []webhook.Row{row}, problems
}

// isINI reports whether the first line that says something is a section: a
// bracket with a name, where a row has a brace, a quote or another bracket.
func isINI(content string) bool {
	for line := range strings.Lines(strings.TrimPrefix(content, "\ufeff")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		inside := strings.TrimSpace(strings.TrimPrefix(line, "["))
		return line[0] == '[' && inside != "" && !strings.ContainsAny(inside[:1], `{["]`)
	}
	return false
}

// usageErrors takes apart an error of several lines.
func usageErrors(err error) []error {
	if err == nil {
		return nil
	}
	var problems []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		problems = append(problems, &cli.UsageError{Text: line})
	}
	return problems
}
