package calls_test

import (
	"math/rand/v2"
	"testing"

	"call-load-tester/pkg/calls"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/report/internal/pagetest"
)

func show(r *calls.Result) *callsreport.Report { return &callsreport.Report{Result: r} }

// withTimeline is everything, with a plan and a timeline of n bins.
func withTimeline(n int) *calls.Result {
	c := everything()
	c.Plan = &calls.PlanSummary{CallCount: 100, CPS: 10, CallerIDs: []string{"+15005550006"}, Destinations: []string{"+14155550100"}, Treatment: "<Say>", HoldSeconds: 30, EndCalls: true, TimeLimitSeconds: 600}
	c.Timeline = &calls.Timeline{Width: 60}
	for i := range n {
		c.Timeline.Bins = append(c.Timeline.Bins, calls.Bin{
			Start: 60 * float64(i), Accepted: rand.IntN(6000), Refused: rand.IntN(9), Unknown: rand.IntN(9), Repeated: rand.IntN(9),
			Dialed: rand.IntN(6000), Live: rand.IntN(90_000), Waiting: rand.IntN(90_000),
			Responses: 1, P50: 100 * rand.Float64(), P99: 200 + 100*rand.Float64(), Max: 500 * rand.Float64(),
		})
	}
	return c
}

func TestPage(t *testing.T) {
	pagetest.IsViewOfJSON(t, show(withTimeline(40)), show(new(calls.Result)))
	pagetest.ShowsText(t, show(withTimeline(3)))
	pagetest.IsSmall(t, show(withTimeline(300))) // the longest runs have 300 bins of jagged values
}

func TestThePartsOfAPage(t *testing.T) {
	pagetest.Has(t, "a run of start", show(withTimeline(5)), 4, "Accepted and dialed", "Live and waiting", "API response time", "Starts that were not accepted",
		"Outcomes", "Wait in Twilio's queue", "Failures", "Starts", "Hang-ups", "From Twilio's records of 91 of 92 calls (its clock has whole seconds)", "Plan", "Run")
	pagetest.Has(t, "a run of end in a dry run", show(&calls.Result{Command: "end", DryRun: true, HangUps: &calls.HangUps{Asked: 1, Ended: 1}}), 0, "Hang-ups", "Run")
	pagetest.Has(t, "nothing at all", show(&calls.Result{}), 0, "Run")
}

// Whatever Twilio or a user puts into a name is text on the page.
func TestNothingOnAPageIsMarkupOfOthers(t *testing.T) {
	const hostile = pagetest.Hostile
	c := withTimeline(3)
	c.Command, c.Account, c.Stopped, c.SIDFile, c.LiveFile, c.Next = hostile, hostile, hostile, hostile, hostile, []string{hostile}
	c.Plan.CallerIDs, c.Plan.Destinations, c.Plan.Treatment = []string{hostile}, []string{hostile}, hostile
	c.Starts.Strangers = []string{hostile}
	c.Starts.Failures = []calls.Failure{{Meaning: hostile, Hint: hostile, Calls: 1}}
	c.Records.SlowerThanCap, c.Records.Cost = hostile, map[string]float64{hostile: 1}
	pagetest.IsHarmless(t, show(c))
}

// What a page says in large type is what its tables say, and no more than is
// known.
func TestWhatAPageSays(t *testing.T) {
	as := func(*calls.Result) {}
	for _, tc := range []struct {
		what   string
		change func(*calls.Result)
		want   string
	}{
		{"the tile of the accepted is their row", as, "<span>Accepted</span><strong>90 of 100 calls</strong>"},
		{"adopted ones stand beside them", as, "; 2 starts adopted</span>"},
		{"what is over is ended or was over", as, "<span>Over</span><strong>90 of 92 calls</strong><span>80 ended, 10 over already; 1 still live</span>"},
		{"dialed are those on record", as, "<strong>85 of 91 on record</strong>"},
		{"so is their peak", as, "<span>at the peak, of 91 on record</span>"},
		{"one call is one call", func(c *calls.Result) { c.Plan.CallCount, c.Plan.CPS = 1, 1 }, "<h1>1 call at up to 1 a second</h1>"},
		{"a cap that grows is a line that rises", func(c *calls.Result) { c.Plan.RampSeconds = 120 }, "cap, grows to 10 a second"},
		{"and is part of the plan", func(c *calls.Result) { c.Plan.RampSeconds = 120 }, "the cap grows over 120 s"},
		{"dialing kept up with the starts", func(c *calls.Result) { c.Records.SlowerThanCap, c.Records.NeverDialed = "", 0 }, "Dialing kept up."},
		{"dialing did not if some were never dialed", func(c *calls.Result) { c.Records.SlowerThanCap = "" },
			"Only 85 of 91 were dialed: 6 were over before their turn in Twilio's queue."},
		{"a failure is one of a start", as, "<td>4</td><td>start</td><td>21211</td>"},
		{"or of a hang-up", as, "<td>1</td><td>hang-up</td><td></td>"},
		{"bars have names for who does not see them", as, `<meter aria-label="busy"`},
		{"grey lines are dashed", as, `<i class="grey"></i>max: the slowest`},
	} {
		c := withTimeline(1)
		tc.change(c)
		pagetest.Says(t, tc.what, show(c), tc.want)
	}
}
