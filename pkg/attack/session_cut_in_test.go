package attack_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
)

// Who cuts in is told of, and how long the agent talks on.
func TestSessionInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []message
		agent := &voiceAgent{talk: func(l *line) {
			prompts := 0
			for {
				m, ok := l.read()
				if !ok {
					return
				}
				heard = append(heard, m)
				if m.Type != "prompt" {
					continue
				}
				if prompts++; prompts > 1 {
					l.say("I stop.")
					continue
				}
				go func() {
					for i := range 30 { // a word each 100 ms, and 300 ms more than it should
						l.send(`{"type": "text", "token": "word "}`)
						time.Sleep(100 * time.Millisecond)
						if i == 14 {
							break
						}
					}
				}()
			}
		}}
		cfg := sessions(t, agent, 1, `{"Then": ["hello", {"after": "1.25s", "say": "stop"}]}`)
		cfg.Rules.Speech = 10
		a := theAgent(t, run(t, cfg))
		if a.Interruptions != 1 || a.Unfinished != 0 || a.TalkedOn != 1 || a.TalkingOn.Max != 150 {
			t.Errorf("%d interruptions, %d of them talked on, for %v ms", a.Interruptions, a.TalkedOn, a.TalkingOn.Max)
		}
		if i := heard[2]; i.Type != "interrupt" || i.UtteranceUntilInterrupt != "word word wo" || i.DurationUntilInterruptMS != 1250 {
			t.Errorf("the agent hears %+v", i)
		}
	})
}

// What is left of a talk that was cut is not the answer to what it was cut for, in
// either pace: this agent needs 50 ms to stop, and 600 for its next answer.
func TestSessionInterruptedWithAnAgentThatNeedsTimeToStop(t *testing.T) {
	for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: func(l *line) {
				var stopped atomic.Bool
				for n := 0; ; {
					switch m, ok := l.read(); {
					case !ok:
						return
					case m.Type == "interrupt":
						time.AfterFunc(50*time.Millisecond, func() { stopped.Store(true) })
					case m.Type == "prompt":
						if n++; n > 1 {
							time.Sleep(600 * time.Millisecond)
							l.say("I stop.")
							continue
						}
						go func() {
							for time.Sleep(600 * time.Millisecond); !stopped.Load(); time.Sleep(20 * time.Millisecond) {
								l.send(`{"type": "text", "token": "word "}`)
							}
						}()
					}
				}
			}}
			cfg := sessions(t, agent, 1, `{"Then": ["hello", {"after": "1.25s", "say": "stop"}, "bye"]}`)
			cfg.Pace, cfg.Rules.Speech = pace, 10
			a := theAgent(t, run(t, cfg))
			if a.Interruptions != 1 || a.TalkedOn != 1 || a.TalkingOn.Max < 30 || a.TalkingOn.Max > 50 {
				t.Errorf("%v: %d interruptions, %d of them talked on, for %v ms", pace, a.Interruptions, a.TalkedOn, a.TalkingOn.Max)
			}
			if a.Answered != 3 || a.FirstWord.Mean != 600 || a.FirstWord.Max != 600 {
				t.Errorf("%v: %d answers, first words %+v, want 600 ms", pace, a.Answered, a.FirstWord)
			}
		})
	}
}

// Who cuts in at once hears what comes in one go: that is not talking on.
func TestSessionInterruptedWithAnAgentThatSendsAllAtOnce(t *testing.T) {
	for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
		synctest.Test(t, func(t *testing.T) {
			until := ""
			agent := &voiceAgent{talk: func(l *line) {
				for m, ok := l.read(); ok; m, ok = l.read() {
					switch m.Type {
					case "interrupt":
						until = m.UtteranceUntilInterrupt
					case "prompt":
						time.Sleep(200 * time.Millisecond)
						for i := range 20 {
							l.send(fmt.Sprintf(`{"type": "text", "token": "word ", "last": %v}`, i == 19))
							time.Sleep(time.Microsecond)
						}
					}
				}
			}}
			cfg := sessions(t, agent, 1, `{"Then": ["hello", {"after": "1.2s", "say": "stop"}]}`)
			cfg.Pace, cfg.Rules.Speech = pace, 10
			a := theAgent(t, run(t, cfg))
			if a.Interruptions != 1 || a.TalkedOn != 0 || a.FirstWord.Max != 200 || a.FirstWord.Mean != 200 {
				t.Errorf("%v: %d interruptions, %d of them talked on, for %v ms; first words %+v", pace, a.Interruptions, a.TalkedOn, a.TalkingOn.Max, a.FirstWord)
			}
			if until != "word word wo" {
				t.Errorf("%v: the agent hears that %q was spoken", pace, until)
			}
		})
	}
}
