package calls

import (
	"testing"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// Where no call was held as long as it should have been, nothing is said of times.
func TestNoCallWasHeld(t *testing.T) {
	free := twilioapi.NewInFlight(10, nil)
	if got, want := newHeld(Plan{CallDuration: time.Minute}, newLateness(), nil, free), (Held{Asked: 60}); *got != want {
		t.Errorf("%+v, want %+v", *got, want)
	}
}
