package attack_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"

	"github.com/gobwas/ws"
)

// An agent that gives in with more than 200 sessions is shown to: to the
// millisecond, and when.
func TestSessionsWithAnAgentThatGivesIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var live, fast, slow atomic.Int64
		agent := &voiceAgent{talk: func(l *line) {
			live.Add(1)
			defer live.Add(-1)
			for {
				m, ok := l.read()
				if !ok {
					return
				}
				if m.Type != "prompt" {
					continue
				}
				if live.Load() > 200 {
					slow.Add(1)
					time.Sleep(3 * time.Second)
				} else {
					fast.Add(1)
					time.Sleep(800 * time.Millisecond)
				}
				l.say("Yes.")
			}
		}}
		cfg := sessions(t, agent, 600, `{"Then": ["hello", "bye"]}`)
		cfg.Rate, cfg.Agents.Patience = 40, 2*time.Second
		r := run(t, cfg)
		a := theAgent(t, r)
		n, m := fast.Load(), slow.Load()
		if n == 0 || m == 0 || n+m != 1200 || a.Answered != 1200 || a.Impatient != int(m) {
			t.Fatalf("%d answers after 800 ms and %d after 3 s; %+v", n, m, a)
		}
		mean := (time.Duration(n)*800*time.Millisecond + time.Duration(m)*3*time.Second) / 1200
		if got := time.Duration(a.FirstWord.Mean * float64(time.Millisecond)); got != mean || a.FirstWord.Max != 3000 {
			t.Errorf("first words after %v in the mean and %v ms at most, want %v and 3 s", got, a.FirstWord.Max, mean)
		}
		for _, i := range r.Timeline {
			switch {
			case i.FirstWord.Count() == 0:
			case i.Sessions <= 200 && i.FirstWordP99 > 820: // two digits
				t.Errorf("at %v s there are %d sessions and a first word after %v ms", i.Start, i.Sessions, i.FirstWordP99)
			case i.Sessions > 280 && i.FirstWordP99 != 3000:
				t.Errorf("at %v s there are %d sessions, and first words come within %v ms", i.Start, i.Sessions, i.FirstWordP99)
			}
		}
	})
}

// Of many agents the first twenty are told apart.
func TestManyAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{application: documents(nil), talk: answering(0, "Hello.")}
		var n atomic.Int64
		agent.paths["/first"] = func(w http.ResponseWriter, r *http.Request) {
			response(fmt.Sprintf(`<Connect><ConversationRelay url="wss://app.example/agent/%d/CA0123456789abcdef0123456789abcdef?a=b"/></Connect>`, n.Add(1)))(w, r)
		}
		r := run(t, sessions(t, agent, 25, `{"Then": ["hello"]}`))
		if len(r.Agents) != 21 || r.Agents[0].URL != "other" || r.Agents[0].Finished != 5 || r.Agents[1].URL != "wss://app.example/agent/1/CA…" {
			t.Errorf("%d agents: %+v", len(r.Agents), r.Agents[0])
		}
	})
}

// A voice agent that has become slower is seen to be, beside an earlier run.
func TestFirstWordsAreCompared(t *testing.T) {
	record := func(after time.Duration, silent func(n int) bool, accept func(n int) error) *attack.Result {
		agent := &voiceAgent{
			accept:      accept,
			application: documents(map[string]string{"/": `<Connect><ConversationRelay url="wss://a.example/agent"/></Connect>`}),
			talk: func(l *line) {
				for n := l.n; ; n++ {
					m, ok := l.read()
					switch {
					case !ok:
						return
					case m.Type == "prompt" && !silent(l.n):
						time.Sleep(after + time.Duration(n%10)*time.Millisecond)
						l.say("Yes.")
					}
				}
			},
		}
		cfg := sessions(t, agent, 400, `{"Then": ["hello", "bye"]}`)
		cfg.Rate = 20
		return earlier(t, cfg)
	}
	never, odd := func(int) bool { return false }, func(n int) bool { return n%2 == 1 }
	busy := func(n int) error {
		if odd(n) {
			return ws.RejectConnectionError(ws.RejectionStatus(403))
		}
		return nil
	}
	before, same, slower := record(200*time.Millisecond, never, nil), record(200*time.Millisecond, never, nil), record(250*time.Millisecond, never, nil)
	refusing, silent := record(200*time.Millisecond, never, busy), record(200*time.Millisecond, odd, nil)
	for _, tc := range []struct {
		what  string
		now   *attack.Result
		lines []string
		judge attack.ComparedVerdict
	}{
		{"the same again", same, []string{
			"first word p50: 204.1 to 204.1 ms, no difference beyond chance", "first word p99: 209 to 209 ms, no difference beyond chance",
			"sessions failed: 0 to 0 %, no difference beyond chance", "turns without a word: 0 to 0 %, no difference beyond chance"}, attack.WithinChance},
		{"slower by a quarter", slower, []string{"first word p50: 204.1 to 254 ms, changed", "first word p99: 209 to 259 ms, changed",
			"sessions failed: 0 to 0 %, no difference beyond chance", "turns without a word: 0 to 0 %, no difference beyond chance"}, attack.BeyondChance},
		{"as fast for those who get through", refusing, []string{"first word p50: 204.1 to 204.1 ms, no difference beyond chance", "first word p99: 209 to 209 ms, no difference beyond chance",
			"sessions failed: 0 to 50 %, changed", "turns without a word: 0 to 0 %, no difference beyond chance"}, attack.NotInBoth},
		{"as fast for those who get a word", silent, []string{"first word p50: 204.1 to 204.1 ms, no difference beyond chance", "first word p99: 209 to 209 ms, no difference beyond chance",
			"sessions failed: 0 to 50 %, changed", "turns without a word: 0 to 33.33 %, changed"}, attack.NotInBoth},
	} {
		ten := 10.0
		tc.now.Pass = &attack.Pass{MaxSlower: &ten}
		tc.now.Compare("before.json", before)
		if c := tc.now.Comparison; c.Slower != attack.WithinChance || c.SlowerWord != tc.judge || tc.now.Pass.Passed != (tc.judge == attack.WithinChance) {
			t.Errorf("%s: the latency %s, the first word %s, passed %v", tc.what, c.Slower, c.SlowerWord, tc.now.Pass.Passed)
		}
		var got []string
		for _, f := range tc.now.Comparison.Lines {
			if strings.HasPrefix(f.Name, "first word") || strings.HasPrefix(f.Name, "sessions") || strings.HasPrefix(f.Name, "turns") {
				got = append(got, text(f))
			}
		}
		if !slices.Equal(got, tc.lines) {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.lines)
		}
	}
}

// What cannot be sent in time is sent late, and counted: nothing piles up.
func TestTurnsThatAreLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: func(l *line) {
			_, _ = l.read()
			time.Sleep(5 * time.Second) // and reads nothing
			answering(0, "Here.")(l)
		}}
		cfg := sessions(t, agent, 1, `{"Then": ["I would like to know where my order is"]}`)
		cfg.Rules.Speech, cfg.Agents.Partial = 10, true
		a := theAgent(t, run(t, cfg))
		// The piece of 2.7 s goes at 5 s, and then at once those of 3.2, 4 and 4.6 s.
		if got, want := sessionEndings(&a), "finished: 1"; got != want || a.Late != 1 || a.MostLate != 1800 || a.Answered != 1 {
			t.Errorf("sessions: %s, want %s; %d late, by %v ms at most", got, want, a.Late, a.MostLate)
		}
	})
}
