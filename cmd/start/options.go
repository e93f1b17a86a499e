package main

import (
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"call-load-tester/cmd/internal/batch"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// options are what the command line asks for.
type options struct {
	batch.Options

	plan      calls.Plan
	maxCost   *big.Rat    // nil: any
	cost      *calls.Cost // of the plan, as Twilio's prices are known
	ambiguous bool        // the flags cannot be told apart, so the rest is not judged
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
	f.Seconds(&o.plan.Ramp, "ramp")
	f.String(&o.plan.TwiML, "t", "twiml")
	f.Seconds(&o.plan.Hold, "h", "hold")
	f.Seconds(&o.plan.CallDuration, "call_duration")
	f.Bool(&o.plan.EndCalls, "e", "end_calls")
	f.Seconds(&o.plan.TimeLimit, "time_limit")
	f.Amount(&o.maxCost, "max_cost")
	o.Define(f)
	problems := f.Parse(args)
	o.ambiguous = f.Ambiguous()
	if cli.IsHelp(problems) || o.Version || o.ambiguous {
		return o, problems
	}
	if len(problems) == 0 {
		problems = o.checkDuration(f)
	}
	problems = append(append(problems, o.Check(f)...), o.plan.Check()...)
	problems = append(problems, o.checkMaxCost(o.plan.TimeLimit == 0 && (!o.plan.EndCalls || f.IsSet("time_limit")))...)
	if len(problems) == 0 && !f.IsSet("time_limit") {
		problems = o.defaultTimeLimit()
	}
	return o, problems
}

// checkDuration returns what is wrong with a call duration of which the plan
// itself cannot tell that it was given, or a hold with it.
func (o *options) checkDuration(f *cli.Flags) (problems []error) {
	if !f.IsSet("call_duration") {
		return nil
	}
	if o.plan.CallDuration == 0 {
		problems = append(problems, &calls.Problem{Flag: "call_duration", Text: "is 0", Help: "give seconds above 0, or leave it out to hang all calls up together"})
	}
	if o.plan.Hold == 0 && f.IsSet("h", "hold") {
		problems = append(problems, &calls.Problem{Flag: "hold", Text: "has no meaning beside --call_duration, not even 0", Help: "leave it out"})
	}
	return problems
}

// defaultTimeLimit sets the time limit of a plan that is good otherwise.
func (o *options) defaultTimeLimit() []error {
	limit := o.plan.DefaultTimeLimit()
	if limit > calls.MaxDefaultTimeLimit {
		takes := fmt.Sprintf("the plan takes %v", o.plan.Placing()+o.plan.Hold)
		if o.plan.CallDuration > 0 {
			takes = fmt.Sprintf("a call lasts %v", o.plan.CallDuration)
		}
		help := "give seconds after which Twilio should end an answered call"
		if o.maxCost == nil { // which needs a limit
			help += ", or 0 to leave it to the account"
		}
		return []error{&calls.Problem{
			Flag: "time_limit",
			Text: fmt.Sprintf("is needed: %s, and Twilio ends calls after 4 hours unless the account says otherwise", takes),
			Help: help,
		}}
	}
	o.plan.TimeLimit = limit
	return nil
}

// client returns a client of the account: Twilio's, or a simulated one for a
// dry run, which dials as fast as the plan starts.
func (o *options) client(c cli.Credentials) (client *twilioapi.Client, closeClient func()) {
	if !o.DryRun {
		return batch.Client(c)
	}
	return batch.Simulated(twiliosim.New(twiliosim.Config{
		CPS:            o.plan.CPS,
		ResponseTime:   80 * time.Millisecond,
		ResponseSpread: 20 * time.Millisecond,
		RingTime:       time.Second,
		PricePerMinute: 0.014,
		Seed:           uint64(time.Now().UnixNano()),
	}))
}

// describe tells the plan before anything is done.
func (o *options) describe(console *cli.Console, account cli.Credentials, path string) {
	p := o.plan
	console.Note("plan: account %s", account)
	console.Note("plan: %s from %s to %s", report.Count(p.CallCount, "call"), strings.Join(p.CallerIDs, ", "), strings.Join(p.Destinations, ", "))
	console.Note("plan: at most %d a second, which takes %v or more; SIDs go to %s", p.CPS, p.Placing(), path)
	if p.Ramp > 0 {
		console.Note("plan: %s", ramp(p))
	}
	switch {
	case !p.EndCalls:
		console.Note("plan: the calls are left running")
	case p.CallDuration > 0:
		console.Note("plan: hang up each %v after Twilio accepts it, while others are started;", p.CallDuration)
		console.Note("plan: the time in Twilio's queue and the ringing count")
	default:
		console.Note("plan: hold them for %v after the last start, then hang up", p.Hold)
	}
	switch {
	case p.IsCutOff() && p.EndCalls:
		console.Warn(&cli.UsageError{Text: fmt.Sprintf("Twilio ends calls %v after their answer, before they are to be hung up", p.TimeLimit),
			Help: "raise --time_limit, or leave it out"})
	case p.TimeLimit > 0:
		console.Note("plan: should this program die, Twilio ends calls %v after their answer;", p.TimeLimit)
		console.Note("plan: calls that wait in its queue are dialed all the same")
	default:
		console.Warn(fmt.Errorf("nothing but a hang-up ends the calls before Twilio's own limit, which is 4 hours unless the account says otherwise"))
	}
	console.Note("plan: about %s live at once; %s billed if all are answered, at worst %d",
		report.Count(p.PeakLive(), "call"), report.Count(p.Minutes(), "minute"), p.WorstMinutes())
	o.describeCost(console)
}

// ramp says how the cap grows, and whether it gets there.
func ramp(p calls.Plan) string {
	first, reached := p.Cap(0), p.CapReached()
	if first == p.CPS {
		return fmt.Sprintf("the ramp changes nothing: the cap is %d from the first second on", p.CPS)
	}
	text := fmt.Sprintf("the cap grows from %d to %d over %v", first, p.CPS, p.Ramp)
	if reached < p.CPS {
		text += fmt.Sprintf("; the calls are through before that, at a cap of %d", reached)
	}
	return text
}

// afterwards says what follows an interrupt.
func (o *options) afterwards() string {
	if o.plan.EndCalls {
		return "hanging up what was placed"
	}
	return "starting no more calls"
}

// announce prints the originals' first lines.
func (o *options) announce(w io.Writer, path string) {
	if o.DryRun {
		fmt.Fprintln(w, "DRY RUN. Actual calls will not be placed.")
	}
	p := o.plan
	fmt.Fprintf(w, "Creating %d calls from %s to %s with call treatment %s\n", p.CallCount,
		strings.Join(p.CallerIDs, ","), strings.Join(p.Destinations, ","), p.Treatment())
	fmt.Fprintf(w, "Writing call SIDs to %s\n", path)
}
