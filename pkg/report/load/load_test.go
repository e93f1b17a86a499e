package load_test

import (
	"fmt"
	"strings"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report/load"
	"call-load-tester/pkg/webhook"
)

func TestTextOfALoad(t *testing.T) {
	ptr := func(v float64) *float64 { return &v }
	record := &attack.Result{
		Seconds: 5.25,
		Plan:    attack.PlanSummary{Endpoint: "https://a.example:8443/sms", TimeoutSeconds: 15, Kind: "sms", Users: 60, Concurrency: 4, Requests: 240, Rate: 48},
		Requests: attack.Requests{
			Sent: 240, Completed: 220, Incomplete: 20, Accepted: 200, Errored: 10, Unanswered: 6, Untimed: 1,
			BadSignatures: 25, Refused: 20, LetThrough: 4, OwnLimit: 2, Unsent: 2, Late: 5, MostLate: 1234.5,
		},
		Rate:      45.714,
		Latency:   attack.Times{Count: 239, Mean: 12.345, P50: 1.5, P90: 22.22, P95: 333.3, P99: 1500, P999: 14_000, Max: 15_000},
		Service:   attack.Times{Count: 239, P50: 1.25},
		Verdicts:  []attack.Verdict{{Code: 0, Name: "accepted", Requests: 200}, {Code: 12100, Name: "TwiML is not well-formed XML", Requests: 10}, {Code: 11200, Name: "no usable HTTP answer", Requests: 6}},
		Statuses:  []attack.Status{{Status: 200, Requests: 214}, {Status: 403, Requests: 20}},
		Causes:    []attack.Cause{{Cause: "connection reset by peer", Requests: 6}},
		BytesSent: 160_000, BytesReceived: 9_999,
		Messages: 216, Received: 230, Replies: webhook.Replies{Count: 200, Segments: 190, Media: 10},
		Cost: attack.Cost{Priced: true, Total: 3.4571},
		Pass: &attack.Pass{MaxFailedPercent: ptr(1), MaxP99: ptr(500)},
	}
	const want = `Document Path:        https://a.example:8443/sms
Concurrency Level:    4
Users:                60
Completed requests:   220
Failed requests:      20
Total time:           5.250 s
Time per request:     12.3 ms
-----------------------------------
Total recv:           216
Total sent:           200
Approx cost:          $3.46

Requests:             240 sent of 240: 200 accepted, 10 errors, 6 unanswered, 20 bad signatures refused, 4 let through
Requests per second:  45.7 of 48 asked
Late:                 3 sent 100 ms or more after they were due
                      2 more were due by the interrupt, but not sent
                      the longest wait to be sent was 1.23 s
Latency:              p50 1.50 ms, p90 22.2 ms, p95 333 ms, p99 1.50 s, p99.9 14.0 s, max 15.0 s
Service time:         p50 1.25 ms, p90 0.00 ms, p95 0.00 ms, p99 0.00 ms, p99.9 0.00 ms, max 0.00 ms
                      (latency counts from when a request was due, service time from when it was sent)
                      (1 request died unanswered, and not by a time-out: not in these times)
Twilio's limit:       p99 is 10 % of the 15 s that Twilio waits
Twilio's verdict:     200 × accepted
                      10 × 12100 TwiML is not well-formed XML
                      6 × 11200 no usable HTTP answer
HTTP status:          214 × 200
                      20 × 403
Unanswered because:   6 × connection reset by peer
Messages received:    216: 230 segments
Replies:              200: 190 segments, and 10 with media
Traffic:              160.0 kB sent, 9999 bytes received
Bad signatures:       25 sent, 20 refused, 4 let through
                      1 neither: they count as errors or unanswered
Pass:                 missed (failed 8.3 %, at most 1 %; p99 1.50 s, at most 500 ms)

Warning: this endpoint accepts forged requests. Anybody who knows its URL can
pretend to be Twilio. Check X-Twilio-Signature before anything else.

Warning: 2 requests failed at a limit of this computer, not of the endpoint.
Use fewer connections or a lower Rate or MaxInFlight, or raise ulimit -n.

Warning: 5 requests went up to 1.23 s late, or not at all: this computer or
MaxInFlight was the limit, and the endpoint got less than the rate asked for.
`
	var text strings.Builder
	if err := (load.Report{Result: record}).Text(&text); err != nil || text.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, text.String(), want)
	}
}

func TestTextOfALoadOfNothing(t *testing.T) {
	var text strings.Builder
	record := &attack.Result{Plan: attack.PlanSummary{Requests: 10, Concurrency: 1}}
	if err := (load.Report{Result: record}).Text(&text); err != nil || strings.Contains(text.String(), "NaN") || !strings.Contains(text.String(), "0 sent of 10") ||
		!strings.Contains(text.String(), "Time per request:     unknown") || !strings.Contains(text.String(), "unknown: no price in [Cost]") {
		t.Errorf("%v\n%s", err, text.String())
	}
	if got := record.IncompletePercent(); got != 0 {
		t.Errorf("%v %% of no request have failed", got)
	}
}

// Nothing in a list is without end, and percentages are readable.
func TestTextOfAnUglyLoad(t *testing.T) {
	record := &attack.Result{
		Plan:    attack.PlanSummary{Requests: 10, Concurrency: 1, TimeoutSeconds: 3},
		Latency: attack.Times{Count: 1, P99: 15_000},
	}
	for i := range 49 {
		record.Causes = append(record.Causes, attack.Cause{Cause: fmt.Sprintf("cause %d", i), Requests: 1})
	}
	record.Verdicts = []attack.Verdict{{Code: -1, Name: "no verdict", Requests: 10}}
	var text strings.Builder
	if err := (load.Report{Result: record}).Text(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"× cause 11\n", "and 37 others\n", "p99 is 100 %", "waited only 3.00 s", "10 × no verdict\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if strings.Contains(text.String(), "cause 12") {
		t.Errorf("the list of causes has no end\n%s", text.String())
	}
}

// The limits of [Pass] stand beside what was reached, and do not read alike
// where they differ.
func TestTextOfAPass(t *testing.T) {
	percent, p99 := 10.0, 500.0
	for _, tc := range []struct {
		what   string
		passed bool
		record attack.Result
		want   string
	}{
		{"reached", true, attack.Result{Requests: attack.Requests{Sent: 200}, Latency: attack.Times{Count: 200, P99: 499}},
			"passed (failed 0 %, at most 10 %; p99 499 ms, at most 500 ms)"},
		{"reached as it is", true, attack.Result{Requests: attack.Requests{Sent: 200, Incomplete: 20}, Latency: attack.Times{Count: 200, P99: 500}},
			"passed (failed 10 %, at most 10 %; p99 500 ms, at most 500 ms)"},
		{"missed by little", false, attack.Result{Requests: attack.Requests{Sent: 5000, Incomplete: 502}, Latency: attack.Times{Count: 5000, P99: 500.03}},
			"missed (failed 10.04 %, at most 10 %; p99 500.03 ms, at most 500 ms)"},
		{"one request in a hundred died", true, attack.Result{Requests: attack.Requests{Sent: 100, Incomplete: 1, Untimed: 1}, Latency: attack.Times{Count: 99, P99: 1}},
			"passed (failed 1 %, at most 10 %; p99 1.00 ms, at most 500 ms)"},
		{"more than one in a hundred died", false, attack.Result{Requests: attack.Requests{Sent: 100, Incomplete: 2, Untimed: 2}, Latency: attack.Times{Count: 98, P99: 1}},
			"missed (failed 2 %, at most 10 %; p99 unknown: 2 of 100 requests died unanswered, at most 500 ms)"},
		{"nothing was sent", false, attack.Result{},
			"missed (failed unknown: no request was sent, at most 10 %; p99 unknown: no request was sent, at most 500 ms)"},
	} {
		tc.record.Pass = &attack.Pass{Passed: tc.passed, MaxFailedPercent: &percent, MaxP99: &p99}
		var text strings.Builder
		if err := (load.Report{Result: &tc.record}).Text(&text); err != nil || !strings.Contains(text.String(), "Pass:                 "+tc.want+"\n") {
			t.Errorf("%s: %v, no %q in\n%s", tc.what, err, tc.want, text.String())
		}
	}
}

// A text by itself says that the run was none of the usual kind.
func TestTextOfAnUnusualLoad(t *testing.T) {
	var text strings.Builder
	record := &attack.Result{DryRun: true, Interrupted: true, Plan: attack.PlanSummary{Concurrency: 1}}
	if err := (load.Report{Result: record}).Text(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a dry run: an endpoint inside the process answered", "the run was interrupted", "as many as 1 connection could"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}

// Of a rate that may have changed the most is told.
func TestTextOfARateThatMayChange(t *testing.T) {
	for wanted, want := range map[int]string{0: "Requests per second:  45.7 of 48 asked\n", 48: "Requests per second:  45.7 of up to 48 asked\n"} {
		l := loadOf(20)
		l.Timeline[7].Wanted = wanted
		var b strings.Builder
		if err := l.Text(&b); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%v, no %q in\n%s", err, want, b.String())
		}
	}
}
