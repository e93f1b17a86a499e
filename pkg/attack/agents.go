package attack

import (
	"errors"
	"maps"
	"slices"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/mediastream"
	"call-load-tester/pkg/webhook"
)

// An Agent says what became of the sessions with one. Begun is the sum of
// Finished, EndedByAgent, HungUpByCaller, Failed and Interrupted.
type Agent struct {
	URL            string `json:"agent"` // without query, user and password
	Begun          int    `json:"begun"`
	Finished       int    `json:"finished"` // the caller had nothing more to say
	EndedByAgent   int    `json:"ended_by_agent"`
	HungUpByCaller int    `json:"hung_up_by_caller"` // as the row says
	Failed         int    `json:"failed"`            // not opened, or broken off
	Interrupted    int    `json:"interrupted"`       // the run was stopped

	Verdicts  []Verdict      `json:"verdicts"` // what Twilio would log of sessions and messages, and why callers gave up
	NotOpened []SessionCause `json:"not_opened_because"`

	OneWayNotOpened int `json:"one_way_not_opened"` // of NotOpened, streams of one way: nobody waits for a word in them

	Forged     int `json:"bad_signatures"`             // handshakes that were signed wrongly on purpose; no session is begun
	Refused    int `json:"bad_signatures_refused"`     // of these, with 400, 401 or 403
	LetThrough int `json:"bad_signatures_let_through"` // of these, answered as if signed well

	PeakLive  int   `json:"peak_live"` // sessions live at once, at most
	Handshake Times `json:"handshake_ms"`

	Patience   float64 `json:"patience_ms"`   // after which an answer is late
	Turns      int     `json:"turns"`         // after which the agent was to answer
	Answered   int     `json:"answered"`      // of these, with a word at least
	Unheard    int     `json:"unheard"`       // of these, those that the run's stop left without a word that was not late yet
	HandedOff  int     `json:"handed_off"`    // of these, those that the agent answered by ending the session, without a word
	Impatient  int     `json:"late_answers"`  // of the turns, those after which no word came within Patience
	Unfinished int     `json:"without_last"`  // of the answered and not interrupted, those whose last token did not come
	FirstWord  Times   `json:"first_word_ms"` // from the end of a turn to the first word of the answer
	Answer     Times   `json:"answer_ms"`     // to the last
	Tokens     int     `json:"tokens"`
	TokenRate  float64 `json:"tokens_per_second"` // while it answers, from the first on
	AudioRate  float64 `json:"audio_rate"`        // seconds of audio that come in a second of an answer

	Interruptions int   `json:"interruptions"`
	TalkedOn      int   `json:"talked_on"`    // of these, those after which text of what was cut still came
	TalkingOn     Times `json:"talked_on_ms"` // for so long
	Invalid       int   `json:"invalid_messages"`

	Late     int     `json:"late"` // times that something was sent Late or more after it was due
	MostLate float64 `json:"most_late_ms"`

	Frames     int   `json:"frames"`      // of 20 ms of audio, sent
	FramesLate int   `json:"frames_late"` // of these, sent when the next one was due, or later: the stream is so much longer
	FrameDelay Times `json:"frame_delay_ms"`

	Histograms AgentHistograms `json:"histograms"`
}

// AgentHistograms are the distributions whose figures an [Agent] tells. Each is
// nil if nothing is in it.
type AgentHistograms struct {
	Handshake  *Distribution `json:"handshake,omitempty"`
	FirstWord  *Distribution `json:"first_word,omitempty"`
	Answer     *Distribution `json:"answer,omitempty"`
	TalkingOn  *Distribution `json:"talked_on,omitempty"`
	FrameDelay *Distribution `json:"frame_delay,omitempty"`
	Speaking   time.Duration `json:"answering_ns"` // in all, from first words to last
	Audio      time.Duration `json:"audio_ns"`     // that came after first words,
	Coming     time.Duration `json:"coming_ns"`    // and in which time
	Following  int           `json:"tokens_following"`
}

// A SessionCause counts sessions that were not opened for one cause.
type SessionCause struct {
	Cause    string `json:"cause"`
	Sessions int    `json:"sessions"`
}

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
	a.live++
	a.PeakLive = max(a.PeakLive, a.live)
	r.sessions++
	b := r.timeline.At(h.ended)
	b.SessionsBegun++
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

// endSession counts how a session ended that began and was over so long after the
// start, and in which so many messages had that code.
func (r *recorder) endSession(name string, s *dialog.SessionEnd, invalid int, code webhook.Code, began, over time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.agent(name)
	a.live--
	*a.of(s.Ending)++
	if s.Code != webhook.Accepted {
		a.verdicts[s.Code]++
	}
	if invalid > 0 {
		a.Invalid += invalid
		a.verdicts[code] += invalid
	}
	r.sessions--
	r.timeline.At(over).closed++
	if s.Ending == dialog.SessionFailed {
		r.timeline.At(began).SessionsFailed++
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

// soFar returns the agent with the lists of what was counted. The histograms are
// those that are being filled.
func (a *agent) soFar() Agent {
	told := a.Agent
	told.Verdicts = verdictsOf(a.verdicts)
	told.NotOpened = list(a.causes, func(cause string, n int) SessionCause { return SessionCause{cause, n} })
	return told
}

// agentsOf concludes the agents, those of the most sessions first.
func agentsOf(all map[string]*agent) []Agent {
	var agents []Agent
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name].soFar()
		h := &a.Histograms
		h.Handshake, h.FirstWord, h.Answer, h.TalkingOn = h.Handshake.orNil(), h.FirstWord.orNil(), h.Answer.orNil(), h.TalkingOn.orNil()
		h.FrameDelay = h.FrameDelay.orNil()
		agents = append(agents, a)
	}
	slices.SortStableFunc(agents, func(a, b Agent) int { return b.Begun - a.Begun })
	return agents
}

// figure works out what follows from the histograms.
func (a *Agent) figure() {
	h := &a.Histograms
	a.Handshake, a.FirstWord, a.Answer, a.TalkingOn = h.Handshake.Times(), h.FirstWord.Times(), h.Answer.Times(), h.TalkingOn.Times()
	a.FrameDelay = h.FrameDelay.Times()
	a.TokenRate, a.AudioRate = 0, 0
	if h.Coming > 0 {
		a.AudioRate = h.Audio.Seconds() / h.Coming.Seconds()
	}
	if h.Speaking > 0 {
		a.TokenRate = float64(h.Following) / h.Speaking.Seconds()
	}
}
