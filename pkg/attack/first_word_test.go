package attack_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
)

// The limit of the first word is reached only if callers got a word: those whose
// session was not opened got none. Those whom the run's stop left waiting do not
// count.
func TestFirstWordsPassIfCallersGotThem(t *testing.T) {
	for _, tc := range []struct {
		what     string
		accept   func(n int) error
		stop     time.Duration // 0: never
		answered int
		unheard  int
		passed   bool
	}{
		{"each caller got a word", nil, 0, 40, 0, true},
		{"every second was refused", func(n int) error {
			if n%2 == 0 {
				return errors.New("busy")
			}
			return nil
		}, 0, 20, 0, false},
		{"the run was stopped while all waited for the second word", nil, 3800 * time.Millisecond, 20, 20, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			limit := 1000.0
			agent := &voiceAgent{accept: tc.accept, talk: answering(time.Second, "Yes.")}
			cfg := sessions(t, agent, 20, `{"Then": ["1", "2"]}`)
			cfg.Rate, cfg.Pass.MaxFirstWord = 20, &limit
			cfg.Agents.Think = time.Second
			ctx := t.Context()
			if tc.stop > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tc.stop)
				defer cancel()
			}
			r := runUntil(t, ctx, cfg)
			a := theAgent(t, r)
			if a.Answered != tc.answered || a.Unheard != tc.unheard || a.Turns != tc.answered+tc.unheard || r.Pass.Passed != tc.passed {
				t.Errorf("%s: %d of %d turns answered, %d unheard, passed %v; want %d, %d and %v",
					tc.what, a.Answered, a.Turns, a.Unheard, r.Pass.Passed, tc.answered, tc.unheard, tc.passed)
			}
			again(t, r)
			time.Sleep(time.Hour) // until the agent is done, too
		})
	}
}

// What a run has missed is named.
func TestPassNamesWhatWasMissed(t *testing.T) {
	none, long := 0.0, 60_000.0
	cfg := twentySeconds(0)
	cfg.Pass = attack.Pass{MaxFailedPercent: &none, MaxP99: &none, MaxFirstWord: &long}
	if p := earlier(t, cfg).Pass; p.Passed || !slices.Equal(p.Missed, []string{"P99", "FirstWord"}) {
		t.Errorf("%+v", p)
	}
}
