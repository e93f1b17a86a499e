//go:build linux

package cmd_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"call-load-tester/pkg/twiliosim"
)

// Three minutes of twenty calls a second, each for half a minute. It takes too long
// for every day: .ci/steady sets STEADY.
func TestThreeMinutes(t *testing.T) {
	if os.Getenv("STEADY") == "" {
		t.Skip("STEADY is not set; .ci/steady does")
	}
	const count, cps, duration = 3600, 20, 30
	var creates arrivals
	twilio := newTwilioBehind(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond, RingTime: time.Second, PricePerMinute: 0.014}, creates.before)
	start := longCommand(t, 6*time.Minute, t.TempDir(), "start", twilio.env, "-c", from, "-d", to,
		"--call_count", fmt.Sprint(count), "--cps", fmt.Sprint(cps), "--call_duration", fmt.Sprint(duration), "--json", "out.json")
	if status := start.status(t); status != 0 {
		t.Errorf("exit status %d, want 0\n%s", status, start.stderr.String())
	}
	r := callsRecord(t, start, "out.json")
	s, h, held := r.Starts, r.HangUps, r.Held.Times

	checkNothingIsLeft(t, twilio, start.dir)
	if most := creates.most(950 * time.Millisecond); most > cps || s.BusiestSecond > cps {
		t.Errorf("%d starts arrived within 0.95 s, %d were sent in a second; want at most %d", most, s.BusiestSecond, cps)
	}
	peak := peakLive(twilio.Calls())
	if want := cps * duration; peak < want || peak > want+5*cps || r.Records.PeakLive < want || r.Records.PeakLive > want+5*cps {
		t.Errorf("%d live at the peak, %d by the record; want about %d", peak, r.Records.PeakLive, want)
	}
	if s.Accepted+s.Adopted+s.NotFound+s.Refused+s.NotStarted != s.Asked || s.Asked != count || s.Accepted != len(twilio.Calls()) || s.Requests != len(twilio.Creates()) {
		t.Errorf("starts %+v; want each of %d counted once, and as many as the account's %d", s, count, len(twilio.Calls()))
	}
	if h.Ended+h.AlreadyOver+h.NotFound+h.Live != h.Asked || h.Asked != s.Accepted+s.Adopted || h.Ended != count {
		t.Errorf("hang-ups %+v; want each counted once, and all ended", h)
	}
	if s.Rate < 0.99*cps || held.Count != count || held.P50 < duration || held.P99 > duration+1 {
		t.Errorf("%.2f starts a second, held %+v; want %d, and %d s to a second", s.Rate, held, cps, duration)
	}
	t.Logf("%d calls at %.2f a second, %d live at the peak; held p50 %.3f s, p99 %.3f s, longest %.3f s; CPU %v", s.Accepted, s.Rate, peak,
		held.P50, held.P99, held.Max, (start.ProcessState.UserTime() + start.ProcessState.SystemTime()).Round(10*time.Millisecond))
}

// peakLive returns the most calls that were live at once.
func peakLive(all []twiliosim.Call) (peak int) {
	type change struct {
		at time.Time
		by int
	}
	var changes []change
	for _, call := range all {
		changes = append(changes, change{call.Created, 1}, change{call.Ended, -1})
	}
	slices.SortFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	live := 0
	for _, c := range changes {
		live += c.by
		peak = max(peak, live)
	}
	return peak
}
