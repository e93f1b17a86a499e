package attack_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
)

// Where the numbers change, and what one no longer does is done by others, all
// together were wanted what they were at a time.
func TestTheMostThatWasWantedAtATime(t *testing.T) {
	for _, rate := range []int{1, 0} {
		var runs []*attack.Result
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var processes sync.WaitGroup
			for _, worker := range []struct {
				stops   time.Duration
				changes map[time.Duration]int
			}{
				{3500 * time.Millisecond, map[time.Duration]int{0: 20}},
				{9500 * time.Millisecond, map[time.Duration]int{0: 20, 5 * time.Second: 30}},
				{9500 * time.Millisecond, map[time.Duration]int{0: 20, 5 * time.Second: 30}},
			} {
				cfg := attack.Config{Rate: rate, Wanted: wanted(worker.changes), Connect: inMemory(always(time.Second))}
				cfg.Envelope.URL = "http://app.example/sms"
				processes.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), worker.stops)
					defer cancel()
					r := runUntil(t, ctx, cfg)
					mu.Lock()
					defer mu.Unlock()
					runs = append(runs, again(t, r))
				})
			}
			processes.Wait()
		})
		all := attack.Merge(runs)
		var perSecond []int
		for _, i := range all.Timeline {
			perSecond = append(perSecond, i.Wanted)
		}
		if want := []int{60, 60, 60, 40, 60, 60, 60, 60, 60}; !slices.Equal(perSecond[:9], want) {
			t.Errorf("rate %d: %v were wanted, want %v", rate, perSecond, want)
		}
		if p := all.Plan; p.Users != 60 || p.Concurrency != 60 || p.Rate != 60*rate {
			t.Errorf("rate %d: %+v, want 60 users at most", rate, p)
		}
		again(t, all)
	}
}
