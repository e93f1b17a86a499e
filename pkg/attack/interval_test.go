package attack

import (
	"testing"
	"time"

	"call-load-tester/pkg/timeline"
)

// Two digits, rounded up, are no longer than the longest time.
func TestNoIntervalIsLongerThanTheLongest(t *testing.T) {
	bins := timeline.New(0, (*bin).merge)
	for range 100 {
		place(bins, &outcome{ended: 100100 * time.Microsecond})
	}
	if got := intervals(bins, 100100*time.Microsecond)[0]; got.P50 != 100.1 || got.P99 != 100.1 || got.Max != 100.1 {
		t.Errorf("%+v, want 100.1 ms for all", got)
	}
}
