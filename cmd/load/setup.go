package main

import (
	"fmt"
	"slices"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/webhook"
)

// A setup is all that a run is to do.
type setup struct {
	attack    attack.Config
	kindKnown bool // the kind was given rightly, or not at all
	dryRun    bool
	token     string // where the token comes from, for people

	worker  bool     // of a Locust master, who says how much is to be sent
	ignored []string // what the configuration says of that
}

func newSetup() *setup {
	return &setup{
		attack:    attack.Config{Timeout: attack.DefaultTimeout, MaxInFlight: attack.DefaultMaxInFlight},
		kindKnown: true,
	}
}

// findToken takes the token from the configuration, or else the environment or
// twilio.env. A dry run does with any.
func (s *setup) findToken(console *cli.Console, dryRun bool) []error {
	s.dryRun = dryRun
	switch {
	case s.attack.Token != "":
		s.token = "the configuration"
		return nil
	case dryRun:
		s.attack.Token, s.token = "dry run", "nowhere: a dry run needs none"
		return nil
	}
	found, warnings, problems := cli.FindAuthToken()
	for _, warning := range warnings {
		console.Warn(warning)
	}
	if len(problems) > 0 {
		return problems
	}
	s.attack.Token, s.token = found.Token, found.Source
	if s.attack.Envelope.AccountSID == "" {
		s.attack.Envelope.AccountSID = found.AccountSID
	}
	return nil
}

// connect makes a dry run's requests go to a stand-in of the endpoint.
func (s *setup) connect() (disconnect func(), err error) {
	if !s.dryRun {
		return func() {}, nil
	}
	endpoint, err := openStandIn(s.attack.Token, s.attack.Envelope)
	if err != nil {
		return nil, err
	}
	s.attack.Connect = endpoint.connect
	return endpoint.close, nil
}

// describe tells on standard error what will be done.
func (s *setup) describe(console *cli.Console) {
	c := s.attack
	endpoint := c.PlanSummary().Endpoint
	if s.dryRun {
		console.Note("DRY RUN. Nothing is sent to %s; an endpoint inside this process answers.", endpoint)
	}
	console.Note("token from %s", s.token)
	what, rows := "requests", len(c.Rows)
	if c.Envelope.Kind.IsConversation() {
		what, rows = "conversations", len(c.Persons)
	}
	what = fmt.Sprintf("%s %s of %s", c.Envelope.Kind, what, report.Count(rows, "row"))
	if !s.worker {
		what = fmt.Sprintf("%d %s", c.Total, what)
	}
	console.Note("%s to %s, %s", what, endpoint, s.how())
	if len(s.ignored) > 0 {
		console.Note("ignored of [Load], since the Locust master says it: %s", strings.Join(s.ignored, ", "))
	}
	if c.Envelope.Kind.IsConversation() {
		console.Note("asked are only the hosts %s", strings.Join(c.Rules.MayAsk(c.Envelope), ", "))
	}
	if n := s.sharedNumbers(); n > 0 {
		console.Warn(&cli.UsageError{
			Text: report.Count(n, "pair") + " of numbers may have two conversations at once, which the application cannot tell apart",
			Help: "leave out From, and each conversation gets a number of its own, or lower Concurrency or MaxInFlight",
		})
	}
	switch {
	case c.BadSignature > 0 && s.worker:
		console.Note("%v %% of them with a signature that is wrong on purpose", c.BadSignature)
	case c.BadSignature > 0:
		console.Note("%v %% of them, %d, with a signature that is wrong on purpose", c.BadSignature, c.Forgeries())
		if c.Forgeries() == 0 {
			console.Warn(&cli.UsageError{Text: "so few requests make no bad signature", Help: "raise [Load] BadSignature or Users"})
		}
	}
	for _, text := range s.misspelt() {
		console.Warn(&cli.UsageError{Text: text, Help: "it is sent as it stands, and the field left out has its usual value"})
	}
	if n := repeats(c.Rows); n > 0 {
		console.Warn(&cli.UsageError{
			Text: fmt.Sprintf("%d of the rows repeat a name: Twilio's own validators do not agree on their signature, and twilio-go's, of a dry run, refuses it", n),
			Help: "give each name once",
		})
	}
}

// how says how fast things are sent or begun.
func (s *setup) how() string {
	c := s.attack
	if s.worker {
		return s.howForMaster()
	}
	if c.Rate == 0 {
		how := fmt.Sprintf("back to back over %d connections", c.Concurrency)
		if c.Envelope.Kind.IsConversation() {
			how = fmt.Sprintf("%d at once", c.Concurrency)
		}
		if c.Ramp > 0 {
			how += fmt.Sprintf(", which is reached after %v", c.Ramp)
		}
		return how
	}
	rate := c.Schedule()
	seconds := rate.Second(c.Total-1) + 1
	how := fmt.Sprintf("in bursts of %d a second for %d s", rate(seconds-1), seconds)
	if c.Ramp > 0 {
		how = fmt.Sprintf("in bursts that grow from %d to %d a second, for %d s", rate(0), rate(seconds-1), seconds)
	}
	return how + fmt.Sprintf(", at most %d in flight", c.MaxInFlight)
}

// howForMaster says what a user of a Locust master is.
func (s *setup) howForMaster() string {
	c := s.attack
	switch {
	case c.Rate > 0 && c.Envelope.Kind.IsConversation():
		return fmt.Sprintf("one begun a second for each user of the Locust master, at most %d at once", c.MaxInFlight)
	case c.Rate > 0:
		return fmt.Sprintf("one a second for each user of the Locust master, at most %d in flight", c.MaxInFlight)
	case c.Envelope.Kind.IsConversation():
		return "one at once for each user of the Locust master"
	}
	return "back to back over a connection for each user of the Locust master"
}

// sharedNumbers returns how many pairs of numbers of chats may have two
// conversations at once. A row without From has a new number each time.
func (s *setup) sharedNumbers() int {
	c := s.attack
	if c.Envelope.Kind != webhook.Chat || s.worker {
		return 0
	}
	atOnce := c.Concurrency
	if c.Rate > 0 {
		atOnce = c.MaxInFlight
	}
	again := min(atOnce, c.Total) > len(c.Persons) // a row may begin anew before it is over
	rows := make(map[[2]string]int)
	for _, person := range c.Persons[:min(len(c.Persons), c.Total)] {
		to, _ := person.First().Get("To")
		if from, given := person.First().Get("From"); given {
			rows[[2]string{from, to}]++
		}
	}
	shared := 0
	for _, n := range rows {
		if n > 1 && atOnce > 1 || again {
			shared++
		}
	}
	return shared
}

// repeats returns how many rows give a name more than once.
func repeats(rows []webhook.Row) int {
	n := 0
	for _, row := range rows {
		names := make(map[string]bool, len(row))
		for _, field := range row {
			names[field.Name] = true
		}
		if len(names) < len(row) {
			n++
		}
	}
	return n
}

// advise says on standard error what a result looks like that is no result of
// the load.
func advise(console *cli.Console, r *attack.Result) {
	for _, advice := range advices(r) {
		console.Warn(advice)
	}
}

// advices returns what advise says.
func advices(r *attack.Result) (all []error) {
	warn := func(help, text string, args ...any) {
		all = append(all, &cli.UsageError{Text: fmt.Sprintf(text, args...), Help: help})
	}
	begun := slices.ContainsFunc(r.Agents, func(a attack.Agent) bool { return a.Begun > 0 })
	if c := r.Conversations; c != nil && c.Failed > 0 && c.Failed == c.Ended() && !begun {
		warn("is [Load] URI right? If the endpoint refused the first request: is the token that of its account, and does it check the signature for another URL? Then set [Load] SignURL",
			"every conversation failed")
		return all
	}
	for _, a := range r.Agents {
		switch {
		case a.Begun > 0 && a.Handshake.Count == 0 && a.Interrupted == 0:
			warn("is an agent there? If it refused the handshakes: does it check the signature for another URL than that of the TwiML? Then set [Load] SignURL",
				"no session was opened with %s", a.URL)
		case a.WordsDue() > 0 && a.Answered == 0:
			warn("its handshakes are well: look into its log for what it does with what it is told, and whether it sends text, or audio that is loud enough to be heard",
				"%s was reached and said nothing: no word to %s", a.URL, report.Count(a.WordsDue(), "turn"))
		}
	}
	if r.RefusesAll() {
		warn("is the token that of the endpoint's account, and does it check the signature for another URL? Then set [Load] SignURL",
			"the endpoint has refused every request, the well signed ones too")
	}
	return all
}
