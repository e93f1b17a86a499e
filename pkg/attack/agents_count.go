package attack

import (
	"errors"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/mediastream"
	"call-load-tester/pkg/webhook"
)

const (
	maxAgents   = 20 // that are told apart
	otherAgents = "other"
)

// An agent is an Agent that is being filled.
type agent struct {
	Agent
	live     int
	verdicts map[webhook.Code]int
	causes   map[string]int
}

// A handshakeOutcome is all there is to know of the handshake of a session.
type handshakeOutcome struct {
	agent       string
	at, ended   time.Duration // since the start of the run
	forged      bool
	oneWay      bool
	interrupted bool
	err         error
}

// agent returns the agent of that name. Those beyond the first 20 are one. It
// requires that r.mu is held.
func (r *recorder) agent(name string) *agent {
	if a := r.agents[name]; a != nil {
		return a
	}
	if len(r.agents) >= maxAgents {
		name = otherAgents
	}
	if r.agents[name] == nil {
		r.agents[name] = &agent{
			Agent: Agent{URL: name, Histograms: AgentHistograms{
				Handshake: newDistribution(digits), FirstWord: newDistribution(digits),
				Answer: newDistribution(digits), TalkingOn: newDistribution(fewDigits),
				FrameDelay: newDistribution(fewDigits),
			}},
			verdicts: make(map[webhook.Code]int),
			causes:   make(map[string]int),
		}
	}
	return r.agents[name]
}

// addHandshake counts a handshake that is over.
func (r *recorder) addHandshake(h *handshakeOutcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.agent(h.agent)
	var status statusError
	switch {
	case h.forged:
		a.Forged++
		switch {
		case h.err == nil:
			a.LetThrough++
		case errors.As(h.err, &status) && isRefusal(int(status)):
			a.Refused++
		}
		return
	case h.err == nil:
		a.Histograms.Handshake.record(h.ended - h.at)
	case !h.interrupted:
		a.causes[causeOf(h.err)]++
		if h.oneWay {
			a.OneWayNotOpened++
		}
	}
	a.Begun++
	b := r.timeline.At(h.ended)
	b.SessionsBegun++
	if h.err != nil {
		b.closed++ // it never was live
		return
	}
	a.live++
	a.PeakLive = max(a.PeakLive, a.live)
	r.sessions++
	b.Sessions = max(b.Sessions, r.sessions)
}

// causeOf returns why a handshake failed, in the words of requests.
func causeOf(err error) string {
	var status statusError
	if errors.As(err, &status) {
		return status.Error()
	}
	_, cause := webhook.Failure(err)
	return cause
}

// endSession counts how a session ended whose handshake is counted, which was over so
// long after the start, and in which so many messages had that code.
func (r *recorder) endSession(h *handshakeOutcome, s *dialog.SessionEnd, invalid int, code webhook.Code, over time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.agent(h.agent)
	*a.of(s.Ending)++
	if s.Code != webhook.Accepted {
		a.verdicts[s.Code]++
	}
	if invalid > 0 {
		a.Invalid += invalid
		a.verdicts[code] += invalid
	}
	if s.Ending == dialog.SessionFailed {
		r.timeline.At(h.ended).SessionsFailed++
	}
	if h.err == nil {
		a.live--
		r.sessions--
		r.timeline.At(over).closed++
	}
}

// of returns the count of an ending.
func (a *Agent) of(e dialog.SessionEnding) *int {
	return map[dialog.SessionEnding]*int{
		dialog.SessionFinished: &a.Finished, dialog.SessionEndedByAgent: &a.EndedByAgent,
		dialog.SessionHungUp: &a.HungUpByCaller, dialog.SessionFailed: &a.Failed,
		dialog.SessionInterrupted: &a.Interrupted,
	}[e]
}

// addTurn counts what a session tells: what the agent said to a turn that was over
// at asked, and how it took an interruption.
func (r *recorder) addTurn(name string, asked time.Duration, next *dialog.SessionNext) {
	if next.Answer == nil && next.Interruption == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.agent(name)
	if i := next.Interruption; i != nil {
		a.Interruptions++
		if i.TalkedOn > 0 {
			a.TalkedOn++
			a.Histograms.TalkingOn.record(i.TalkedOn)
		}
	}
	answer := next.Answer
	if answer == nil {
		return
	}
	b := r.timeline.At(asked)
	a.Turns++
	b.Turns++
	if answer.Late {
		a.Impatient++
	}
	if answer.Unheard {
		a.Unheard++
	}
	if answer.HandedOff {
		a.HandedOff++
	}
	if !answer.Answered {
		if !answer.Unheard && !answer.HandedOff {
			b.Wordless++
		}
		return
	}
	a.Answered++
	if !answer.Finished && !answer.Cut {
		a.Unfinished++
	}
	a.Tokens += answer.Tokens
	a.Histograms.Audio += answer.Audio
	a.Histograms.Coming += answer.Coming
	if answer.Whole > answer.First && answer.Tokens > 0 {
		a.Histograms.Following += answer.Tokens - 1
		a.Histograms.Speaking += answer.Whole - answer.First
	}
	a.Histograms.FirstWord.record(answer.First)
	a.Histograms.Answer.record(answer.Whole)
	b.FirstWord = b.FirstWord.with(answer.First)
}

// addLateTurn counts something that a caller did late, by so much.
func (r *recorder) addLateTurn(name string, late time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.agent(name)
	a.Late++
	a.MostLate = max(a.MostLate, ms(late))
}

// addFrame counts 20 ms of audio that were sent so long after they were due.
func (r *recorder) addFrame(name string, late time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.agent(name)
	a.Frames++
	if late >= mediastream.Frame {
		a.FramesLate++
	}
	a.Histograms.FrameDelay.record(late)
}
