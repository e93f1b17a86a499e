package load_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/report/internal/pagetest"
	"call-load-tester/pkg/report/load"
	"call-load-tester/pkg/webhook"
)

// loadOf is a load with n intervals.
func loadOf(n int) load.Report {
	l := &attack.Result{
		Command: "load", Seconds: 5.25, Rate: 45.714,
		Plan:     attack.PlanSummary{Endpoint: "https://a.example/sms", Kind: "sms", Users: 60, Concurrency: 4, Requests: 240, Rate: 48, TimeoutSeconds: 15, BadSignature: 10},
		Requests: attack.Requests{Sent: 240, Completed: 220, Incomplete: 20, Accepted: 200, Errored: 10, Unanswered: 6, BadSignatures: 24, Refused: 20, LetThrough: 4},
		Latency:  attack.Times{Count: 240, Mean: 12.345, P50: 1.5, P90: 22.22, P95: 333.3, P99: 1500, P999: 14_000, Max: 15_000},
		Verdicts: []attack.Verdict{{Code: 0, Name: "accepted", Requests: 200}, {Code: 12100, Name: "TwiML is not well-formed XML", Requests: 10}},
		Statuses: []attack.Status{{Status: 200, Requests: 214}},
		Messages: 216, Received: 230, Replies: webhook.Replies{Count: 200, Segments: 190, Media: 10},
		Cost: attack.Cost{Priced: true, Total: 3.4571}, Failures: &failures.Counts{Written: 10, OverLimit: 7, TooSlow: 3},
	}
	for percent := 0.0; percent <= 100; percent += 0.5 {
		l.Curve = append(l.Curve, attack.Percentile{Percent: percent, Time: percent})
	}
	for i := range n {
		l.Timeline = append(l.Timeline, attack.Interval{
			Start: float64(i), Width: 1, Sent: rand.IntN(900), Answered: rand.IntN(900), Accepted: rand.IntN(900), Errored: rand.IntN(900),
			Unanswered: rand.IntN(900), Refused: rand.IntN(900), LetThrough: rand.IntN(900), P50: 10 * rand.Float64(), P99: 50 * rand.Float64(), Max: 99 * rand.Float64(),
		})
	}
	return load.Report{Result: l}
}

func TestPage(t *testing.T) {
	pagetest.IsViewOfJSON(t, loadOf(40), new(load.Report))
	pagetest.ShowsText(t, loadOf(3))
	pagetest.IsSmall(t, loadOf(300)) // the longest runs have 300 intervals of jagged values
}

// compared is a load of n intervals that is compared with another.
func compared(n int) load.Report {
	l, before := loadOf(n), loadOf(n/2+1)
	var timeline []attack.EarlierInterval
	for _, i := range before.Timeline {
		timeline = append(timeline, attack.EarlierInterval{Start: i.Start, Width: i.Width, P50: i.P50, P99: i.P99})
	}
	figure := func(v float64) *float64 { return &v }
	l.Comparison = &attack.Comparison{
		File: "before.json", Curve: before.Curve, Timeline: timeline, Differences: []attack.Difference{{What: "rate", Before: "20", Now: "48"}},
		Lines: []attack.ComparedFigure{
			{Name: "latency p50", Unit: attack.Milliseconds, Before: figure(10), Now: figure(12), Verdict: attack.BeyondChance, Low: figure(1.1), High: figure(1.3)},
			{Name: "12100 rubbish", Unit: attack.PercentOf, Before: figure(0), Now: figure(5), Verdict: attack.BeyondChance},
			{Name: "11200 nothing", Unit: attack.PercentOf, Before: figure(5), Now: figure(0), Verdict: attack.BeyondChance, Low: figure(0), High: figure(0)},
			{Name: "cost", Unit: attack.Money, Before: figure(0.0123456), Now: figure(3), Verdict: attack.BeyondChance, Low: figure(2)},
			{Name: "POST /menu p50", Unit: attack.Milliseconds, Now: figure(12), Verdict: attack.NotInBoth},
			{Name: "requests", Unit: attack.PerSecond, Before: figure(20), Now: figure(48.25), Verdict: attack.TooShort},
		},
	}
	return l
}

func TestPageOfAComparison(t *testing.T) {
	pagetest.IsViewOfJSON(t, compared(40), new(load.Report))
	pagetest.IsSmall(t, compared(300))
	for _, want := range []string{
		"(they differ in rate: 20 before, 48 now)", "10.0 ms → 12.0 ms: +20.0 % (+10.0 % to +30.0 %)", "0 % → 5 %: new", "5 % → 0 %: gone",
		"$0.0123 → $3: × 243 (× 2.00 or more)", "– → 12.0 ms: not in both", "20/s → 48.2/s: too little to tell",
		`<i class="orange dashed"></i>p99 before`, `<i class="blue dashed"></i>p50 before`, `<i class="blue dashed"></i>before`,
		"<th>* latency p50</th>", "<th>requests</th>", "* changed by more than chance, in brackets the bounds", "too little to tell: a line needs ten seconds",
		`<p class="notice">Compared with before.json: changed by more than chance: latency p50, 12100 rubbish, 11200 nothing, cost.</p>`,
	} {
		pagetest.Says(t, "a comparison", compared(5), want)
	}
}

// A single time-out leaves both runs where they can be seen, and the comparison
// stands before the other tables.
func TestATimeOutDoesNotHideTheEarlierRun(t *testing.T) {
	l := compared(5)
	l.Timeline[3].Max, l.Timeline[3].P99 = 15_000, 15_000
	for i := range l.Timeline {
		l.Timeline[i].P50 = 50
	}
	for i := range l.Comparison.Timeline {
		l.Comparison.Timeline[i].P50 = 25
	}
	page := pagetest.Of(t, l)
	_, chart, _ := strings.Cut(page, "<h2>Latency over time</h2>")
	level := func(class string) (y float64) {
		_, path, _ := strings.Cut(chart, `<path class="line `+class+`" d="M`)
		if _, err := fmt.Sscanf(path, "%f %f", new(float64), &y); err != nil {
			t.Fatal(err)
		}
		return y
	}
	if now, before := level("blue"), level("blue dashed"); before-now < 5 || before > 175 {
		t.Errorf("the p50 is %v below the top now, and was %v: hard to tell apart, or on the axis", now, before)
	}
	pagetest.Says(t, "a comparison", l, "milliseconds, on a logarithmic scale")
	pagetest.Has(t, "a comparison", l, 4, "Requests and answers", "Latency over time", "Verdicts over time",
		"Latency, from the fastest to the slowest", "Verdicts", "Compared with before.json", "Summary", "Times, verdicts and messages", "Run")
}

// A page says at its top what has come of the comparison.
func TestTheNoticeOfAComparison(t *testing.T) {
	for _, tc := range []struct {
		what     string
		verdicts []attack.ComparedVerdict
		want     string
	}{
		{"one has changed", []attack.ComparedVerdict{attack.BeyondChance, attack.WithinChance}, "b.json: changed by more than chance: figure 0."},
		{"none has", []attack.ComparedVerdict{attack.TooShort, attack.WithinChance}, "b.json: no difference beyond chance."},
		{"none can be judged", []attack.ComparedVerdict{attack.TooShort, attack.NotInBoth}, "b.json: too little to tell."},
		{"many have", slices.Repeat([]attack.ComparedVerdict{attack.BeyondChance}, 14), "figure 11 and 2 others."},
	} {
		l := loadOf(3)
		l.Comparison = &attack.Comparison{File: "b.json"}
		for i, v := range tc.verdicts {
			one, two := 1.0, 2.0
			l.Comparison.Lines = append(l.Comparison.Lines, attack.ComparedFigure{Name: fmt.Sprint("figure ", i), Before: &one, Now: &two, Low: &one, High: &two, Verdict: v})
		}
		pagetest.Says(t, tc.what, l, tc.want)
	}
}

func TestThePartsOfAPage(t *testing.T) {
	pagetest.Has(t, "a run of load", loadOf(5), 4, "Requests and answers", "Latency over time", "Verdicts over time",
		"Latency, from the fastest to the slowest", "Verdicts", "Summary", "Times, verdicts and messages", "Run")
	pagetest.Has(t, "one that was never answered", load.Report{Result: &attack.Result{}}, 0, "Summary", "Times, verdicts and messages", "Run")
}

// Whatever an endpoint or a user puts into a name is text on the page.
func TestNothingOnAPageIsMarkupOfOthers(t *testing.T) {
	const hostile = pagetest.Hostile
	l := loadOf(3)
	l.Plan.Endpoint, l.Plan.Kind = hostile, hostile
	l.Verdicts = append(l.Verdicts, attack.Verdict{Code: 1, Name: hostile, Requests: 1})
	l.Causes = []attack.Cause{{Cause: hostile, Requests: 1}}
	pagetest.IsHarmless(t, l)
}

// What a page says in large type is what its tables say, and no more than is
// known.
func TestWhatAPageSays(t *testing.T) {
	as := func(load.Report) {}
	for _, tc := range []struct {
		what   string
		change func(load.Report)
		want   string
	}{
		{"the tile of the requests adds up", as, "<span>200 accepted, 10 errors, 6 unanswered, 20 bad signatures refused, 4 let through</span>"},
		{"without bad signatures there is none of these", func(l load.Report) { l.Requests.BadSignatures = 0 }, "<span>200 accepted, 10 errors, 6 unanswered</span>"},
		{"failures are told of", as, "10 of 20"},
		{"and those over the limit", as, "7 more were over the limit, --failures_max"},
		{"and those that were too slow", as, "3 more could not be written, or not in time"},
		{"verdicts are shares of all verdicts", as, "200 requests, 95.2\u00a0%"},
		{"requests stand where they were due", as, "How many requests were due and how many answers came: over the run 45.7 requests a second were sent, of 48 asked."},
		{"back to back they are due when they are sent", func(l load.Report) { l.Plan.Rate = 0 },
			"How many requests were sent and how many answers came: over the run 45.7 requests a second were sent."},
		{"lateness must not be missed", func(l load.Report) { l.Requests.Late, l.Requests.MostLate = 1, 100 },
			`<p class="notice grave">Warning: 1 request went up to 100 ms late, or not at all: this computer or MaxInFlight was the limit,`},
		{"back to back it is not the bound", func(l load.Report) { l.Plan.Rate, l.Requests.Late, l.Requests.MostLate = 0, 1, 100 },
			`late, or not at all: this computer was the limit.`},
		{"nor must gaps in what an agent hears", func(l load.Report) {
			l.Agents = []attack.Agent{{URL: "wss://a.example/", Frames: 1000, FramesLate: 11}}
		},
			`Warning: 11 of 1000 frames of audio to wss://a.example/ went 20 ms late or more: this computer was the limit,`},
		{"a short run took its time", func(l load.Report) { l.Seconds = 0.04 }, "Summary of a run of 40ms against https://a.example/sms."},
	} {
		l := loadOf(1)
		tc.change(l)
		pagetest.Says(t, tc.what, l, tc.want)
	}
}
