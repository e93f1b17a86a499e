package relay

import (
	"cmp"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// A Session is one that a caller has with an agent. It is not safe for concurrent
// use. Use it so: Open; then Received, Reject, Wake, Closed, Fail and HangUp as
// things happen, until Next says that it is over. Times never go back.
type Session struct {
	dialog.Caller
	rules Rules
	noun  noun
	lang  string

	agent    playback
	acts     []act // what is still to be sent of the turn; none: it is over
	begun    bool  // something of the turn has been sent
	early    int   // tokens with which the agent answered before the turn was over
	dropping bool  // the last token of what the caller has cut has not come
}

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
	s := &Session{Caller: dialog.Caller{In: in}, rules: rules, lang: attr("transcriptionLanguage", attr("language", "en-US"))}
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
	s.Opened, s.Now = at, at
	s.Send(s.setup())
	if greeting := s.In.Noun.Attrs.Value("welcomeGreeting"); greeting != "" {
		i := interruptibleOrAny(s.In.Noun.Attrs.Value("welcomeGreetingInterruptible"))
		s.agent.add(at, greeting, s.rules.speaking(greeting), i, false)
	}
	s.Quiet = at
	return s.proceed()
}

func (s *Session) setup() []byte {
	call := s.In.Call
	return encode(setup{
		Type: "setup", SessionID: s.In.SID, CallType: "PSTN", CallStatus: "RINGING",
		AccountSID: call.Value("AccountSid"), ParentCallSID: call.Value("ParentCallSid"), CallSID: call.Value("CallSid"),
		From: call.Value("From"), To: call.Value("To"), ForwardedFrom: call.Value("ForwardedFrom"),
		CallerName: call.Value("CallerName"), Direction: cmp.Or(call.Value("Direction"), "inbound"),
		CustomParameters: s.In.Parameters(),
	})
}

// Wake tells that it is the time that Next named.
func (s *Session) Wake(at time.Duration) dialog.SessionNext {
	s.Now = at
	return s.proceed()
}

// HangUp tells that the run was stopped: the caller hangs up.
func (s *Session) HangUp(at time.Duration) dialog.SessionNext {
	s.Now = at
	s.end(dialog.SessionInterrupted, webhook.Accepted)
	return s.HandOut()
}

// Closed tells that the agent has closed the socket. cleanly says that it did so
// with a WebSocket close that names no error. Twilio: error dictionary 64105.
func (s *Session) Closed(at time.Duration, cleanly bool) dialog.SessionNext {
	s.Now = at
	ending := dialog.SessionFailed
	if cleanly {
		ending = dialog.SessionEndedByAgent
	}
	s.end(ending, webhook.RelayClosed)
	return s.HandOut()
}

// Fail tells that the session cannot go on, for a reason that has that code.
func (s *Session) Fail(at time.Duration, code webhook.Code) dialog.SessionNext {
	s.Now = at
	s.end(dialog.SessionFailed, code)
	return s.HandOut()
}

// proceed does what is due, and returns what follows.
func (s *Session) proceed() dialog.SessionNext {
	for s.IsLive() {
		at, why := s.due()
		if at > s.Now {
			s.Out.At, s.Out.Why = at, why
			break
		}
		switch {
		case len(s.acts) > 0:
			s.act()
		case s.Interrupted != nil && !s.talksOn():
			s.ConcludeInterruption()
		case s.IsAwaiting():
			s.end(dialog.SessionFailed, webhook.NoWord)
		case why == dialog.Unfinished: // the last token will not come
			s.agent.talks = false
		default:
			s.takeTurn()
		}
	}
	return s.HandOut()
}

// due returns when something happens unless the agent says something.
func (s *Session) due() (at time.Duration, why dialog.Waiting) {
	switch began, ok := s.agent.began(); {
	case len(s.acts) > 0 && s.Interrupted != nil:
		return s.acts[0].at, dialog.CuttingIn
	case len(s.acts) > 0:
		return s.acts[0].at, dialog.Played
	case s.Interrupted != nil && !s.talksOn():
		return s.Now, dialog.Awaited
	case s.Interrupted != nil:
		return min(s.rested(), s.Answer.Asked+dialog.GiveUp), dialog.Awaited
	case s.IsAwaiting():
		return s.Answer.Asked + dialog.GiveUp, dialog.Awaited
	case ok && s.Upcoming().CutsIn:
		return began + s.Upcoming().After, dialog.Lingering
	case s.agent.talks:
		return s.agent.until + s.rules.Patience, dialog.Unfinished
	}
	return max(s.agent.until, s.Quiet) + s.rules.Think, dialog.Lingering
}

// end ends the session. What the agent had said to the last turn is handed out.
func (s *Session) end(ending dialog.SessionEnding, code webhook.Code) {
	s.EndAs(ending, code)
	s.ConcludeAnswer(s.rules.Patience)
	s.ConcludeInterruption()
}
