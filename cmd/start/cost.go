package main

import (
	"fmt"
	"strings"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/twilioapi"
)

// How long Twilio may take to tell all prices: with --max_cost nothing goes on
// without them.
const (
	pricesWithin       = 2 * time.Second
	neededPricesWithin = 30 * time.Second
)

// checkMaxCost returns what is wrong with a --max_cost that was given. unlimited
// says that the calls will have no time limit.
func (o *options) checkMaxCost(unlimited bool) (problems []error) {
	add := func(text, help string) {
		problems = append(problems, &calls.Problem{Flag: "max_cost", Text: text, Help: help})
	}
	if o.maxCost == nil {
		return nil
	}
	if o.maxCost.Sign() < 0 {
		add("is negative", "give an amount from 0 up, in the currency of the account")
	}
	if unlimited {
		add("needs a time limit: without one nothing bounds what a call costs", "give --time_limit 60 or more")
	}
	for _, to := range o.plan.Destinations {
		if lower := strings.ToLower(to); strings.HasPrefix(lower, "sip") || strings.HasPrefix(lower, "client:") {
			add(fmt.Sprintf("cannot bound calls to %s: Twilio tells prices of phone numbers only", to), "call phone numbers, or leave --max_cost out")
		}
	}
	return problems
}

// askCost asks Twilio what the plan costs, and refuses one that could cost more
// than it may. It returns the exit status then, and otherwise [cli.StatusDone].
func (o *options) askCost(console *cli.Console, client *twilioapi.Client) int {
	within := pricesWithin
	if o.maxCost != nil {
		within = neededPricesWithin
	}
	o.cost = o.plan.Cost(client.Prices(console.Interrupts.Stop, o.plan.Parties(), within))
	switch {
	case console.Interrupts.Stopped(): // which ends the process
		return cli.StatusInterrupted
	case o.maxCost == nil:
		return cli.StatusDone
	case o.cost.Unpriced > 0:
		console.Error(&unboundedError{calls.NoPriceError{Quotes: o.cost.NoPrice}})
		return cli.StatusFailed
	}
	if problem := o.tooDear(); problem != nil {
		return console.Refuse([]error{problem})
	}
	return cli.StatusDone
}

// An unboundedError says that calls have no price, where they must.
type unboundedError struct{ calls.NoPriceError }

// Hint says what to do about it.
func (e *unboundedError) Hint() string {
	return "--max_cost holds only where all calls have a price; without it they are placed all the same"
}

// tooDear returns what is wrong with the cost of the plan.
func (o *options) tooDear() error {
	if len(o.cost.Worst) > 1 {
		return &calls.Problem{
			Flag: "max_cost",
			Text: fmt.Sprintf("cannot bound several currencies: the calls could cost %v", o.cost.Worst),
			Help: "make a run for each of them",
		}
	}
	for unit, worst := range o.cost.Worst {
		if worst.Cmp(o.maxCost) <= 0 {
			continue
		}
		var would []string
		if n := o.plan.CallsWithin(o.maxCost, o.cost); n > 0 {
			would = append(would, fmt.Sprintf("--call_count %d", n))
		}
		if limit := o.plan.TimeLimitWithin(o.maxCost, o.cost); limit > 0 {
			would = append(would, fmt.Sprintf("--time_limit %.0f", limit.Seconds()))
		}
		would = append(would, "--max_cost "+strings.TrimSuffix(o.cost.Worst.String(), " "+unit))
		return &calls.Problem{
			Flag: "max_cost",
			Text: fmt.Sprintf("is less than the calls could cost, which is %v", o.cost.Worst),
			Help: strings.Join(would, " or ") + " would do",
		}
	}
	return nil
}

// describeCost tells what the plan costs, and of which calls there is no price.
func (o *options) describeCost(console *cli.Console) {
	c := o.cost
	if len(c.Worst) > 0 {
		whose := ""
		if o.DryRun {
			whose = ", at the simulator's prices"
		}
		if c.Planned != nil {
			console.Note("plan: about %v if all are answered for %v, at worst %v%s", c.Planned, o.plan.LongestCall(), c.Worst, whose)
		} else {
			console.Note("plan: at worst %v%s", c.Worst, whose)
		}
	}
	if c.Unpriced > 0 {
		console.Note("plan: not counted: %s; %v", report.Count(c.Unpriced, "call"), &calls.NoPriceError{Quotes: c.NoPrice})
	}
}
