package calls

import (
	"testing"
	"time"
)

// Where no call was held as long as it should have been, nothing is said of times.
func TestNoCallWasHeld(t *testing.T) {
	if got, want := newHeld(Plan{CallDuration: time.Minute}, newLateness(), nil, 0), (Held{Asked: 60}); *got != want {
		t.Errorf("%+v, want %+v", *got, want)
	}
}
