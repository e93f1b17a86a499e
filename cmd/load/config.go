package main

import (
	"fmt"
	"slices"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/webhook"
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
	a, cost := &p.attack, &webhook.Prices{}
	price := func(targets ...*float64) func(string) error {
		return func(value string) error {
			n, err := parsePrice(value)
			for _, target := range targets {
				*target = n
			}
			a.Prices = cost
			return err
		}
	}
	return []setting{
		{section: "Auth", names: []string{"Token"}, set: text(&a.Token)},
		{section: "Auth", names: []string{"AccountSid"}, set: accountSID(&a.Envelope.AccountSID)},
		{section: "Load", names: []string{"Users"}, set: whole(&a.Users, 1, attack.MaxRequests), needed: true},
		{section: "Load", names: []string{"Concurrency"}, set: whole(&a.Concurrency, 1, maxConnections), needed: true},
		{section: "Load", names: []string{"URI"}, set: link(&a.Envelope.URL, webhook.CheckURL), needed: true},
		{section: "Load", names: []string{"Kind"}, set: func(value string) (err error) {
			a.Envelope.Kind, err = webhook.ParseKind(value)
			return err
		}},
		{section: "Load", names: []string{"Method"}, set: method(&a.Envelope.Get)},
		{section: "Load", names: []string{"Rate"}, set: whole(&a.Rate, 1, maxRate)},
		{section: "Load", names: []string{"MaxInFlight"}, set: whole(&a.MaxInFlight, 1, maxConnections)},
		{section: "Load", names: []string{"Timeout"}, set: duration(&a.Timeout)},
		{section: "Load", names: []string{"BadSignature"}, set: percent(&a.BadSignature)},
		{section: "Load", names: []string{"SignURL"}, set: link(&a.Envelope.SignURL, webhook.CheckLocation)},
		{section: "Cost", names: []string{"Unit", "SMS"}, set: price(&cost.Receive, &cost.Send)},
		{section: "Cost", names: []string{"Receive"}, set: price(&cost.Receive)},
		{section: "Cost", names: []string{"Send"}, set: price(&cost.Send)},
		{section: "Cost", names: []string{"MMS"}, set: price(&cost.MMS)},
		{section: "Pass", names: []string{"Failed"}, set: optional(&a.Pass.MaxFailedPercent, percent)},
		{section: "Pass", names: []string{"P99"}, set: optional(&a.Pass.MaxP99, milliseconds)},
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
	a := &p.attack
	if a.Users > attack.MaxRequests/a.Concurrency {
		return []error{&cli.UsageError{Text: fmt.Sprintf("%s: Users × Concurrency is more than %d requests", name, attack.MaxRequests)}}
	}
	a.Requests = a.Users * a.Concurrency
	return nil
}

// apply reads an INI file into its settings. They are set in the order of
// settings, so that a general one does not undo a special one. It returns
// everything that is wrong, line by line as file:line: what, and last what is
// missing.
func apply(settings []setting, name, content string) []error {
	entries, problems := readINI(content)
	given := make(map[int]entry) // by index in settings
	for _, e := range entries {
		i, err := find(settings, e)
		switch first, twice := given[i]; {
		case err != nil:
			problems = append(problems, problem{e.line, err})
		case e.key == "": // the beginning of a section
		case twice:
			problems = append(problems, problem{e.line, &cli.UsageError{Text: fmt.Sprintf("%s is given before, in line %d", settings[i].name(), first.line)}})
		default:
			given[i] = e
		}
	}
	var missing []error
	for i, s := range settings {
		e, ok := given[i]
		if !ok && s.needed {
			missing = append(missing, &cli.UsageError{Text: fmt.Sprintf("%s: [%s] lacks %s", name, s.section, strings.Join(s.names, " or "))})
		}
		if ok {
			if err := s.set(e.value); err != nil {
				problems = append(problems, problem{e.line, fmt.Errorf("%s: %w", s.name(), err)})
			}
		}
	}
	slices.SortStableFunc(problems, func(a, b problem) int { return a.line - b.line })
	var all []error
	for _, p := range problems {
		all = append(all, at(name, p))
	}
	return append(all, missing...)
}

// name is the setting as people write about it.
func (s setting) name() string {
	return "[" + s.section + "] " + strings.Join(s.names, " or ")
}

// find returns the index of the setting that an entry is for, in any case. For
// the beginning of a section it is that of one of the section.
func find(settings []setting, e entry) (int, error) {
	var names, sections []string
	for i, s := range settings {
		if strings.EqualFold(s.section, e.section) && (e.key == "" || slices.ContainsFunc(s.names, func(name string) bool { return strings.EqualFold(name, e.key) })) {
			return i, nil
		}
		sections = append(sections, "["+s.section+"]")
		for _, name := range s.names {
			names = append(names, "["+s.section+"] "+name)
		}
	}
	known, written := names, "["+e.section+"] "+e.key
	if e.key == "" {
		known, written = sections, "["+e.section+"]"
	}
	unknown := &cli.UsageError{Text: "there is no " + written}
	if e.section == "" {
		unknown.Text = e.key + " stands before any [Section]"
	}
	if like := cli.Nearest(known, written, len(written)/3); like != "" {
		unknown.Help = "did you mean " + like + "?"
	}
	return 0, unknown
}

// at says where a problem is. The hint stays.
func at(name string, p problem) error {
	told := &cli.UsageError{Text: fmt.Sprintf("%s:%d: %v", name, p.line, p.err)}
	if usage, ok := p.err.(*cli.UsageError); ok {
		told.Help = usage.Help
	}
	return told
}
