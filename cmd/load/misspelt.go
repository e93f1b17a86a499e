package main

import (
	"fmt"

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
	like := make(map[string]string) // what a name is most like, "" if it is like none
	for _, name := range twilios {
		like[name] = ""
	}
	more := 0
	for k, row := range s.rows() {
		for _, f := range row {
			meant, known := like[f.Name]
			if !known {
				meant = cli.Nearest(twilios, f.Name, min(2, len(f.Name)/2))
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

// rows are the data's, without the turns of persons.
func (s *setup) rows() []webhook.Row {
	rows := s.attack.Rows
	for _, person := range s.attack.Persons {
		rows = append(rows, person.First())
	}
	return rows
}
