package attack

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
)

// Figures of two agents, worked out by hand.
func TestWhatIsCountedOfAgents(t *testing.T) {
	r := newRecorder(nil)
	at := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	handshake := func(agent string, from, to float64, forged bool, err error) {
		r.addHandshake(&handshakeOutcome{agent: agent, at: at(from), ended: at(to), forged: forged, err: err})
	}
	end := func(agent string, ending dialog.SessionEnding, began, over float64, errs ...error) {
		h := handshakeOutcome{agent: agent, ended: at(began), err: errors.Join(errs...)}
		r.endSession(&h, &dialog.SessionEnd{Ending: ending}, 0, 0, at(over))
	}
	handshake("few", 0, 0.1, false, nil)
	end("few", dialog.SessionEndedByAgent, 0.1, 0.2)

	handshake("often", 0.5, 0.7, false, nil)
	handshake("often", 0.5, 0.9, false, nil)
	handshake("often", 0.5, 0.6, true, nil)
	handshake("often", 0.5, 0.6, true, statusError(403))
	handshake("often", 0.5, 0.6, true, errors.New("reset"))
	end("often", dialog.SessionHungUp, 0.7, 2.5)
	handshake("often", 3.5, 3.6, false, statusError(502))
	end("often", dialog.SessionFailed, 3.6, 4.2, statusError(502))
	handshake("often", 5, 5.5, false, nil) // as many live as before
	handshake("often", 5, 5.6, false, errors.New("reset"))
	end("often", dialog.SessionFailed, 5.6, 5.6, errors.New("reset"))
	end("often", dialog.SessionFinished, 0.9, 8)
	end("often", dialog.SessionFinished, 5.5, 8)

	for _, answer := range []dialog.Answer{
		{Answered: true, Finished: true, First: at(0.3), Whole: at(2.3), Tokens: 11},   // ten in two seconds
		{Answered: true, Finished: true, First: at(0.3), Whole: at(0.3), Tokens: 3},    // all at once: no rate
		{Answered: true, First: at(0.3), Whole: at(4.3), Audio: at(6), Coming: at(4)},  // audio has no tokens
		{Answered: true, Cut: true, Late: true, First: at(6), Whole: at(6), Tokens: 1}, // cut, so nothing is missing
		{Answered: true, Late: true, First: at(0.3), Whole: at(0.3), Tokens: 1},        // without a last token
		{Late: true},
		{Unheard: true},
		{HandedOff: true},
	} {
		r.addTurn("often", at(1), &dialog.SessionNext{Answer: &answer})
	}
	r.addTurn("often", at(1), &dialog.SessionNext{Interruption: &dialog.Interruption{}})
	r.addTurn("often", at(1), &dialog.SessionNext{Interruption: &dialog.Interruption{TalkedOn: at(0.7)}})
	r.addTurn("often", at(1), &dialog.SessionNext{})
	for _, late := range []float64{0, 0.019, 0.020, 0.5} {
		r.addFrame("often", at(late))
	}
	r.addLateTurn("often", at(0.3))
	r.addLateTurn("often", at(0.2))

	result := r.conclude()
	if len(result.Agents) != 2 || result.Agents[0].URL != "often" {
		t.Fatalf("%+v, want the agent of most sessions first", result.Agents)
	}
	a := result.Agents[0]
	for _, figure := range []struct {
		what      string
		got, want float64
	}{
		{"begun", float64(a.Begun), 5}, {"finished", float64(a.Finished), 2}, {"hung up", float64(a.HungUpByCaller), 1}, {"failed", float64(a.Failed), 2},
		{"not opened", float64(a.Unopened()), 2}, {"peak", float64(a.PeakLive), 2},
		{"forged", float64(a.Forged), 3}, {"refused", float64(a.Refused), 1}, {"let through", float64(a.LetThrough), 1},
		{"handshakes", float64(a.Handshake.Count), 3}, {"longest handshake, ms", a.Handshake.Max, 500}, {"all handshakes, ms", math.Round(3 * a.Handshake.Mean), 1100},
		{"turns", float64(a.Turns), 8}, {"answered", float64(a.Answered), 5}, {"unheard", float64(a.Unheard), 1}, {"handed off", float64(a.HandedOff), 1}, {"words due", float64(a.WordsDue()), 6}, {"late", float64(a.Impatient), 3}, {"without last", float64(a.Unfinished), 2},
		{"tokens", float64(a.Tokens), 16}, {"tokens a second", a.TokenRate, 5}, {"audio a second", a.AudioRate, 1.5}, {"longest answer, ms", a.Answer.Max, 6000},
		{"interruptions", float64(a.Interruptions), 2}, {"talked on", float64(a.TalkedOn), 1}, {"for, ms", a.TalkingOn.Max, 700}, {"times", float64(a.TalkingOn.Count), 1},
		{"frames", float64(a.Frames), 4}, {"late frames", float64(a.FramesLate), 2},
		{"late turns", float64(a.Late), 2}, {"most late, ms", a.MostLate, 300},
	} {
		if figure.got != figure.want {
			t.Errorf("%s: %v, want %v", figure.what, figure.got, figure.want)
		}
	}
	for second, want := range []Interval{{Sessions: 2, SessionsBegun: 3}, {Sessions: 2, Turns: 8, Wordless: 1}, {Sessions: 2}, {Sessions: 1, SessionsBegun: 1, SessionsFailed: 1},
		{Sessions: 1}, {Sessions: 2, SessionsBegun: 2, SessionsFailed: 1}, {Sessions: 2}, {Sessions: 2}, {Sessions: 2}} {
		i := result.Timeline[second]
		if got := (Interval{Sessions: i.Sessions, SessionsBegun: i.SessionsBegun, SessionsFailed: i.SessionsFailed, Turns: i.Turns, Wordless: i.Wordless}); !reflect.DeepEqual(got, want) {
			t.Errorf("second %d: %+v, want %+v", second, got, want)
		}
	}
}

// One turn in a hundred may be without a word: there is a 99th percentile of the
// others. More may not.
func TestAgentsThatLeaveCallersWithoutAWord(t *testing.T) {
	for _, tc := range []struct {
		turns, answered, unheard, handedOff, unopened int
		has                                           bool
	}{
		{100, 99, 0, 0, 0, true},
		{100, 98, 0, 0, 0, false},
		{101, 99, 1, 0, 0, true},
		{99, 99, 0, 0, 1, true},
		{98, 98, 0, 0, 1, false},
		{150, 98, 0, 50, 0, false},
		{150, 99, 0, 51, 0, true},
		{50, 0, 0, 50, 0, false},
		{0, 0, 0, 0, 0, false},
	} {
		a := Agent{Turns: tc.turns, Answered: tc.answered, Unheard: tc.unheard, HandedOff: tc.handedOff, NotOpened: []SessionCause{{"busy", tc.unopened}}}
		hears := Agent{Begun: 9, NotOpened: []SessionCause{{"busy", 9}}, OneWayNotOpened: 9} // an agent that only hears, and is down
		for _, agents := range [][]Agent{{a}, {hears, a}, {a, hears}} {
			if got := (&Result{Agents: agents}).HasFirstWord(); got != tc.has {
				t.Errorf("%+v, with %d agents: %v", tc, len(agents), got)
			}
		}
	}
}
