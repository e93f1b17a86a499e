package calls

import (
	"testing"
	"time"

	"call-load-tester/pkg/twilioapi"
)

func TestRateCountsWholeBursts(t *testing.T) {
	at := func(ms ...int) (starts []start) {
		for _, ms := range ms {
			starts = append(starts, start{at: time.UnixMilli(int64(ms))})
		}
		return starts
	}
	refusing := func(starts []start, which ...int) []start {
		for _, i := range which {
			starts[i].outcome = twilioapi.Refused
		}
		return starts
	}
	for _, row := range []struct {
		why    string
		starts []start
		want   float64
	}{
		{"nothing was started", nil, 0},
		{"a burst took less than a second", at(0, 100, 200), 0},
		{"two bursts, a second apart, however long they took", at(0, 10, 20, 1000, 1300, 1600), 3},
		{"the last burst had begun only", at(0, 10, 20, 1000, 1300, 1600, 2000), 3},
		{"each burst came late", at(0, 10, 20, 1500, 1510, 1520, 3000), 2},
		{"fewer than a burst, slower than the cap", at(0, 2000, 4000), 0.5},
		{"one of each burst was refused", refusing(at(0, 10, 20, 1000, 1010, 1020, 2000, 2010, 2020), 1, 4, 7), 2},
	} {
		if got := rate(Plan{CPS: 3}.wholeBursts(row.starts)); got != row.want {
			t.Errorf("%s: rate %v, want %v", row.why, got, row.want)
		}
	}
}
