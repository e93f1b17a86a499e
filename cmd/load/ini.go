package main

import (
	"strings"

	"call-load-tester/pkg/cli"

	"gopkg.in/ini.v1"
)

// An entry is a key of an INI file with its value, or, with an empty key, the
// beginning of a section.
type entry struct {
	section, key, value string
	line                int
}

// A problem is what is wrong with a line.
type problem struct {
	line int
	err  error
}

var iniOptions = ini.LoadOptions{IgnoreContinuation: true, KeyValueDelimiters: "="}

// readINI reads an INI file a line at a time, since the library does not say
// where an entry stands and stops at the first error. A value is what stands
// between the equals sign and the end of the line, and the library, which would
// take ` and """ for quotes, does not get to see it: JSON and URLs hold # and ;
// and quotes. It returns every line that cannot be read as a problem.
func readINI(content string) ([]entry, []problem) {
	var entries []entry
	var problems []problem
	section, number := "", 0
	for line := range strings.Lines(strings.TrimPrefix(content, "\ufeff")) {
		number++
		before, value, hasValue := strings.Cut(line, "=")
		if hasValue {
			before += "="
		}
		file, err := ini.LoadSources(iniOptions, []byte(before))
		if err != nil {
			problems = append(problems, problem{number, &cli.UsageError{
				Text: "neither [Section] nor Key = value",
				Help: "comments are on lines of their own and start with # or ;",
			}})
			continue
		}
		for _, s := range file.Sections() {
			if s.Name() != ini.DefaultSection {
				section = s.Name()
				entries = append(entries, entry{section: section, line: number})
			}
			for _, key := range s.Keys() {
				entries = append(entries, entry{section, key.Name(), strings.TrimSpace(value), number})
			}
		}
	}
	return entries, problems
}
