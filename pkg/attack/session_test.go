package attack_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
)

// These tests run in fake time.

// A slow agent is shown for what it is: to the millisecond.
func TestSessionWithASlowAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: answering(800*time.Millisecond, "Hello ", "there.")}
		cfg := sessions(t, agent, 3, `{"Then": ["hello", "1", "goodbye"]}`)
		cfg.Rate, cfg.Rules.Speech = 3, 10
		r := run(t, cfg)
		a := theAgent(t, r)
		if got, want := sessionEndings(&a), "finished: 3"; got != want {
			t.Errorf("sessions: %s, want %s", got, want)
		}
		if a.URL != "wss://app.example/agent" || a.Turns != 9 || a.Answered != 9 || a.Tokens != 18 || a.PeakLive != 3 {
			t.Errorf("agent %+v", a)
		}
		for what, times := range map[string]attack.Times{"first word": a.FirstWord, "answer": a.Answer} {
			if times.P50 != 800 || times.P99 != 800 || times.Max != 800 || times.Mean != 800 {
				t.Errorf("%s: %+v, want 800 ms", what, times)
			}
		}
		if endings(r) != "finished: 3" || r.Conversations.AsMeant != 3 || r.Conversations.Turns != 9 {
			t.Errorf("conversations: %s, %+v", endings(r), r.Conversations)
		}
		// think 2 s, 0.5 s of words, 0.8 s, 1.2 s of words; 2, 0, 0.8, 1.2; 2, 0.7, 0.8, 1.2; 2.
		want := []time.Duration{15200 * time.Millisecond, 15200 * time.Millisecond, 15200 * time.Millisecond}
		if got := agent.times("/over"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the action is asked at %v, want %v", got, want)
		}
		if a.Late != 0 || a.Impatient != 0 || a.Handshake.Max != 0 {
			t.Errorf("late %d, impatient %d, handshake %v", a.Late, a.Impatient, a.Handshake.Max)
		}
	})
}

// As fast as can be, a call is as long on its own clock as it would have been.
func TestSessionsInBothPacesLastAsLong(t *testing.T) {
	for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: answering(800*time.Millisecond, "Hello ", "there.")}
			cfg := sessions(t, agent, 2, `{"Then": ["hello", "1", "", "goodbye"]}`)
			cfg.Pace, cfg.Rules.Speech = pace, 10
			r := run(t, cfg)
			// Think 2 s, 0.5 s of words, 0.8 s, 1.2 s of words; 2, 0, 0.8, 1.2; 2, 5; 2, 0.7, 0.8, 1.2; 2.
			if got := r.Conversations.Lasted; got.Max != 22200 || got.Mean != 22200 {
				t.Errorf("%v: they lasted %+v, want 22.2 s", pace, got)
			}
		})
	}
}

// A turn that the agent is not told of found no taker. The password of the endpoint
// is the agent's, too.
func TestKeysThatAnAgentDoesNotHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{
			application: documents(map[string]string{"/first": `<Connect><ConversationRelay url="wss://app.example/agent"/></Connect>`}),
			talk:        answering(0, "Hello."),
		}
		cfg := sessions(t, agent, 1, `{"Then": ["1", "hello"]}`)
		cfg.Envelope.URL = "http://me:password@app.example/first"
		r := run(t, cfg)
		if c := r.Conversations; c.NoTaker != 1 || c.Turns != 2 || c.AsMeant != 0 || theAgent(t, r).Turns != 1 {
			t.Errorf("%+v", c)
		}
		if theAgent(t, r).URL != "wss://app.example/agent" || agent.authorization != "Basic bWU6cGFzc3dvcmQ=" {
			t.Errorf("%s is asked with %q", theAgent(t, r).URL, agent.authorization)
		}
	})
}

// What the action is told, and what follows.
func TestSessionThatTheAgentEnds(t *testing.T) {
	for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{
				application: documents(map[string]string{"/first": openRelay, "/over": `<Gather action="/key" numDigits="1"/>`, "/key": ""}),
				talk: func(l *line) {
					answer := 0
					for {
						m, ok := l.read()
						if !ok {
							return
						}
						if m.Type != "prompt" {
							continue
						}
						if answer++; answer == 2 {
							l.say("I connect you.")
							l.send(`{"type": "end", "handoffData": "{\"to\":\"sales\"}"}`)
							continue
						}
						l.say("Yes?")
					}
				},
			}
			cfg := sessions(t, agent, 2, `{"Then": ["hello", "sales", "7"]}`)
			cfg.Pace = pace
			r := run(t, cfg)
			a := theAgent(t, r)
			if got, want := sessionEndings(&a), "ended by the agent: 2"; got != want {
				t.Errorf("%v: sessions: %s, want %s", pace, got, want)
			}
			over := agent.to("/over")
			if len(over) != 2 || over[0].fields.Get("HandoffData") != `{"to":"sales"}` || over[0].fields.Get("SessionStatus") != "ended" || !over[0].isSigned() {
				t.Errorf("%v: the action is asked with %v", pace, over)
			}
			if keys := agent.to("/key"); len(keys) != 2 || keys[0].fields.Get("Digits") != "7" {
				t.Errorf("%v: the call does not go on: %v", pace, keys)
			}
			if r.Conversations.AsMeant != 2 {
				t.Errorf("%v: as meant %d", pace, r.Conversations.AsMeant)
			}
		})
	}
}

// In fast pace text without its last token rests for Patience, and is not spoken; on
// its own clock the call is as long as in real.
func TestSessionWithAnAgentThatNeverSaysLast(t *testing.T) {
	for pace, over := range map[attack.Pace]time.Duration{attack.Real: 47_600 * time.Millisecond, attack.Fast: 5_150 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: func(l *line) {
				for m, ok := l.read(); ok; m, ok = l.read() {
					if m.Type == "prompt" {
						time.Sleep(100 * time.Millisecond)
						l.send(fmt.Sprintf(`{"type": "text", "token": %q}`, strings.Repeat("word ", 80)))
					}
				}
			}}
			cfg := sessions(t, agent, 1, `{"Then": ["hello"]}`)
			cfg.Pace, cfg.Rules.Speech = pace, 10
			r := run(t, cfg)
			a := theAgent(t, r)
			if got := agent.times("/over"); len(got) != 1 || got[0] != over {
				t.Errorf("%v: the action is asked at %v, want %v", pace, got, over)
			}
			// Think 2 s, 0.5 s of words, 0.1 s, 40 s of words, Patience 5 s.
			if a.FirstWord.Max != 100 || a.Answer.Max != 100 || a.Unfinished != 1 || a.Late != 0 || r.Conversations.Lasted.Max != 47_600 {
				t.Errorf("%v: %+v, %d unfinished, %d late, they lasted %v ms", pace, a.FirstWord, a.Unfinished, a.Late, r.Conversations.Lasted.Max)
			}
		})
	}
}

// When the run is stopped the callers hang up.
func TestSessionsWhenTheRunIsStopped(t *testing.T) {
	for _, pace := range []attack.Pace{attack.Real, attack.Fast} {
		synctest.Test(t, func(t *testing.T) {
			agent := &voiceAgent{talk: answering(time.Hour, "Hello.")}
			cfg := sessions(t, agent, 5, `{"Then": ["hello"]}`)
			cfg.Rate, cfg.Pace, cfg.Rules.StatusURI = 5, pace, "http://app.example/status"
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(4*time.Second, cancel)
			r := runUntil(t, ctx, cfg)
			a := theAgent(t, r)
			if got, want := sessionEndings(&a), "interrupted: 5"; got != want {
				t.Errorf("%v: sessions: %s, want %s", pace, got, want)
			}
			if endings(r) != "interrupted: 5" || len(agent.to("/status")) != 5 || len(agent.to("/over")) != 0 {
				t.Errorf("%v: %s, %d told, %d asked", pace, endings(r), len(agent.to("/status")), len(agent.to("/over")))
			}
			time.Sleep(2 * time.Hour) // for the agents to return
		})
	}
}

// Those that wait for a handshake hang up, too.
func TestHandshakesWhenTheRunIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{accept: func(int) error { time.Sleep(time.Hour); return nil }, talk: func(*line) {}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(4*time.Second, cancel)
		r := runUntil(t, ctx, sessions(t, agent, 1, `{"Then": ["hello"]}`))
		a := theAgent(t, r)
		if got, want := sessionEndings(&a), "interrupted: 1"; got != want || endings(r) != want || len(a.NotOpened) != 0 {
			t.Errorf("sessions: %s, conversations: %s, want %s; %v", got, endings(r), want, a.NotOpened)
		}
		time.Sleep(2 * time.Hour)
	})
}

// A share of the handshakes is signed wrongly, besides that of first requests.
func TestForgedHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &voiceAgent{talk: answering(0, "Hello.")}
		cfg := sessions(t, agent, 100, `{"Then": ["hello"]}`)
		cfg.Pace, cfg.BadSignature, cfg.Concurrency = attack.Fast, 10, 4
		agent.paths["/first"] = func(w http.ResponseWriter, r *http.Request) {
			for _, a := range agent.to("/first") {
				if a.signature == r.Header.Get("X-Twilio-Signature") && !a.isSigned() {
					w.WriteHeader(http.StatusForbidden)
					return
				}
			}
			response(openRelay)(w, r)
		}
		r := run(t, cfg)
		a := theAgent(t, r)
		if r.Requests.Refused != 10 || a.Forged != 10 || a.Refused != 10 || a.Begun != 80 || agent.wrong != 10 {
			t.Errorf("refused %d requests, %d of %d handshakes, %d sessions", r.Requests.Refused, a.Refused, a.Forged, a.Begun)
		}
		if got, want := endings(r), "finished: 80, forged: 20"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// theAgent returns the only agent of a result.
func theAgent(t testing.TB, r *attack.Result) attack.Agent {
	t.Helper()
	if len(r.Agents) != 1 {
		t.Fatalf("there are %d agents: %+v", len(r.Agents), r.Agents)
	}
	return r.Agents[0]
}

func sessionEndings(a *attack.Agent) string {
	text := ""
	for _, e := range []struct {
		name string
		n    int
	}{
		{"finished", a.Finished}, {"ended by the agent", a.EndedByAgent}, {"by the caller", a.HungUpByCaller},
		{"failed", a.Failed}, {"interrupted", a.Interrupted},
	} {
		if e.n > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%s: %d", e.name, e.n)
		}
	}
	for _, v := range a.Verdicts {
		text += fmt.Sprintf(", %d: %d", v.Code, v.Requests)
	}
	return text
}
