package main

import (
	"fmt"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/webhook"
)

// A plan is all that a run is to do.
type plan struct {
	attack attack.Config
	dryRun bool
	token  string // where the token comes from, for people
}

func newPlan() *plan {
	return &plan{attack: attack.Config{Timeout: attack.DefaultTimeout, MaxInFlight: attack.DefaultMaxInFlight}}
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
	how := fmt.Sprintf("back to back over %d connections", c.Concurrency)
	if c.Rate > 0 {
		seconds := (c.Requests + c.Rate - 1) / c.Rate
		how = fmt.Sprintf("in bursts of %d a second for %d s, at most %d in flight", c.Rate, seconds, c.MaxInFlight)
	}
	console.Note("%d %s requests of %d rows to %s, %s", c.Requests, c.Envelope.Kind, len(c.Rows), endpoint, how)
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
	if r.RefusesAll() {
		console.Warn(&cli.UsageError{
			Text: "the endpoint has refused every request, the well signed ones too",
			Help: "is the token that of the endpoint's account, and does it check the signature for another URL? Then set [Load] SignURL",
		})
	}
}
