package attack

import (
	"maps"
	"slices"
	"time"
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
