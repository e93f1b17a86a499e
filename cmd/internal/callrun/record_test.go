package callrun_test

import (
	"testing"

	"call-load-tester/cmd/internal/callrun"
	"call-load-tester/pkg/calls"
)

// Ended are the calls that were seen to be over.
func TestEndings(t *testing.T) {
	for _, tc := range []struct {
		what               string
		ending             calls.Ending
		ended, live, total int
	}{
		{"all were seen over", calls.Ending{Asked: 3, Ended: 2, AlreadyOver: 1}, 2, 0, 3},
		{"one was hung up, but not seen over", calls.Ending{Asked: 3, Ended: 3, Live: []string{"CA1"}}, 2, 1, 3},
		{"one could not be hung up", calls.Ending{Asked: 3, Ended: 2, Failed: 1, Live: []string{"CA1"}}, 2, 1, 3},
		{"one of each kind", calls.Ending{Asked: 5, Ended: 2, AlreadyOver: 1, NotFound: 1, Failed: 1, Live: []string{"CA1", "CA2"}}, 1, 2, 5},
	} {
		got := callrun.Endings(&tc.ending)
		if total := got.Ended + got.AlreadyOver + got.NotFound + got.Live; got.Ended != tc.ended || got.Live != tc.live || total != tc.total {
			t.Errorf("%s: %d ended, %d live, %d in all; want %d, %d and %d", tc.what, got.Ended, got.Live, total, tc.ended, tc.live, tc.total)
		}
	}
}
