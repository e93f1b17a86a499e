package cmd_test

import (
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// The cap holds at the server from the very first burst on, with connections
// that have to be made through a proxy and over TLS first.
func TestTheCapHoldsAtTheServerFromTheFirstBurstOn(t *testing.T) {
	twilio := newTwilio(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond})
	dir := t.TempDir()
	start := command(t, dir, "start", twilio.env, "-c", from, "-d", to, "--call_count", "600", "--cps", "200", "-e", "false")
	if status := start.status(t); status != 0 {
		t.Fatalf("exit status %d\n%s", status, start.stderr.String())
	}
	creates := twilio.Creates()
	if len(creates) != 600 {
		t.Fatalf("%d creates arrived, want 600", len(creates))
	}
	if got := twilio.MostCreates(950 * time.Millisecond); got > 200 {
		t.Errorf("%d creates within 0.95 s, want at most 200", got)
	}
	if live := len(twilio.Live()); live != 600 {
		t.Fatalf("%d calls live, want 600", live)
	}

	end := command(t, dir, "end", twilio.env, "-f", sidFile(t, dir))
	if status := end.status(t); status != 0 {
		t.Fatalf("exit status %d\n%s", status, end.stderr.String())
	}
	if live := len(twilio.Live()); live != 0 {
		t.Errorf("%d calls live after end, want none", live)
	}
	if !strings.Contains(end.stdout.String(), "  Ended               600\n") {
		t.Errorf("end reports:\n%s", end.stdout.String())
	}
}
