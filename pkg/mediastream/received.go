package mediastream

import (
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// Received tells of a message of the agent.
func (s *Session) Received(at time.Duration, text []byte) dialog.SessionNext {
	next := s.proceed(at) // what was due before
	if !s.IsLive() {
		return next
	}
	s.Out = next
	m, err := decode(text, s.In.SID)
	if err != nil || s.In.OneWay {
		return s.Reject(at, "")
	}
	switch m.Event {
	case "media":
		s.hear(m.audio)
	case "mark":
		s.agent.mark(at, *m.Mark.Name)
	case "clear": // MS, clear message
		s.agent.clear(at)
	}
	return s.proceed(at)
}

// Reject tells of a message that Twilio would not process, and why. It logs a
// warning, once, tells the agent nothing, and the stream goes on. To a stream of
// one way no message may be sent. Twilio: error dictionary 31924, 31950, 31951.
func (s *Session) Reject(at time.Duration, _ string) dialog.SessionNext {
	s.Now = at
	if s.IsLive() && s.CountRejected() {
		s.end(dialog.SessionFailed, webhook.StreamMessage)
	}
	return s.proceed(at)
}

// hear takes in audio of the agent. What is first heard of what comes after a turn
// is the answer to it.
func (s *Session) hear(mulaw []byte) {
	first, ok := s.agent.add(s.Now, mulaw)
	s.early = s.early || ok && s.isActing()
	a := s.Answer
	switch {
	case a == nil:
		return
	case ok && !a.Answered:
		a.Answered, a.Finished, a.First = true, true, first-a.Asked
		s.firstCame, s.came = s.Now, 0
	case ok && s.came > 0:
		a.Audio, a.Coming = s.came, s.Now-s.firstCame
	}
	if a.Answered {
		s.came += length(len(mulaw))
	}
}
