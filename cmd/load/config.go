package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
func (s *setup) settings() []setting {
	a, cost := &s.attack, &webhook.Prices{}
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
	// A setting for some kinds only is an error with others. The kind comes first.
	only := func(set func(string) error, kinds ...webhook.Kind) func(string) error {
		return func(value string) error {
			if s.kindKnown && !slices.Contains(kinds, a.Envelope.Kind) {
				return &cli.UsageError{Text: fmt.Sprintf("it is for kind %s, and the kind is %v", either(kinds), a.Envelope.Kind), Help: "leave it out, or set [Load] Kind"}
			}
			return set(value)
		}
	}
	call := func(set func(string) error) func(string) error { return only(set, webhook.Call) }
	conversation := func(set func(string) error) func(string) error { return only(set, webhook.Call, webhook.Chat) }
	return []setting{
		{section: "Auth", names: []string{"Token"}, set: text(&a.Token)},
		{section: "Auth", names: []string{"AccountSid"}, set: accountSID(&a.Envelope.AccountSID)},
		{section: "Load", names: []string{"Users"}, set: whole(&a.Users, 1, attack.MaxTotal), needed: !s.worker},
		{section: "Load", names: []string{"Concurrency"}, set: whole(&a.Concurrency, 1, maxConnections), needed: !s.worker},
		{section: "Load", names: []string{"URI"}, set: link(&a.Envelope.URL, webhook.CheckURL), needed: true},
		{section: "Load", names: []string{"Kind"}, set: func(value string) (err error) {
			a.Envelope.Kind, err = webhook.ParseKind(value)
			s.kindKnown = err == nil
			return err
		}},
		{section: "Load", names: []string{"Method"}, set: method(&a.Envelope.Get)},
		{section: "Load", names: []string{"Rate"}, set: whole(&a.Rate, 1, maxRate)},
		{section: "Load", names: []string{"MaxInFlight"}, set: whole(&a.MaxInFlight, 1, maxConnections)},
		{section: "Load", names: []string{"Timeout"}, set: duration(&a.Timeout)},
		{section: "Load", names: []string{"BadSignature"}, set: percent(&a.BadSignature)},
		{section: "Load", names: []string{"SignURL"}, set: link(&a.Envelope.SignURL, webhook.CheckLocation)},
		{section: "Load", names: []string{"Ramp"}, set: duration(&a.Ramp)},
		{section: "Load", names: []string{"Pace"}, set: conversation(pace(&a.Pace))},
		{section: "Load", names: []string{"StatusURI"}, set: call(link(&a.Rules.StatusURI, webhook.CheckURL))},
		{section: "Load", names: []string{"FallbackURI"}, set: conversation(link(&a.Rules.FallbackURI, webhook.CheckURL))},
		{section: "Call", names: []string{"Think"}, set: conversation(duration(&a.Rules.Think))},
		{section: "Call", names: []string{"Speech"}, set: call(whole(&a.Rules.Speech, 1, maxSpeech))},
		{section: "Call", names: []string{"Play"}, set: call(duration(&a.Rules.Play))},
		{section: "Call", names: []string{"MaxRequests"}, set: conversation(whole(&a.Rules.MaxRequests, 1, maxRequests))},
		{section: "Call", names: []string{"Hosts"}, set: conversation(hosts(&a.Rules.Hosts))},
		{section: "Agent", names: []string{"Think"}, set: call(duration(&a.Agents.Think))},
		{section: "Agent", names: []string{"Speech"}, set: call(whole(&a.Agents.Speech, 1, maxSpeech))},
		{section: "Agent", names: []string{"Partial"}, set: call(yesNo(&a.Agents.Partial))},
		{section: "Agent", names: []string{"Silence"}, set: call(duration(&a.Agents.Silence))},
		{section: "Agent", names: []string{"Patience"}, set: call(duration(&a.Agents.Patience))},
		{section: "Cost", names: []string{"Unit", "SMS"}, set: price(&cost.Receive, &cost.Send)},
		{section: "Cost", names: []string{"Receive"}, set: price(&cost.Receive)},
		{section: "Cost", names: []string{"Send"}, set: price(&cost.Send)},
		{section: "Cost", names: []string{"MMS"}, set: price(&cost.MMS)},
		{section: "Cost", names: []string{"Minute"}, set: call(price(&cost.Minute))},
		{section: "Pass", names: []string{"Failed"}, set: optional(&a.Pass.MaxFailedPercent, percent)},
		{section: "Pass", names: []string{"P99"}, set: optional(&a.Pass.MaxP99, milliseconds)},
		{section: "Pass", names: []string{"FirstWord"}, set: call(optional(&a.Pass.MaxFirstWord, milliseconds))},
		{section: "Pass", names: []string{"Slower"}, set: optional(&a.Pass.MaxSlower, percent)},
		{section: "Pass", names: []string{"Conversations"}, set: conversation(optional(&a.Pass.MinAsMeant, percent))},
	}
}

const (
	maxConnections = 50_000
	maxRate        = 1_000_000
	maxSpeech      = 1000
	maxRequests    = 100_000
)

// either names kinds: "call or chat".
func either(kinds []webhook.Kind) string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = kind.String()
	}
	return strings.Join(names, " or ")
}

// configure reads the configuration. It returns everything that is wrong.
func (s *setup) configure(name, content string) []error {
	problems := apply(s.settings(), name, content)
	if len(problems) > 0 {
		return problems
	}
	a := &s.attack
	if s.worker {
		s.leaveToMaster()
		return nil
	}
	if a.Users > attack.MaxTotal/a.Concurrency {
		return []error{&cli.UsageError{Text: fmt.Sprintf("%s: Users × Concurrency is more than %d requests", name, attack.MaxTotal)}}
	}
	a.Total = a.Users * a.Concurrency
	if a.Rate > 0 && a.Ramp%time.Second != 0 {
		return []error{&cli.UsageError{Text: fmt.Sprintf("%s: [Load] Ramp is %v: with Rate it must be whole seconds", name, a.Ramp)}}
	}
	return nil
}

// leaveToMaster takes out the numbers that a Locust master says instead. Of a rate
// only that there is one remains.
func (s *setup) leaveToMaster() {
	a := &s.attack
	for _, number := range []struct {
		name  string
		given bool
	}{{"Users", a.Users > 0}, {"Concurrency", a.Concurrency > 0}, {"Ramp", a.Ramp > 0}, {"the number of Rate", a.Rate > 0}} {
		if number.given {
			s.ignored = append(s.ignored, number.name)
		}
	}
	a.Users, a.Concurrency, a.Ramp, a.Rate = 0, 0, 0, min(a.Rate, 1)
	a.Wanted = func() int { return 0 } // until a test of the master's says
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
				problems = append(problems, problem{e.line, told(s.name(), err)})
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

// told says which setting an error is of. The hint stays.
func told(name string, err error) error {
	usage := &cli.UsageError{Text: name + ": " + err.Error()}
	var hinted *cli.UsageError
	if errors.As(err, &hinted) {
		usage.Help = hinted.Help
	}
	return usage
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
	like := cli.Nearest(known, written, len(written)/3)
	var elsewhere []string // the right name in other sections
	for _, s := range settings {
		for _, name := range s.names {
			if strings.EqualFold(name, e.key) {
				elsewhere = append(elsewhere, "["+s.section+"] "+name)
			}
		}
	}
	if len(elsewhere) > 0 {
		like = strings.Join(elsewhere, " or ")
	}
	if like != "" {
		unknown.Help = "did you mean " + like + "?"
	}
	return 0, unknown
}

// at says where a problem is. The hint stays.
func at(name string, p problem) error { return told(fmt.Sprintf("%s:%d", name, p.line), p.err) }
