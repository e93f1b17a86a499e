package attack

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/webhook"
)

// What either run has is a line; a failure of a step if it has failed in one of them.
func TestTheLinesOfAComparison(t *testing.T) {
	verdicts := func(codes ...webhook.Code) (all []Verdict) {
		for _, code := range codes {
			all = append(all, Verdict{Code: code, Name: "x", Requests: 1})
		}
		return all
	}
	before := &Result{Verdicts: verdicts(webhook.Accepted, 11200, 11205), Steps: []Step{{Name: "a", Incomplete: 1}, {Name: "b"}, {Name: "d", Incomplete: 2}}}
	now := &Result{Verdicts: verdicts(webhook.Accepted, 11205, 12200), Steps: []Step{{Name: "d", Incomplete: 2}, {Name: "b"}, {Name: "c"}}}
	var names []string
	for _, l := range linesOf(before, now) {
		names = append(names, l.name)
	}
	want := []string{"requests", "latency p50", "latency p90", "latency p99", "latency p99.9", "11205 x", "12200 x", "11200 x",
		"d p50", "d p99", "d failed", "b p50", "b p99", "c p50", "c p99", "a p50", "a p99", "a failed"}
	if !slices.Equal(names, want) {
		t.Errorf("%q\nwant\n%q", names, want)
	}
}

// Bursts of conversations have a rate as those of requests; what is as fast as it is
// answered has none, and a concurrency that counts.
func TestRatesThatDiffer(t *testing.T) {
	closed, wider := PlanSummary{Concurrency: 4}, PlanSummary{Concurrency: 8}
	slow, fast := PlanSummary{Concurrency: 4, ConversationRate: 5}, PlanSummary{Concurrency: 8, ConversationRate: 50}
	for _, tc := range []struct {
		before, now PlanSummary
		want        string
	}{
		{slow, fast, "rate: 5 before, 50 now"},
		{slow, slow, ""},
		{closed, wider, "concurrency: 4 before, 8 now"},
		{closed, closed, ""},
		{closed, fast, "rate: back to back over 4 before, 50 now"},
		{slow, wider, "rate: 5 before, back to back over 8 now"},
	} {
		var got []string
		for _, d := range differences(&Result{Plan: tc.before}, &Result{Plan: tc.now}) {
			got = append(got, d.String())
		}
		if strings.Join(got, "; ") != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

// The first word is judged only where both runs have agents.
func TestFirstWordsOfOneRunAreNotJudged(t *testing.T) {
	percent := 10.0
	agents := []Agent{{Histograms: AgentHistograms{FirstWord: newDistribution(digits)}}}
	agents[0].Histograms.FirstWord.record(time.Second)
	for _, tc := range []struct {
		before, now []Agent
		judged      bool
	}{{nil, nil, false}, {agents, nil, false}, {nil, agents, false}, {agents, agents, true}} {
		now := &Result{Agents: tc.now, Pass: &Pass{MaxSlower: &percent}}
		now.Compare("before.json", &Result{Agents: tc.before})
		if judged := now.Comparison.SlowerWord != ""; judged != tc.judged {
			t.Errorf("%d agents before, %d now: judged %v", len(tc.before), len(tc.now), judged)
		}
	}
	// An agent that never said a word does not hide what others said.
	silent := Agent{}
	if words := (&Result{Agents: append([]Agent{silent}, agents...)}).firstWord(); words.Count() != 1 {
		t.Errorf("%d first words, want one", words.Count())
	}
}

// Locust is told each time of a distribution, as often as it was.
func TestCountsOfADistribution(t *testing.T) {
	var none *Distribution
	if got := none.Counts(); len(got) != 0 {
		t.Errorf("%v, want nothing", got)
	}
	d := newDistribution(digits)
	for _, ms := range []time.Duration{10, 24, 10, 24, 24, 5000} {
		d.record(ms * time.Millisecond)
	}
	got := d.Counts()
	if len(got) != 3 || got[Rounded(10*time.Millisecond)] != 2 || got[Rounded(24*time.Millisecond)] != 3 || got[Rounded(5*time.Second)] != 1 {
		t.Errorf("%v, want 2 of 10 ms, 3 of 24 ms, one of 5 s", got)
	}
}

// Shares of bad signatures are put together by the numbers that they are of; runs
// that sent nothing have none, not one of nothing by nothing. An empty
// histogram is none that load has written.
func TestSharesPutTogether(t *testing.T) {
	r := Merge([]*Result{{}, {}})
	if r.Plan.BadSignature != 0 || r.Rate != 0 {
		t.Errorf("%v %% bad signatures at %v a second, want none", r.Plan.BadSignature, r.Rate)
	}
	for _, p := range []func(*PlanSummary, int){
		func(p *PlanSummary, n int) { p.Requests = n },
		func(p *PlanSummary, n int) { p.Conversations = n },
	} {
		tenth, fifth := &Result{Plan: PlanSummary{BadSignature: 10}}, &Result{Plan: PlanSummary{BadSignature: 20}}
		p(&tenth.Plan, 100)
		p(&fifth.Plan, 300)
		if got := Merge([]*Result{tenth, fifth}).Plan.BadSignature; got != 17.5 {
			t.Errorf("a tenth of 100 and a fifth of 300 are %v %%, want 17.5", got)
		}
	}
	text, err := newHistogram().MarshalText()
	if err == nil {
		_, err = decodeHistogram(text, fewDigits)
	}
	if err == nil || err.Error() != "a histogram holds no times" {
		t.Errorf("an empty histogram: %v", err)
	}
}

// What a record says of agents must agree with itself.
func TestAgentsOfAnEditedRecord(t *testing.T) {
	for _, tc := range []struct {
		agents []Agent
		want   string
	}{
		{[]Agent{{URL: "a", Begun: 2, Finished: 1}}, "2 sessions with a were begun, and 1 are over"},
		{[]Agent{{URL: "a", Frames: 1}}, "1 frames were sent to a, and 0 are in the histogram"},
		{[]Agent{{URL: "a", Turns: 3, Answered: 2, Unheard: 2}}, "more turns were answered, handed off or stopped than taken with a"},
		{[]Agent{{URL: "a", Turns: 3, Answered: 2, Unheard: 1, HandedOff: 1}}, "more turns were answered, handed off or stopped than taken with a"},
		{[]Agent{{URL: "a", Turns: 3, Answered: 2, Unheard: 1}}, "2 turns were answered, 0 in the histograms and 0 in the timeline"},
		{[]Agent{{URL: "a", Turns: 1, Unheard: 1}, {URL: "b", Turns: 1, Unheard: 2}}, "more turns were answered, handed off or stopped than taken with b"},
		{[]Agent{{URL: "a", Turns: 1, Unheard: 1}}, "<nil>"},
	} {
		if got := fmt.Sprint((&Result{Agents: tc.agents}).checkAgents()); got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.agents[0], got, tc.want)
		}
	}
}

// The lines of the failures' file are all requests and sessions that failed.
func TestFailuresOfAnEditedRecord(t *testing.T) {
	r := &Result{Plan: PlanSummary{Kind: "call"}, Agents: []Agent{{Begun: 5, Failed: 5, LetThrough: 2}}}
	r.figure()
	for written, want := range map[int]string{7: "<nil>", 3: "3 failures, and not 7"} {
		r.Failures = &failures.Counts{Written: written}
		if got := fmt.Sprint(r.check()); got != want {
			t.Errorf("%d written: %s, want %s", written, got, want)
		}
	}
}

// A redirect and a demand for a password go on; every other answer is the last.
func TestWhichAnswersAreFinal(t *testing.T) {
	for status := 100; status < 600; status++ {
		if want := status < 300 || status > 399 && status != 401; isFinal(status) != want {
			t.Errorf("%d is final: %v", status, !want)
		}
	}
}
