package main

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"unicode"

	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/mediastream"
	"call-load-tester/pkg/webhook"
)

// readData reads what to send: the rows, or the persons of conversations. It
// returns everything that is wrong, as file:line: what.
func (s *setup) readData(name, content string) (problems []error) {
	a := &s.attack
	a.DataFile = name
	if a.Envelope.Kind.IsConversation() {
		a.Persons, a.Lines, problems = parseData(name, content, s.parsePerson)
	} else {
		a.Rows, a.Lines, problems = parseData(name, content, webhook.ParseRow)
	}
	return problems
}

// parsePerson reads the row of a person, and checks it by the configuration.
func (s *setup) parsePerson(line string) (*dialog.Person, error) {
	rules := s.attack.Rules
	rules.Envelope = s.attack.Envelope
	person, err := dialog.PersonParser(rules.Envelope.Kind)(line)
	if err != nil {
		return nil, err
	}
	return person, errors.Join(rules.Check(person), s.readAudio(person))
}

// readAudio reads the audio that a person's turns name, each file once: beside the
// data, or of data out of a pipe in the working directory.
func (s *setup) readAudio(person *dialog.Person) error {
	agents, folder := &s.attack.Agents, filepath.Dir(s.attack.DataFile)
	if strings.HasPrefix(folder, "/dev") {
		folder = ""
	}
	for _, name := range person.Audio() {
		if agents.Audio[name] != nil {
			continue
		}
		file := name
		if !filepath.IsAbs(name) {
			file = filepath.Join(folder, name)
		}
		audio, err := mediastream.ReadAudio(file)
		if err != nil {
			return err
		}
		if agents.Audio == nil {
			agents.Audio = make(map[string]*mediastream.Audio)
		}
		agents.Audio[name] = audio
	}
	return nil
}

// parseData reads rows of either sort: a text of JSON rows, or an INI file with
// one. lines are the rows', where they have each their own.
func parseData[T any](name, content string, parse func(string) (T, error)) (rows []T, lines []int, problems []error) {
	if !isINI(content) {
		rows, lines, err := webhook.ParseLines(name, content, parse)
		if whole := strings.TrimSpace(content); err != nil && strings.Contains(whole, "\n") && json.Valid([]byte(whole)) {
			return nil, nil, []error{&cli.UsageError{Text: name + ": this is JSON over several lines, and a row has a line of its own", Help: "jq -c writes it so; with .[] each entry of a list becomes a line"}}
		}
		return rows, lines, usageErrors(err)
	}
	var row T
	problems = apply([]setting{{
		section: "Data",
		names:   []string{"Data", "Raw"},
		needed:  true,
		set: func(value string) (err error) {
			row, err = parse(value)
			return err
		},
	}}, name, content)
	return []T{row}, nil, problems
}

// isINI reports whether the first line that says something is a section: a
// bracket and a name, where a row has JSON.
func isINI(content string) bool {
	for line := range strings.Lines(strings.TrimPrefix(content, "\ufeff")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		inside := strings.TrimSpace(strings.TrimPrefix(line, "["))
		return line[0] == '[' && strings.IndexFunc(inside, unicode.IsLetter) == 0
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
