package main

import (
	"strings"

	"call-load-tester/pkg/cli"

	"gopkg.in/ini.v1"
)

// An entry is a key of an INI file with its value.
type entry struct {
	section, key, value string
	line                int
}

// iniOptions make a value what stands between the equals sign and the end of
// the line: JSON and URLs hold # and ; and quotes.
var iniOptions = ini.LoadOptions{
	IgnoreInlineComment:     true,
	IgnoreContinuation:      true,
	PreserveSurroundedQuote: true,
	KeyValueDelimiters:      "=",
}

// readINI reads an INI file a line at a time, since the library does not say
// where an entry stands and stops at the first error. It returns every line
// that cannot be read as a problem.
func readINI(name, content string) ([]entry, []error) {
	var entries []entry
	var problems []error
	section, number := "", 0
	for line := range strings.Lines(strings.TrimPrefix(content, "\ufeff")) {
		number++
		file, err := ini.LoadSources(iniOptions, []byte(line))
		if err != nil {
			problems = append(problems, at(name, number, &cli.UsageError{
				Text: "neither [Section] nor Key = value",
				Help: "comments are on lines of their own and start with # or ;",
			}))
			continue
		}
		for _, s := range file.Sections() {
			if s.Name() != ini.DefaultSection {
				section = s.Name()
			}
			for _, key := range s.Keys() {
				entries = append(entries, entry{section, key.Name(), key.Value(), number})
			}
		}
	}
	return entries, problems
}
