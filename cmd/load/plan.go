package main

import (
	"fmt"
	"strings"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/webhook"
)

// A plan is all that a run is to do.
type plan struct {
	attack    attack.Config
	kindKnown bool // the kind was given rightly, or not at all
	dryRun    bool
	token     string // where the token comes from, for people
}

func newPlan() *plan {
	return &plan{
		attack:    attack.Config{Timeout: attack.DefaultTimeout, MaxInFlight: attack.DefaultMaxInFlight},
		kindKnown: true,
	}
}

// findToken takes the token from the configuration, or else the environment or
// twilio.env. A dry run does with any.
func (p *plan) findToken(console *cli.Console, dryRun bool) []error {
	p.dryRun = dryRun
	switch {
	case p.attack.Token != "":
		p.token = "the configuration"
		return nil
	case dryRun:
		p.attack.Token, p.token = "dry run", "nowhere: a dry run needs none"
		return nil
	}
	found, warnings, problems := cli.FindAuthToken()
	for _, warning := range warnings {
		console.Warn(warning)
	}
	if len(problems) > 0 {
		return problems
	}
	p.attack.Token, p.token = found.Token, found.Source
	if p.attack.Envelope.AccountSID == "" {
		p.attack.Envelope.AccountSID = found.AccountSID
	}
	return nil
}

// connect makes a dry run's requests go to a stand-in of the endpoint.
func (p *plan) connect() (disconnect func(), err error) {
	if !p.dryRun {
		return func() {}, nil
	}
	s, err := openStandIn(p.attack.Token, p.attack.Envelope)
	if err != nil {
		return nil, err
	}
	p.attack.Connect = s.connect
	return s.close, nil
}

// describe tells on standard error what will be done.
func (p *plan) describe(console *cli.Console) {
	c := p.attack
	endpoint := c.Plan().Endpoint
	if p.dryRun {
		console.Note("DRY RUN. Nothing is sent to %s; an endpoint inside this process answers.", endpoint)
	}
	console.Note("token from %s", p.token)
	what, rows := "requests", len(c.Rows)
	if c.Envelope.Kind.IsConversation() {
		what, rows = "conversations", len(c.Persons)
	}
	console.Note("%d %s %s of %s to %s, %s", c.Requests, c.Envelope.Kind, what, report.Count(rows, "row"), endpoint, p.how())
	if c.Envelope.Kind.IsConversation() {
		console.Note("asked are only the hosts %s", strings.Join(c.Rules.MayAsk(c.Envelope), ", "))
	}
	if n := p.sharedNumbers(); n > 0 {
		console.Warn(&cli.UsageError{
			Text: report.Count(n, "pair") + " of numbers may have two conversations at once, which the application cannot tell apart",
			Help: "leave out From, and each conversation gets a number of its own, or lower Concurrency or MaxInFlight",
		})
	}
	if c.BadSignature > 0 {
		console.Note("%v %% of them, %d, with a signature that is wrong on purpose", c.BadSignature, c.Forgeries())
		if c.Forgeries() == 0 {
			console.Warn(&cli.UsageError{Text: "so few requests make no bad signature", Help: "raise [Load] BadSignature or Users"})
		}
	}
	if n := repeats(c.Rows); n > 0 {
		console.Warn(&cli.UsageError{
			Text: fmt.Sprintf("%d of the rows repeat a name: Twilio's own validators do not agree on their signature, and twilio-go's, of a dry run, refuses it", n),
			Help: "give each name once",
		})
	}
}

// how says how fast things are sent or begun.
func (p *plan) how() string {
	c := p.attack
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
	seconds := rate.Second(c.Requests-1) + 1
	how := fmt.Sprintf("in bursts of %d a second for %d s", rate(seconds-1), seconds)
	if c.Ramp > 0 {
		how = fmt.Sprintf("in bursts that grow from %d to %d a second, for %d s", rate(0), rate(seconds-1), seconds)
	}
	return how + fmt.Sprintf(", at most %d in flight", c.MaxInFlight)
}

// sharedNumbers returns how many pairs of numbers of chats may have two
// conversations at once. A row without From has a new number each time.
func (p *plan) sharedNumbers() int {
	c := p.attack
	if c.Envelope.Kind != webhook.Chat {
		return 0
	}
	atOnce := c.Concurrency
	if c.Rate > 0 {
		atOnce = c.MaxInFlight
	}
	again := min(atOnce, c.Requests) > len(c.Persons) // a row may begin anew before it is over
	rows := make(map[[2]string]int)
	for _, person := range c.Persons[:min(len(c.Persons), c.Requests)] {
		if from, to, given := person.Numbers(); given {
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
	if c := r.Conversations; c != nil && c.Failed > 0 && c.Failed == c.Begun-c.Forged-c.Interrupted {
		console.Warn(&cli.UsageError{
			Text: "every conversation failed",
			Help: "is [Load] URI right? If the endpoint refused the first request: is the token that of its account, and does it check the signature for another URL? Then set [Load] SignURL",
		})
		return
	}
	if r.RefusesAll() {
		console.Warn(&cli.UsageError{
			Text: "the endpoint has refused every request, the well signed ones too",
			Help: "is the token that of the endpoint's account, and does it check the signature for another URL? Then set [Load] SignURL",
		})
	}
}
