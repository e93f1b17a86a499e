package report_test

import (
	"testing"

	"call-load-tester/pkg/report"
)

func TestPercent(t *testing.T) {
	for _, tc := range []struct {
		what        string
		part, whole int
		want        string
	}{
		{"nothing of nothing", 0, 0, "0\u00a0%"},
		{"nothing", 0, 5000, "0\u00a0%"},
		{"all", 5000, 5000, "100\u00a0%"},
		{"a third has one decimal", 1, 3, "33.3\u00a0%"},
		{"one of many is not nothing", 1, 5000, "0.02\u00a0%"},
		{"all but one of many is not all", 4999, 5000, "99.98\u00a0%"},
		{"one of very many is not nothing", 1, 10_000_000, "0.00001\u00a0%"},
	} {
		if got := report.Percent(tc.part, tc.whole); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
}

func TestTook(t *testing.T) {
	for seconds, want := range map[float64]string{0.0004: "0s", 0.0421: "42ms", 0.9996: "1s", 5.25: "5.3s", 61.26: "1m1.3s"} {
		if got := report.Took(seconds).String(); got != want {
			t.Errorf("%v s reads as %s, want %s", seconds, got, want)
		}
	}
}
