package main

import (
	"fmt"
	"regexp"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/webhook"

	"github.com/agnivade/levenshtein"
)

// A setting is a key of an INI file. It may have two spellings.
type setting struct {
	section string
	names   []string
	set     func(value string) error
	needed  bool
}

// settings are all keys of the configuration, in the order of the sample.
func (p *plan) settings() []setting {
	a, cost := &p.attack, &p.prices
	price := func(targets ...*float64) func(string) error {
		return func(value string) error {
			n, err := parsePrice(value)
			for _, target := range targets {
				*target = n
			}
			p.priced = true
			return err
		}
	}
	return []setting{
		{section: "Auth", names: []string{"Token"}, set: text(&a.Token)},
		{section: "Auth", names: []string{"AccountSid"}, set: accountSID(&a.Envelope.AccountSID)},
		{section: "Load", names: []string{"Users"}, set: whole(&p.users, 1, attack.MaxRequests), needed: true},
		{section: "Load", names: []string{"Concurrency"}, set: whole(&a.Concurrency, 1, maxConnections), needed: true},
		{section: "Load", names: []string{"URI"}, set: link(&a.Envelope.URL), needed: true},
		{section: "Load", names: []string{"Kind"}, set: func(value string) (err error) {
			a.Envelope.Kind, err = webhook.ParseKind(value)
			return err
		}},
		{section: "Load", names: []string{"Rate"}, set: whole(&a.Rate, 1, maxRate)},
		{section: "Load", names: []string{"MaxInFlight"}, set: whole(&a.MaxInFlight, 1, maxConnections)},
		{section: "Load", names: []string{"Timeout"}, set: duration(&a.Timeout)},
		{section: "Load", names: []string{"BadSignature"}, set: percent(&a.BadSignature)},
		{section: "Load", names: []string{"SignURL"}, set: link(&a.Envelope.SignURL)},
		{section: "Cost", names: []string{"Unit", "SMS"}, set: price(&cost.Receive, &cost.Send)},
		{section: "Cost", names: []string{"Receive"}, set: price(&cost.Receive)},
		{section: "Cost", names: []string{"Send"}, set: price(&cost.Send)},
		{section: "Cost", names: []string{"MMS"}, set: price(&cost.MMS)},
		{section: "Pass", names: []string{"Failed"}, set: optional(&p.pass.failed, percent)},
		{section: "Pass", names: []string{"P99"}, set: optional(&p.pass.p99, duration)},
	}
}

const (
	maxConnections = 50_000
	maxRate        = 1_000_000
)

// configure reads the configuration. It returns everything that is wrong.
func (p *plan) configure(name, content string) []error {
	problems := apply(p.settings(), name, content)
	if len(problems) > 0 {
		return problems
	}
	if p.users > attack.MaxRequests/p.attack.Concurrency {
		return []error{&cli.UsageError{Text: fmt.Sprintf("%s: Users × Concurrency is more than %d requests", name, attack.MaxRequests)}}
	}
	p.attack.Requests = p.users * p.attack.Concurrency
	return nil
}

// apply reads an INI file into its settings. They are set in the order of
// settings, so that a general one does not undo a special one. It returns
// everything that is wrong, as file:line: what.
func apply(settings []setting, name, content string) []error {
	entries, problems := readINI(name, content)
	given := make(map[int]entry) // by index in settings
	for _, e := range entries {
		i, err := find(settings, e)
		if err == nil {
			if first, twice := given[i]; twice {
				err = &cli.UsageError{Text: fmt.Sprintf("%s is given before, in line %d", settings[i].name(), first.line)}
			} else {
				given[i] = e
			}
		}
		if err != nil {
			problems = append(problems, at(name, e.line, err))
		}
	}
	for i, s := range settings {
		e, ok := given[i]
		switch {
		case !ok && s.needed && len(problems) == 0:
			problems = append(problems, at(name, 0, &cli.UsageError{Text: s.name() + " is missing"}))
		case ok:
			if err := s.set(e.value); err != nil {
				problems = append(problems, at(name, e.line, fmt.Errorf("%s: %w", s.name(), err)))
			}
		}
	}
	return problems
}

// name is the setting as people write about it.
func (s setting) name() string {
	return "[" + s.section + "] " + strings.Join(s.names, " or ")
}

// find returns the index of the setting that an entry is for, in any case.
func find(settings []setting, e entry) (int, error) {
	var known []string
	for i, s := range settings {
		for _, name := range s.names {
			if strings.EqualFold(s.section, e.section) && strings.EqualFold(name, e.key) {
				return i, nil
			}
			known = append(known, "["+s.section+"] "+name)
		}
	}
	written := "[" + e.section + "] " + e.key
	unknown := &cli.UsageError{Text: "there is no " + written}
	if e.section == "" {
		unknown.Text = e.key + " stands before any [Section]"
	}
	if like := nearest(known, written); like != "" {
		unknown.Help = "did you mean " + like + "?"
	}
	return 0, unknown
}

// nearest returns the name most like what was written, if one is like it.
func nearest(known []string, written string) string {
	best, distance := "", len(written)/3+1
	for _, name := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(written)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// at says where a problem is; line 0 is the whole file. The hint stays.
func at(name string, line int, err error) error {
	where := name
	if line > 0 {
		where = fmt.Sprintf("%s:%d", name, line)
	}
	problem := &cli.UsageError{Text: where + ": " + err.Error()}
	if usage, ok := err.(*cli.UsageError); ok {
		problem.Help = usage.Help
	}
	return problem
}

var accountSIDForm = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
