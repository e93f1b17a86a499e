package report_test

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/report"
)

// A record is either kind.
type record interface {
	Text(io.Writer) error
	HTML(io.Writer) error
}

// pageOf returns a record's page.
func pageOf(t *testing.T, r record) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.HTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withSeries is everything, with a plan and a series of n bins.
func withSeries(n int) *report.Calls {
	c := everything()
	c.Plan = &report.CallPlan{CallCount: 100, CPS: 10, CallerIDs: []string{"+15005550006"}, Destinations: []string{"+14155550100"}, Treatment: "<Say>", HoldSeconds: 30, EndCalls: true, TimeLimitSeconds: 600}
	c.Series = &report.CallSeries{Width: 60}
	for i := range n {
		c.Series.Bins = append(c.Series.Bins, report.CallBin{
			Start: 60 * float64(i), Accepted: rand.IntN(6000), Refused: rand.IntN(9), Unknown: rand.IntN(9), Repeated: rand.IntN(9),
			Dialed: rand.IntN(6000), Live: rand.IntN(90_000), Waiting: rand.IntN(90_000),
			Responses: 1, P50: 100 * rand.Float64(), P99: 200 + 100*rand.Float64(), Max: 500 * rand.Float64(),
		})
	}
	return c
}

// loadOf is a load with n intervals.
func loadOf(n int) *report.Load {
	l := &report.Load{
		Command: "load", Seconds: 5.25, Rate: 45.714,
		Plan:     report.LoadPlan{Endpoint: "https://a.example/sms", Kind: "sms", Users: 60, Concurrency: 4, Requests: 240, Rate: 48, TimeoutSeconds: 15, BadSignature: 10},
		Requests: report.LoadRequests{Sent: 240, Completed: 220, NotCompleted: 20, Accepted: 200, Errors: 10, Unanswered: 6, BadSignatures: 24, Refused: 20, LetThrough: 4},
		Latency:  report.LoadTimes{Count: 240, Mean: 12.345, P50: 1.5, P90: 22.22, P95: 333.3, P99: 1500, P999: 14_000, Max: 15_000},
		Verdicts: []report.LoadVerdict{{Code: 0, Name: "accepted", Requests: 200}, {Code: 12100, Name: "TwiML is not well-formed XML", Requests: 10}},
		Statuses: []report.LoadStatus{{Status: 200, Requests: 214}},
		Messages: 216, Received: 230, Replies: report.LoadReplies{Count: 200, Segments: 190, Media: 10},
		Cost: report.LoadCost{Priced: true, Total: 3.4571},
	}
	for percent := 0.0; percent <= 100; percent += 0.5 {
		l.Curve = append(l.Curve, report.LoadPercentile{Percent: percent, Time: percent})
	}
	for i := range n {
		l.Timeline = append(l.Timeline, report.LoadInterval{
			Start: float64(i), Width: 1, Sent: rand.IntN(900), Answered: rand.IntN(900), Accepted: rand.IntN(900), Errors: rand.IntN(900),
			Unanswered: rand.IntN(900), Refused: rand.IntN(900), LetThrough: rand.IntN(900), P50: 10 * rand.Float64(), P99: 50 * rand.Float64(), Max: 99 * rand.Float64(),
		})
	}
	return l
}

// The page is drawn from what the JSON holds, and from nothing else: of a
// record that has been through JSON it is the same, to the last byte.
func TestThePageIsAViewOfTheJSON(t *testing.T) {
	calls, load := withSeries(40), loadOf(40)
	var callsBack report.Calls
	var loadBack report.Load
	through(t, calls, &callsBack)
	through(t, load, &loadBack)
	if pageOf(t, calls) != pageOf(t, &callsBack) {
		t.Error("the page of the calls shows what is not in their JSON")
	}
	if pageOf(t, load) != pageOf(t, &loadBack) {
		t.Error("the page of the load shows what is not in its JSON")
	}
}

func through(t *testing.T, from, to any) {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, from); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), to); err != nil {
		t.Fatal(err)
	}
}

// Every value of the text stands on the page.
func TestThePageShowsEveryFigureOfTheText(t *testing.T) {
	for name, r := range map[string]record{"calls": withSeries(3), "load": loadOf(3)} {
		var text strings.Builder
		if err := r.Text(&text); err != nil {
			t.Fatal(err)
		}
		page := html.UnescapeString(pageOf(t, r))
		for _, line := range strings.Split(text.String(), "\n") {
			value := regexp.MustCompile(`^(  .{19} |.{22})`).ReplaceAllString(line, "")
			if strings.HasPrefix(line, "Warning") || strings.HasPrefix(line, "---") {
				continue
			}
			if !strings.Contains(page, value) {
				t.Errorf("%s: the page does not show %q", name, value)
			}
		}
	}
}

// The parts of a page, in order; a chart is drawn for paper and for a phone.
func TestThePartsOfAPage(t *testing.T) {
	for _, tc := range []struct {
		what     string
		record   record
		headings []string
		charts   int
	}{
		{"a run of start", withSeries(5), []string{"Accepted and dialed", "Live and waiting", "API response time", "Starts that were not accepted",
			"Outcomes", "Wait in Twilio's queue", "Failures", "Starts", "Hang-ups", "From Twilio's records of 91 of 92 calls (its clock has whole seconds)", "Plan", "Run"}, 4},
		{"a run of end in a dry run", &report.Calls{Command: "end", DryRun: true, Endings: &report.CallEndings{Asked: 1, Ended: 1}},
			[]string{"Hang-ups", "Run"}, 0},
		{"nothing at all", &report.Calls{}, []string{"Run"}, 0},
		{"a run of load", loadOf(5), []string{"Requests and answers", "Latency over time", "Verdicts over time",
			"Latency, from the fastest to the slowest", "Verdicts", "Summary", "Times, verdicts and messages", "Run"}, 4},
		{"a load that was never answered", &report.Load{}, []string{"Summary", "Times, verdicts and messages", "Run"}, 0},
	} {
		page := pageOf(t, tc.record)
		var headings []string
		for _, match := range regexp.MustCompile(`<h2>(.*?)</h2>`).FindAllStringSubmatch(page, -1) {
			headings = append(headings, html.UnescapeString(match[1]))
		}
		if !slices.Equal(headings, tc.headings) {
			t.Errorf("%s: parts %q, want %q", tc.what, headings, tc.headings)
		}
		if n := strings.Count(page, "<svg "); n != 2*tc.charts {
			t.Errorf("%s: %d drawings, want %d", tc.what, n, 2*tc.charts)
		}
		if n := strings.Count(page, "<figcaption>"); n != strings.Count(page, "<figure>") || strings.Contains(page, "<figcaption></figcaption>") {
			t.Errorf("%s: a figure without a sentence", tc.what)
		}
	}
}

// The longest runs have 300 bins of jagged values.
func TestAPageStaysSmall(t *testing.T) {
	for name, r := range map[string]record{"calls": withSeries(300), "load": loadOf(300)} {
		if n := len(pageOf(t, r)); n >= 500_000 {
			t.Errorf("%s: the page has %d bytes, want fewer than 500,000", name, n)
		} else {
			t.Logf("%s: %d bytes", name, n)
		}
	}
}

// Whatever Twilio, an endpoint or a user puts into a name is text on the page,
// and the page fetches nothing.
func TestNothingOnAPageIsMarkupOfOthers(t *testing.T) {
	const hostile = `"'></td></svg><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`
	c := withSeries(3)
	c.Command, c.Account, c.Stopped, c.SIDFile, c.LiveFile, c.Next = hostile, hostile, hostile, hostile, hostile, []string{hostile}
	c.Plan.CallerIDs, c.Plan.Destinations, c.Plan.Treatment = []string{hostile}, []string{hostile}, hostile
	c.Starts.Strangers = []string{hostile}
	c.Starts.Failures = []report.Failure{{Meaning: hostile, Hint: hostile, Calls: 1}}
	c.Twilio.SlowerThanCap, c.Twilio.Cost = hostile, map[string]float64{hostile: 1}
	l := loadOf(3)
	l.Plan.Endpoint, l.Plan.Kind = hostile, hostile
	l.Verdicts = append(l.Verdicts, report.LoadVerdict{Code: 1, Name: hostile, Requests: 1})
	l.Causes = []report.LoadCause{{Cause: hostile, Requests: 1}}
	for name, r := range map[string]record{"calls": c, "load": l} {
		page := pageOf(t, r)
		for _, markup := range []string{"<script", "<img", "javascript:", "src=", "url(", "@import", "ZgotmplZ"} {
			if strings.Contains(strings.ReplaceAll(page, html.EscapeString("<img src=x"), ""), markup) {
				t.Errorf("%s: the page contains %s", name, markup)
			}
		}
		if !strings.Contains(html.UnescapeString(page), hostile) {
			t.Errorf("%s: the page does not show the name", name)
		}
	}
}

// What a page says in large type is what its tables say, and no more than is
// known.
func TestWhatAPageSays(t *testing.T) {
	calls := func(change func(*report.Calls)) *report.Calls {
		c := withSeries(1)
		change(c)
		return c
	}
	load := func(change func(*report.Load)) *report.Load {
		l := loadOf(1)
		change(l)
		return l
	}
	as := func(*report.Calls) {}
	for _, tc := range []struct {
		what   string
		record record
		want   string
	}{
		{"the tile of the accepted is their row", calls(as), "<span>Accepted</span><strong>90 of 100 calls</strong>"},
		{"adopted ones stand beside them", calls(as), "; 2 starts adopted</span>"},
		{"what is over is ended or was over", calls(as), "<span>Over</span><strong>90 of 92 calls</strong><span>80 ended, 10 over already; 1 still live</span>"},
		{"dialed are those on record", calls(as), "<strong>85 of 91 on record</strong>"},
		{"so is their peak", calls(as), "<span>at the peak, of 91 on record</span>"},
		{"one call is one call", calls(func(c *report.Calls) { c.Plan.CallCount, c.Plan.CPS = 1, 1 }), "<h1>1 call at up to 1 a second</h1>"},
		{"dialing kept up with the starts", calls(func(c *report.Calls) { c.Twilio.SlowerThanCap, c.Twilio.NeverDialed = "", 0 }), "Dialing kept up."},
		{"dialing did not if some were never dialed", calls(func(c *report.Calls) { c.Twilio.SlowerThanCap = "" }),
			"Only 85 of 91 were dialed: 6 were over before their turn in Twilio's queue."},
		{"a failure is one of a start", calls(as), "<td>4</td><td>start</td><td>21211</td>"},
		{"or of a hang-up", calls(as), "<td>1</td><td>hang-up</td><td></td>"},
		{"bars have names for who does not see them", calls(as), `<meter aria-label="busy"`},
		{"grey lines are dashed", calls(as), `<i class="grey dashed"></i>max: the slowest`},
		{"the tile of the requests adds up", loadOf(1), "<span>200 accepted, 10 errors, 6 unanswered, 20 bad signatures refused, 4 let through</span>"},
		{"without bad signatures there is none of these", load(func(l *report.Load) { l.Requests.BadSignatures = 0 }), "<span>200 accepted, 10 errors, 6 unanswered</span>"},
		{"verdicts are shares of all verdicts", loadOf(1), "200 requests, 95.2\u00a0%"},
		{"requests stand where they were due", loadOf(1), "How many requests were due and how many answers came: over the run 45.7 requests a second were sent of the 48 asked."},
		{"back to back they are due when they are sent", load(func(l *report.Load) { l.Plan.Rate = 0 }),
			"How many requests were sent and how many answers came: over the run 45.7 requests a second were sent."},
		{"lateness must not be missed", load(func(l *report.Load) { l.Requests.Late, l.Requests.MostLate = 1, 100 }),
			`<p class="notice grave">Warning: 1 request went up to 100 ms late, or not at all: this computer or MaxInFlight was the limit,`},
		{"a short run took its time", load(func(l *report.Load) { l.Seconds = 0.04 }), "Summary of a run of 40ms against https://a.example/sms."},
	} {
		if page := html.UnescapeString(pageOf(t, tc.record)); !strings.Contains(page, tc.want) {
			t.Errorf("%s: no %q in\n%s", tc.what, tc.want, regexp.MustCompile(`(?s)<style>.*?</style>|<svg.*?</svg>`).ReplaceAllString(page, ""))
		}
	}
}
