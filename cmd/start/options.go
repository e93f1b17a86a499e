package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/twiliosim"
)

// options are what the command line asks for.
type options struct {
	plan       calls.Plan
	dryRun     bool
	verbose    bool
	version    bool
	sid, token string
	json       string
}

// parse reads the command line and checks the plan. It returns everything that
// is wrong.
func parse(args []string) (*options, []error) {
	o := &options{plan: calls.Plan{CallCount: 1, CPS: 1, TwiML: calls.DefaultTwiML, EndCalls: true}}
	f := cli.NewFlags()
	f.List(&o.plan.CallerIDs, "c", "caller_id")
	f.List(&o.plan.Destinations, "d", "destination")
	f.Int(&o.plan.CallCount, "call_count")
	f.Int(&o.plan.CPS, "cps")
	f.String(&o.plan.TwiML, "t", "twiml")
	f.Seconds(&o.plan.Hold, "h", "hold")
	f.Bool(&o.plan.EndCalls, "e", "end_calls")
	f.Seconds(&o.plan.TimeLimit, "time_limit")
	f.Switch(&o.dryRun, "dry_run")
	f.Switch(&o.verbose, "v", "verbose")
	f.Switch(&o.version, "version")
	f.String(&o.sid, "sid")
	f.String(&o.token, "token")
	f.String(&o.json, "json")
	problems := f.Parse(args)
	if cli.IsHelp(problems) || o.version {
		return o, problems
	}
	problems = append(problems, o.plan.Check()...)
	if len(problems) == 0 && !f.IsSet("time_limit") {
		problems = o.defaultTimeLimit()
	}
	return o, problems
}

// defaultTimeLimit sets the time limit of a plan that is good otherwise.
func (o *options) defaultTimeLimit() []error {
	limit := o.plan.DefaultTimeLimit()
	if limit > calls.MaxDefaultTimeLimit {
		return []error{&calls.Problem{
			Flag: "time_limit",
			Text: fmt.Sprintf("is needed: the plan takes %v, and Twilio ends calls after 4 hours unless the account says otherwise", o.plan.Placing()+o.plan.Hold),
			Help: "give seconds after which Twilio should end an answered call, or 0 to leave it to the account",
		}}
	}
	o.plan.TimeLimit = limit
	return nil
}

// client returns a client of the account: Twilio's, or a simulated one for a
// dry run, which dials as fast as the plan starts.
func (o *options) client(c cli.Credentials) (client *calls.Client, closeClient func()) {
	if !o.dryRun {
		return callrun.Client(c)
	}
	return callrun.Simulated(twiliosim.New(twiliosim.Config{
		CPS:            o.plan.CPS,
		ResponseTime:   80 * time.Millisecond,
		ResponseSpread: 20 * time.Millisecond,
		RingTime:       time.Second,
		PricePerMinute: 0.014,
	}))
}

// describe tells the plan before anything is done.
func (o *options) describe(console *cli.Console, account cli.Credentials) {
	p := o.plan
	console.Note("plan: account %s", account)
	console.Note("plan: %d calls from %s to %s, at most %d a second, which takes %v or more", p.CallCount,
		strings.Join(p.CallerIDs, ", "), strings.Join(p.Destinations, ", "), p.CPS, p.Placing())
	if !p.EndCalls {
		console.Note("plan: the calls are left running")
	} else {
		console.Note("plan: hold them for %v after the last start, then hang up", p.Hold)
	}
	switch {
	case p.TimeLimit > 0:
		console.Note("plan: should this program die, Twilio ends each call %v after its answer; calls still in its queue are dialed all the same", p.TimeLimit)
	default:
		console.Warn(fmt.Errorf("nothing but a hang-up ends the calls before Twilio's own limit, which is 4 hours unless the account says otherwise"))
	}
	console.Note("plan: up to %d calls live at once; %d minutes billed if all are answered, at worst %d", p.CallCount, p.Minutes(), p.WorstMinutes())
}

// announce prints the originals' first lines.
func (o *options) announce(w io.Writer, path string) {
	if o.dryRun {
		fmt.Fprintln(w, "DRY RUN. Actual calls will not be placed.")
	}
	p := o.plan
	fmt.Fprintf(w, "Creating %d calls from %s to %s with call treatment %s\n", p.CallCount,
		strings.Join(p.CallerIDs, ","), strings.Join(p.Destinations, ","), p.Treatment())
	fmt.Fprintf(w, "Writing call SIDs to %s\n", path)
}
