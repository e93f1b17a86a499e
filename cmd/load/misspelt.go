package main

import (
	"fmt"
	"slices"
	"strings"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/webhook"
)

// misspelt says of each row's field that seems to be one of Twilio's, and is not, what
// may have been meant: a field that the row leaves out. Any name may be sent, so it
// is no error. After ten it says how many more there are.
func (s *setup) misspelt() (texts []string) {
	const most = 10
	var twilios []string
	for _, f := range s.attack.Envelope.Request(nil, "").Fields {
		twilios = append(twilios, f.Name)
	}
	if s.attack.Envelope.Kind.IsConversation() {
		twilios = append(twilios, webhook.Then)
	}
	like := make(map[string]string) // what a name is most like, "" if it is like none
	for _, name := range twilios {
		like[name] = ""
	}
	more := 0
	for k, row := range s.rows() {
		for _, f := range row {
			meant, known := like[f.Name]
			if !known {
				meant = likeOf(f.Name, twilios)
				like[f.Name] = meant
			}
			if _, given := row.Get(meant); meant == "" || given {
				continue
			}
			if len(texts) < most {
				texts = append(texts, fmt.Sprintf("%s: Twilio sends no field %q: is %s meant?", s.attack.RowAt(k), f.Name, meant))
			} else {
				more++
			}
		}
	}
	if more > 0 {
		texts = append(texts, fmt.Sprintf("%d more fields look misspelt", more))
	}
	return texts
}

// likeOf returns which of the names is written nearly like this one: with a letter
// more, less or other, with two in a long name, or with letters swapped; "" if none
// is.
func likeOf(name string, names []string) string {
	const short = 5
	most := 1
	if len(name) > short {
		most = 2
	}
	if like := cli.Nearest(names, name, min(most, len(name)/2)); like != "" {
		return like
	}
	letters := func(name string) string { return string(slices.Sorted(slices.Values([]rune(strings.ToLower(name))))) }
	for _, like := range names {
		if letters(like) == letters(name) {
			return like
		}
	}
	return ""
}

// rows are the data's, without the turns of persons.
func (s *setup) rows() []webhook.Row {
	rows := s.attack.Rows
	for _, person := range s.attack.Persons {
		rows = append(rows, person.First())
	}
	return rows
}
