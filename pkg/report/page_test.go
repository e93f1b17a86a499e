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
		Requests: report.LoadRequests{Sent: 240, Completed: 220, NotCompleted: 20, Accepted: 200, Failed: 10, Unanswered: 6, BadSignatures: 24, Refused: 20, LetThrough: 4},
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
			Start: float64(i), Width: 1, Sent: rand.IntN(900), Answered: rand.IntN(900), Accepted: rand.IntN(900), Failed: rand.IntN(900),
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
			"Outcomes", "Wait in Twilio's queue", "Failures", "Starts", "Hang-ups", "From Twilio's records of 91 calls (its clock has whole seconds)", "Plan", "Run"}, 4},
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
