package mediastream

import (
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// act does what the caller does in the 20 ms that are over: it takes its turn when
// that is due, and sends audio and keys.
func (s *Session) act() {
	if !s.in.OneWay {
		s.listen()
	}
	if s.ending != dialog.SessionLive {
		return
	}
	s.sendFrame()
	for len(s.keys) > 0 && s.keys[0].at <= s.now { // MS, dtmf message
		s.send(encode(keyPressed{"dtmf", s.in.SID, s.next(), keyDetails{"inbound_track", s.keys[0].digit}}))
		s.keys = s.keys[1:]
	}
	if s.phase == acting && len(s.speaks)+len(s.keys) == 0 {
		s.endTurn()
	}
}

// endTurn waits for the answer; an agent that has given much to play during the
// turn is answering already.
func (s *Session) endTurn() {
	if !s.agent.isHeard(s.now) {
		s.concludeInterruption()
	}
	s.agent.forget(s.now)
	s.quiet = s.now
	s.answer, s.out.Asked = &dialog.Answer{Asked: s.now}, true
	s.firstCame, s.came = s.now, 0
	s.phase = awaiting
	if began, ok := s.agent.began(); s.early && ok && s.agent.ended() > s.now+pause {
		s.answer.Answered, s.answer.Finished, s.answer.First = true, true, began-s.now
		s.phase = listening
	}
}

// listen takes turns while they are due, and gives up on an agent that does not
// say a word, or too many.
func (s *Session) listen() {
	began, talks := s.agent.began()
	switch {
	case s.interrupted != nil && s.now >= s.agent.ended()+pause:
		s.concludeInterruption()
	case s.phase == awaiting && s.now >= s.answer.Asked+giveUp:
		s.end(dialog.SessionFailed, webhook.NoWord)
	case s.phase == listening && talks && s.agent.ended()-began > longest && !s.cutsIn():
		s.end(dialog.SessionFailed, webhook.EndlessTalk)
	}
	for s.phase == listening && s.ending == dialog.SessionLive && s.isTurnDue() {
		s.takeTurn()
	}
}

// isTurnDue reports whether the agent has been silent for long enough, or talks
// and is to be interrupted now.
func (s *Session) isTurnDue() bool {
	if s.cutsIn() {
		if began, ok := s.agent.began(); ok {
			return s.now >= began+s.in.Turns[s.turns].After
		}
	}
	return s.now >= max(s.agent.ended(), s.quiet)+s.rules.Silence
}

// cutsIn reports whether the caller will not wait for the agent's end.
func (s *Session) cutsIn() bool {
	return s.turns < len(s.in.Turns) && s.in.Turns[s.turns].CutsIn
}

// takeTurn begins what the caller does next, and ends the session when there is
// nothing left to do.
func (s *Session) takeTurn() {
	if s.turns == len(s.in.Turns) {
		s.end(dialog.SessionFinished, webhook.Accepted)
		return
	}
	t := s.in.Turns[s.turns]
	s.turns++
	keyed := ""
	switch t.Kind {
	case dialog.TurnHangUp:
		s.end(dialog.SessionHungUp, webhook.Accepted)
		return
	case dialog.TurnSilence:
		s.concludeAnswer()
		s.agent.forget(s.now)
		s.quiet = s.now + silentTurn - s.rules.Silence
		return
	case dialog.TurnAudio:
		s.speaks = s.rules.Audio[t.Text].frames
	case dialog.TurnKeys:
		keyed = t.Text
	case dialog.TurnFields:
		keyed = t.Fields.Value("Digits")
	case dialog.TurnSpeech: // nobody here can speak a text
	}
	at := s.now
	for _, digit := range keyed {
		if digit == 'w' {
			at += keyPause
			continue
		}
		s.keys = append(s.keys, key{at, string(digit)})
	}
	if len(s.speaks)+len(s.keys) == 0 {
		s.noTaker++
		s.quiet = s.now
		return
	}
	s.concludeAnswer()
	s.concludeInterruption()
	if s.agent.isHeard(s.now) {
		s.interrupted = &dialog.Interruption{At: s.now}
	}
	s.agent.forget(s.now)
	s.phase, s.early = acting, false
}

func (s *Session) concludeAnswer() {
	if a := s.answer; a != nil {
		if a.Answered {
			a.Whole = max(a.First, min(s.agent.ended(), s.now)-a.Asked)
		}
		a.Conclude(s.now, s.rules.Patience, s.ending)
		s.out.Answer, s.answer = a, nil
	}
}

func (s *Session) concludeInterruption() {
	if i := s.interrupted; i != nil {
		i.TalkedOn = max(0, min(s.agent.ended(), s.now)-i.At)
		s.out.Interruption, s.interrupted = i, nil
	}
}
