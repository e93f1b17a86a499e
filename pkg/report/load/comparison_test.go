package load_test

import (
	"strings"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report/load"
)

// textOf is the text of a record.
func textOf(t *testing.T, record *attack.Result) string {
	t.Helper()
	var text strings.Builder
	if err := (load.Report{Result: record}).Text(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// A change is told in percent, and as a factor where percent would be hard to read.
func TestTextOfAChange(t *testing.T) {
	figure := func(v float64) *float64 { return &v }
	for _, tc := range []struct {
		what        string
		before, now float64
		low, high   *float64
		want        string
	}{
		{"small", 100, 109, figure(1.05), figure(1.12), "+9.0 % (+5.0 % to +12.0 %)"},
		{"downwards", 100, 1, figure(0), figure(0.02), "−99.0 % (−100 % to −98.0 %)"},
		{"nine times", 100, 900, figure(2), figure(9.99), "+800 % (+100 % to +899 %)"},
		{"ten times", 100, 1000, figure(9), figure(10), "× 10.0 (× 9.00 to × 10.0)"},
		{"from 60.7 ms to 15 s", 60.7, 15_000, figure(3.53), figure(519.7), "× 247 (× 3.53 to × 520)"},
		{"it may be ten times", 100, 561, figure(2.63), figure(10), "× 5.61 (× 2.63 to × 10.0)"},
		{"without an upper bound", 100, 561, figure(2.63), nil, "+461 % (+163 % or more)"},
	} {
		text := textOf(t, &attack.Result{Comparison: &attack.Comparison{File: "b.json", Lines: []attack.ComparedFigure{
			{Name: "latency p50", Unit: attack.Milliseconds, Before: &tc.before, Now: &tc.now, Low: tc.low, High: tc.high, Verdict: attack.BeyondChance},
		}}})
		if !strings.Contains(text, "  "+tc.want+"\n") || !strings.Contains(text, "of equal runs, 1 comparison in 20 has an asterisk\n") {
			t.Errorf("%s: no %q in\n%s", tc.what, tc.want, text)
		}
	}
}

// What one run was not asked for is none, and no empty place.
func TestTextOfADifference(t *testing.T) {
	text := textOf(t, &attack.Result{Comparison: &attack.Comparison{File: "b.json", Differences: []attack.Difference{{What: "pace", Before: "fast"}, {What: "kind", Before: "sms", Now: "call"}}}})
	for _, want := range []string{"(they differ in pace: fast before, none now)", "(they differ in kind: sms before, call now)"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Where Slower judges the latency and the first word it is said which was missed.
func TestTextOfWhatIsSlower(t *testing.T) {
	was, is, ten := 100.0, 150.0, 10.0
	for _, tc := range []struct {
		what          string
		latency, word attack.ComparedVerdict
		want          string
	}{
		{"the first word", attack.WithinChance, attack.BeyondChance, "at most +10 % beyond chance), namely Slower of the first word\n"},
		{"the latency", attack.BeyondChance, attack.WithinChance, "at most +10 % beyond chance), namely Slower of the latency\n"},
		{"both", attack.BeyondChance, attack.TooShort, "at most +10 % beyond chance), namely Slower of the latency and of the first word\n"},
		{"there is no first word", attack.BeyondChance, "", "missed (p99 against before +50.0 %, at most +10 % beyond chance)\n"},
	} {
		text := textOf(t, &attack.Result{
			Requests: attack.Requests{Sent: 100}, Latency: attack.Times{Count: 100},
			Pass: &attack.Pass{MaxSlower: &ten, Missed: []string{"Slower"}},
			Comparison: &attack.Comparison{Slower: tc.latency, SlowerWord: tc.word, Lines: []attack.ComparedFigure{
				{Name: attack.LatencyP99, Unit: attack.Milliseconds, Before: &was, Now: &is, Verdict: attack.WithinChance},
				{Name: attack.FirstWordP99, Unit: attack.Milliseconds, Before: &was, Now: &is, Verdict: attack.WithinChance},
			}},
		})
		if !strings.Contains(text, tc.want) {
			t.Errorf("%s: no %q in\n%s", tc.what, tc.want, text)
		}
	}
}
