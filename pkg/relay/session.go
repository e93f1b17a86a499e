package relay

import (
	"cmp"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// A Session is one that a caller has with an agent. It is not safe for concurrent
// use. Use it so: Open; then Received, Reject, Wake, Closed and HangUp as things
// happen, until Next says that it is over. Times never go back.
type Session struct {
	rules Rules
	in    *dialog.Session
	noun  noun
	lang  string

	opened, now time.Duration
	phase       phase
	agent       playback
	quiet       time.Duration // until when the caller is silent on purpose
	acts        []act         // what is still to be sent of the turn
	begun       bool          // something of the turn has been sent
	early       int           // tokens with which the agent answered before the turn was over

	answer      *dialog.Answer       // to the last turn; nil before the first
	interrupted *dialog.Interruption // that is not told yet
	cutAt       time.Duration        // when that was
	dropping    bool                 // what comes now is what the caller has cut

	out         dialog.SessionNext
	turns       int
	noTaker     int
	invalid     int
	ending      dialog.SessionEnding
	code        webhook.Code
	handoffData string
}

// A phase is what the caller does.
type phase uint8

const (
	listening phase = iota // to the agent, until its own turn is due
	acting                 // it speaks or keys
	awaiting               // its turn is over, and the agent has not begun to answer
)

// An act is a message of a turn, and when it is due.
type act struct {
	at      time.Duration
	message []byte
}

// noun is what the TwiML asks for. NOUN.
type noun struct {
	interruptible interruptible
	reported      interruptible // what the agent is told of while it speaks
	preemptible   bool
	keys, partial bool
}

// New returns the session that a document opens.
func New(rules Rules, in *dialog.Session) *Session {
	attr := func(name, normally string) string { return cmp.Or(in.Noun.Attrs.Value(name), normally) }
	s := &Session{rules: rules, in: in, lang: attr("transcriptionLanguage", attr("language", "en-US"))}
	s.noun.interruptible = interruptibleOrAny(attr("interruptible", ""))
	s.noun.reported, _ = parseInterruptible(attr("reportInputDuringAgentSpeech", "none"))
	s.noun.preemptible, _ = parseBool(attr("preemptible", "false"))
	s.noun.keys, _ = parseBool(attr("dtmfDetection", "false"))
	s.noun.partial, _ = parseBool(attr("partialPrompts", "false"))
	s.noun.partial = s.noun.partial || rules.Partial
	return s
}

// Open tells that the socket is open. Setup is sent at once, and the greeting is
// spoken, if there is one.
func (s *Session) Open(at time.Duration) dialog.SessionNext {
	s.opened, s.now = at, at
	s.send(s.setup())
	if greeting := s.in.Noun.Attrs.Value("welcomeGreeting"); greeting != "" {
		i := interruptibleOrAny(s.in.Noun.Attrs.Value("welcomeGreetingInterruptible"))
		s.agent.add(at, greeting, s.rules.speaking(greeting), i, false)
	}
	s.quiet = at
	return s.proceed()
}

func (s *Session) setup() []byte {
	call := s.in.Call
	m := setup{
		Type: "setup", SessionID: s.in.SID, CallType: "PSTN", CallStatus: "RINGING",
		AccountSID: call.Value("AccountSid"), ParentCallSID: call.Value("ParentCallSid"), CallSID: call.Value("CallSid"),
		From: call.Value("From"), To: call.Value("To"), ForwardedFrom: call.Value("ForwardedFrom"),
		CallerName: call.Value("CallerName"), Direction: cmp.Or(call.Value("Direction"), "inbound"),
	}
	for _, p := range s.in.Noun.Children {
		if p.Name == "Parameter" {
			if m.CustomParameters == nil {
				m.CustomParameters = make(map[string]string)
			}
			m.CustomParameters[p.Attrs.Value("name")] = p.Attrs.Value("value")
		}
	}
	return encode(m)
}

// Wake tells that it is the time that Next named.
func (s *Session) Wake(at time.Duration) dialog.SessionNext {
	s.now = at
	return s.proceed()
}

// HangUp tells that the run was stopped: the caller hangs up.
func (s *Session) HangUp(at time.Duration) dialog.SessionNext {
	s.now = at
	s.end(dialog.SessionInterrupted, webhook.Accepted)
	return s.handOut()
}

// Closed tells that the agent has closed the socket. cleanly says that it did so
// with a WebSocket close that names no error. Twilio: error dictionary 64105.
func (s *Session) Closed(at time.Duration, cleanly bool) dialog.SessionNext {
	s.now = at
	ending := dialog.SessionFailed
	if cleanly {
		ending = dialog.SessionEndedByAgent
	}
	s.end(ending, webhook.RelayClosed)
	return s.handOut()
}

// Fail tells that the session cannot go on, for a reason that has that code.
func (s *Session) Fail(at time.Duration, code webhook.Code) dialog.SessionNext {
	s.now = at
	s.end(dialog.SessionFailed, code)
	return s.handOut()
}

// End returns how the session ended, for the conversation that it is part of.
func (s *Session) End() dialog.SessionEnd {
	return dialog.SessionEnd{
		Ending: s.ending, Code: s.code, HandoffData: s.handoffData,
		Lasted: s.now - s.opened, Turns: s.turns, NoTaker: s.noTaker,
	}
}

// Rejected returns how many messages Twilio would not have processed.
func (s *Session) Rejected() int { return s.invalid }

// proceed does what is due, and returns what follows.
func (s *Session) proceed() dialog.SessionNext {
	for s.ending == dialog.SessionLive {
		at, why := s.due()
		if at > s.now {
			s.out.At, s.out.Why = at, why
			break
		}
		switch s.phase {
		case acting:
			s.act()
		case awaiting:
			s.end(dialog.SessionFailed, webhook.NoWord)
		case listening:
			if why == dialog.Awaited { // the last token will not come
				s.agent.talks = false
			} else {
				s.takeTurn()
			}
		}
	}
	return s.handOut()
}

// due returns when something happens unless the agent says something.
func (s *Session) due() (at time.Duration, why dialog.Waiting) {
	switch s.phase {
	case acting:
		return s.acts[0].at, dialog.Played
	case awaiting:
		return s.answer.Asked + giveUp, dialog.Awaited
	}
	if s.turns < len(s.in.Turns) && s.in.Turns[s.turns].CutsIn {
		if began, ok := s.agent.began(); ok {
			return began + s.in.Turns[s.turns].After, dialog.Played
		}
	}
	switch over := max(s.agent.until, s.quiet); {
	case s.agent.talks:
		return s.agent.until + s.rules.Patience, dialog.Awaited
	default:
		return over + s.rules.Think, dialog.Lingering
	}
}

func (s *Session) send(message []byte) { s.out.Send = append(s.out.Send, message) }

func (s *Session) handOut() dialog.SessionNext {
	out := s.out
	s.out = dialog.SessionNext{}
	out.Over = s.ending != dialog.SessionLive
	return out
}

// end ends the session. What the agent had said to the last turn is handed out.
func (s *Session) end(ending dialog.SessionEnding, code webhook.Code) {
	if s.ending != dialog.SessionLive {
		return
	}
	s.ending, s.code = ending, code
	s.concludeAnswer()
	s.concludeInterruption()
}

func (s *Session) concludeAnswer() {
	if a := s.answer; a != nil {
		a.Conclude(s.now, s.rules.Patience, s.ending)
		s.out.Answer, s.answer = a, nil
	}
}

func (s *Session) concludeInterruption() {
	if s.interrupted != nil {
		s.out.Interruption, s.interrupted = s.interrupted, nil
	}
	s.dropping = false
}
