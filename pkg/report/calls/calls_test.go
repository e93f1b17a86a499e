package calls_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/report"
	callsreport "call-load-tester/pkg/report/calls"
	"call-load-tester/pkg/report/internal/pagetest"
)

// everything is a record in which every row has something to say.
func everything() *calls.Result {
	return &calls.Result{
		Command: "start", Began: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Seconds: 61.25, Interrupted: true,
		Starts: &calls.Starts{
			Asked: 100, Accepted: 90, Adopted: 2, NotFound: 1, LookedUp: 60, Refused: 4, NotStarted: 3,
			Failures:  []calls.Failure{{Code: 21211, Status: 400, Meaning: "the destination is not a valid number", Hint: "check --destination", Calls: 4}},
			Strangers: []string{"CA01", "CA02"}, Cap: 10, Rate: 9.87, BusiestSecond: 10, Requests: 97, Retries: 5, Throttled: 3,
			Response: calls.Quantiles{Count: 97, P50: 80, P95: 120.25, P99: 150, Max: 151},
		},
		HangUps: &calls.HangUps{Asked: 92, Ended: 80, AlreadyOver: 10, NotFound: 1, Failed: 1, Live: 1, BadLines: 2, Duplicates: 1,
			Failures: []calls.Failure{{Meaning: "no answer", Calls: 1}}},
		Records: &calls.Records{Calls: 91, Dialed: 85, NeverDialed: 6, Answered: 70, Busy: 5, NoAnswer: 6, Failed: 4, Canceled: 6,
			DialRate: 1.5, BusiestSecond: 2, PeakLive: 44, Queue: calls.Quantiles{Count: 85, P50: 3, P95: 30, P99: 31, Max: 31},
			BilledMinutes: 72, Cost: map[string]float64{"USD": 1.008, "EUR": 0.5}, Unpriced: 7, SlowerThanCap: "The account dials slower."},
		Stopped: "Twilio error 20005", SIDFile: "call_sids_1.csv", LiveFile: "call_sids_1_live.csv", Next: []string{"end -f call_sids_1_live.csv", "end -c +1 -d +2"}, ExitStatus: 3,
	}
}

func TestTheTextShowsEveryFigure(t *testing.T) {
	const want = `
Summary of an interrupted run of 1m1.3s
  Calls asked for     100
  Accepted            90
  Refused             4
                      4 × 21211 the destination is not a valid number (check --destination)
  Adopted             2 of 3 starts whose outcome was unknown
  Not found           1: Twilio showed no such call in 60 s
  Left alone          2 calls that may be somebody else's: CA01 CA02
  Not started         3
  Accepted rate       9.9 calls a second, busiest second 10 (cap 10)
  API response time   p50 80 ms, p95 120.2, p99 150, max 151
  Retries             5 (3 answers of too many requests at once)
  Calls to end        92 (1 duplicate left out) (2 lines without a SID)
  Ended               80
  Already over        10
  Not found           1 (another account, subaccount or region?)
  Failed to end       1
                      1 × no answer
  Still live          1
From Twilio's records of 91 of 92 calls (its clock has whole seconds)
  Dialed              85, 1.5 a second, busiest second 2
  Never dialed        6
  Answered            70
  Other outcomes      busy 5, no answer 6, failed 4, canceled 6
  Live at once, peak  44
  Wait in the queue   p50 3 s, p95 30, p99 31, max 31
  Twilio's estimate   none measured
  Dialing to answer   none measured
  Billed minutes      72
  Cost so far         0.5000 EUR and 1.0080 USD of outbound legs; no price yet of 7 calls
The account dials slower.
  Stopped early       Twilio error 20005
  SIDs in             call_sids_1.csv
  Still live in       call_sids_1_live.csv
  Next                end -f call_sids_1_live.csv
  Next                end -c +1 -d +2
`
	var got strings.Builder
	if err := (callsreport.Report{Result: everything()}).Text(&got); err != nil {
		t.Fatal(err)
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

// What it came to stands beside what the plan said, as far as that knew prices.
func TestTheCostStandsBesideThePlans(t *testing.T) {
	known := &calls.CostSummary{Planned: map[string]float64{"USD": 1.4}, Worst: map[string]float64{"USD": 15.4}}
	priced := calls.Records{Calls: 1, Cost: map[string]float64{"USD": 1.008}}
	for _, tc := range []struct {
		what string
		cost *calls.CostSummary
		came calls.Records
		want string
	}{
		{"the plan asked for no price", nil, priced, "1.0080 USD of outbound legs"},
		{"it knew none", &calls.CostSummary{Unpriced: 3}, priced, "1.0080 USD of outbound legs"},
		{"it knew prices", known, priced, "1.0080 USD of outbound legs; the plan said about 1.4000 USD, at worst 15.4000 USD"},
		{"some have none yet", known, calls.Records{Calls: 5, Cost: priced.Cost, Unpriced: 3},
			"1.0080 USD of outbound legs; no price yet of 3 calls; the plan said about 1.4000 USD, at worst 15.4000 USD"},
		{"none has one yet", known, calls.Records{Calls: 3, Unpriced: 3},
			"none of outbound legs; no price yet of 3 calls; the plan said about 1.4000 USD, at worst 15.4000 USD"},
		{"the calls are left running", &calls.CostSummary{Worst: map[string]float64{"USD": 337.4}}, priced,
			"1.0080 USD of outbound legs; the plan said at worst 337.4000 USD"},
	} {
		var text strings.Builder
		record := &calls.Result{Plan: &calls.PlanSummary{Cost: tc.cost}, Starts: &calls.Starts{}, Records: &tc.came}
		if err := (callsreport.Report{Result: record}).Text(&text); err != nil || !strings.Contains(text.String(), "  Cost so far         "+tc.want+"\n") {
			t.Errorf("%s: %v, want %q in\n%s", tc.what, err, tc.want, text.String())
		}
	}
}

// Where a run was stopped, the calls that rang then were hung up too early, too.
func TestHungUpTooEarly(t *testing.T) {
	const row = "  Hung up too early   2 before they were dialed, 3 before they were answered"
	for _, tc := range []struct {
		record calls.Result
		want   string
	}{
		{calls.Result{}, row + "\n"},
		{calls.Result{Interrupted: true}, row + " (those of the stop, too)\n"},
		{calls.Result{Stopped: "Twilio error 20005"}, row + " (those of the stop, too)\n"},
	} {
		tc.record.HangUps, tc.record.Held = &calls.HangUps{Asked: 5}, &calls.Held{Undialed: 2, Unanswered: 3}
		var text strings.Builder
		if err := (callsreport.Report{Result: &tc.record}).Text(&text); err != nil || !strings.Contains(text.String(), tc.want) {
			t.Errorf("%v, want %q in\n%s", err, tc.want, text.String())
		}
	}
}

func TestTheFailuresWritten(t *testing.T) {
	for _, tc := range []struct {
		counts *failures.Counts
		want   string
	}{
		{&failures.Counts{Written: 5}, "  Failures written    5 of 5\n"},
		{&failures.Counts{}, "  Failures written    0 of 0\n"},
		{&failures.Counts{Written: 3, OverLimit: 2, TooSlow: 1}, "  Failures written    3 of 6; 2 lines over the limit, --failures_max; 1 line not written, or not in time\n"},
	} {
		r := show(&calls.Result{Failures: tc.counts})
		var text strings.Builder
		if err := r.Text(&text); err != nil || !strings.Contains(text.String(), tc.want) {
			t.Errorf("%v, no %q in\n%s", err, tc.want, text.String())
		}
	}
	pagetest.ShowsText(t, show(&calls.Result{Failures: &failures.Counts{Written: 3, OverLimit: 2}}))
}

// The JSON reads back as the same record: nothing is lost or renamed by
// accident.
func TestTheJSONIsTheRecord(t *testing.T) {
	var first, second strings.Builder
	if err := report.JSON(&first, callsreport.Report{Result: everything()}); err != nil {
		t.Fatal(err)
	}
	var read calls.Result
	if err := json.Unmarshal([]byte(first.String()), &read); err != nil {
		t.Fatal(err)
	}
	if err := report.JSON(&second, &read); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("read back as\n%s\nwant\n%s", second.String(), first.String())
	}
	for _, name := range []string{`"command": "start"`, `"cps_actual": 9.87`, `"not_found": 1`, `"exit_status": 3`, `"response_ms": {`} {
		if !strings.Contains(first.String(), name) {
			t.Errorf("no %s in\n%s", name, first.String())
		}
	}
}

func TestTheHeadlineNamesTheKindOfRun(t *testing.T) {
	for _, tc := range []struct {
		interrupted, dry bool
		want             string
	}{
		{false, false, "Summary of a run of 42ms\n"},
		{true, false, "Summary of an interrupted run of 42ms\n"},
		{false, true, "Summary of a dry run of 42ms: no real call was placed or ended\n"},
		{true, true, "Summary of an interrupted dry run of 42ms: no real call was placed or ended\n"},
	} {
		var text strings.Builder
		record := &calls.Result{Interrupted: tc.interrupted, DryRun: tc.dry, Seconds: 0.042}
		if err := (callsreport.Report{Result: record}).Text(&text); err != nil || !strings.Contains(text.String(), tc.want) {
			t.Errorf("%v, no %q in %s", err, tc.want, text.String())
		}
	}
}

func TestTheAcceptedRate(t *testing.T) {
	for _, tc := range []struct {
		what   string
		starts calls.Starts
		want   string
	}{
		{"all of 20 requests were refused", calls.Starts{Refused: 20, Cap: 20, BusiestSecond: 20}, "none"},
		{"3 of 20 requests were accepted", calls.Starts{Accepted: 3, Refused: 17, Cap: 20, BusiestSecond: 20}, "3 within one second (cap 20)"},
		{"with a ramp it goes by what that allowed", calls.Starts{Accepted: 60, Cap: 20, Rate: 9.5, Allowed: 10, BusiestSecond: 20},
			"9.5 calls a second (10.0 allowed by the ramp), busiest second 20 (cap after the ramp 20)"},
		{"several seconds", calls.Starts{Accepted: 60, Cap: 20, Rate: 20, BusiestSecond: 20}, "20.0 calls a second, busiest second 20 (cap 20)"},
	} {
		var text strings.Builder
		record := &calls.Result{Starts: &tc.starts}
		if err := (callsreport.Report{Result: record}).Text(&text); err != nil || !strings.Contains(text.String(), "  Accepted rate       "+tc.want+"\n") {
			t.Errorf("%s: %v, want %q in\n%s", tc.what, err, tc.want, text.String())
		}
	}
}

// Where Twilio took few requests at once and hang-ups went first, that is why the
// cap was missed: the cap, or what a ramp allowed.
func TestWhyTheCapWasMissed(t *testing.T) {
	const why = "less than the cap: Twilio answered that too many requests were under way; after the last such answer up to 10 at once were sent, hang-ups before starts"
	limited := &calls.Held{AtOnce: 10}
	for _, tc := range []struct {
		what   string
		held   *calls.Held
		starts calls.Starts
		want   string
	}{
		{"it was missed", limited, calls.Starts{Accepted: 60, Cap: 20, Rate: 18}, why},
		{"it was about reached", limited, calls.Starts{Accepted: 60, Cap: 20, Rate: 19}, ""},
		{"a ramp allowed no more", limited, calls.Starts{Accepted: 60, Cap: 20, Rate: 9.5, Allowed: 10}, ""},
		{"a ramp allowed more", limited, calls.Starts{Accepted: 60, Cap: 20, Rate: 9, Allowed: 10}, why},
		{"nothing was limited", &calls.Held{}, calls.Starts{Accepted: 60, Cap: 20, Rate: 9}, ""},
		{"calls had no duration of their own", nil, calls.Starts{Accepted: 60, Cap: 20, Rate: 9}, ""},
		{"the rate is not known", limited, calls.Starts{Accepted: 3, Cap: 20}, ""},
	} {
		var text strings.Builder
		record := &calls.Result{Starts: &tc.starts, Held: tc.held}
		if err := (callsreport.Report{Result: record}).Text(&text); err != nil || strings.Contains(text.String(), why) != (tc.want != "") {
			t.Errorf("%s: %v, want %q in\n%s", tc.what, err, tc.want, text.String())
		}
	}
}

// Of very many calls that were left alone the text names the first.
func TestManyCallsLeftAlone(t *testing.T) {
	for n, want := range map[int]string{
		20: "20 calls that may be somebody else's: " + strings.Repeat("CA1 ", 19) + "CA1\n",
		21: "21 calls that may be somebody else's: " + strings.Repeat("CA1 ", 20) + "and 1 more\n",
	} {
		var text strings.Builder
		starts := &calls.Starts{Strangers: slices.Repeat([]string{"CA1"}, n)}
		if err := (callsreport.Report{Result: &calls.Result{Starts: starts}}).Text(&text); err != nil || !strings.Contains(text.String(), "  Left alone          "+want) {
			t.Errorf("%v, want %q in\n%s", err, want, text.String())
		}
	}
}
