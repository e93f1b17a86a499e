package mediastream

import (
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// act does what the caller does in the 20 ms that are over: it takes its turn when
// that is due, and sends audio and keys.
func (s *Session) act() {
	if !s.In.OneWay {
		s.listen()
	}
	if !s.IsLive() {
		return
	}
	acting := s.isActing()
	s.sendFrame()
	for len(s.keys) > 0 && s.keys[0].at <= s.Now { // MS, dtmf message
		s.Send(encode(keyPressed{"dtmf", s.In.SID, s.next(), keyDetails{"inbound_track", s.keys[0].digit}}))
		s.keys = s.keys[1:]
	}
	if acting && !s.isActing() {
		s.endTurn()
	}
}

// isActing reports whether the caller speaks or keys.
func (s *Session) isActing() bool { return len(s.speaks)+len(s.keys) > 0 }

// isListening reports whether the caller listens until its own turn is due.
func (s *Session) isListening() bool { return !s.isActing() && !s.IsAwaiting() }

// endTurn waits for the answer; an agent that has given much to play during the
// turn is answering already.
func (s *Session) endTurn() {
	if !s.agent.isHeard(s.Now) {
		s.concludeInterruption()
	}
	s.agent.forget(s.Now)
	s.Quiet = s.Now
	s.Ask()
	s.firstCame, s.came = s.Now, 0
	if began, ok := s.agent.began(); s.early && ok && s.agent.ended() > s.Now+pause {
		s.Answer.Answered, s.Answer.Finished, s.Answer.First = true, true, began-s.Now
	}
}

// listen takes turns while they are due, and gives up on an agent that does not
// say a word, or too many.
func (s *Session) listen() {
	began, talks := s.agent.began()
	switch {
	case s.Interrupted != nil && s.Now >= s.agent.ended()+pause:
		s.concludeInterruption()
	case s.IsAwaiting() && s.Now >= s.Answer.Asked+dialog.GiveUp:
		s.end(dialog.SessionFailed, webhook.NoWord)
	case s.isListening() && talks && s.agent.ended()-began > dialog.LongestTalk && !s.Upcoming().CutsIn:
		s.end(dialog.SessionFailed, webhook.EndlessTalk)
	}
	for s.isListening() && s.IsLive() && s.isTurnDue() {
		s.takeTurn()
	}
}

// isTurnDue reports whether the agent has been silent for long enough, or talks
// and is to be interrupted now.
func (s *Session) isTurnDue() bool {
	if began, ok := s.agent.began(); ok && s.Upcoming().CutsIn {
		return s.Now >= began+s.Upcoming().After
	}
	return s.Now >= max(s.agent.ended(), s.Quiet)+s.rules.Silence
}

// takeTurn begins what the caller does next, and ends the session when there is
// nothing left to do.
func (s *Session) takeTurn() {
	t, ending := s.NextTurn()
	if ending != dialog.SessionLive {
		s.end(ending, webhook.Accepted)
		return
	}
	keyed := ""
	switch t.Kind {
	case dialog.TurnSilence:
		s.concludeAnswer()
		s.agent.forget(s.Now)
		s.Quiet = s.Now + dialog.SilentTurn - s.rules.Silence
		return
	case dialog.TurnAudio:
		s.speaks = s.rules.Audio[t.Text].frames
	case dialog.TurnKeys:
		keyed = t.Text
	case dialog.TurnFields:
		keyed = t.Fields.Value("Digits")
	case dialog.TurnSpeech: // nobody here can speak a text
	}
	at := s.Now
	for _, digit := range keyed {
		if digit == 'w' {
			at += dialog.KeyPause
			continue
		}
		s.keys = append(s.keys, key{at, string(digit)})
	}
	if !s.isActing() {
		s.FindNoTaker()
		return
	}
	s.concludeAnswer()
	s.concludeInterruption()
	if s.agent.isHeard(s.Now) {
		s.Interrupted = &dialog.Interruption{At: s.Now}
	}
	s.agent.forget(s.Now)
	s.early = false
}

// concludeAnswer hands out the answer to the last turn, which was heard until now.
func (s *Session) concludeAnswer() {
	if a := s.Answer; a != nil && a.Answered {
		a.Whole = max(a.First, min(s.agent.ended(), s.Now)-a.Asked)
	}
	s.Caller.ConcludeAnswer(s.rules.Patience)
}

// concludeInterruption hands out the last, after which the agent was heard until
// now.
func (s *Session) concludeInterruption() {
	if i := s.Interrupted; i != nil {
		i.TalkedOn = max(0, min(s.agent.ended(), s.Now)-i.At)
	}
	s.Caller.ConcludeInterruption()
}
