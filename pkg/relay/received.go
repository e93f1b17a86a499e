package relay

import (
	"fmt"
	"strings"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// Received tells of a message of the agent.
func (s *Session) Received(at time.Duration, text []byte) dialog.SessionNext {
	m, err := decode(text)
	if err != nil {
		return s.Reject(at, fmt.Sprintf("Invalid message received: %.200s: %v", text, err))
	}
	s.Now = at
	if !s.IsLive() {
		return s.HandOut()
	}
	switch m.Type {
	case "text":
		s.hear(*m.Token, m.Last, s.rules.speaking(*m.Token), &m)
	case "play":
		loop := 1
		if m.Loop != nil {
			if loop = min(*m.Loop, maxLoop); loop == 0 {
				loop = maxLoop
			}
		}
		s.hear("", !s.agent.talks, time.Duration(loop)*s.rules.Play, &m)
	case "language":
		if m.Transcription != nil {
			s.lang = *m.Transcription
		}
	case "end":
		if m.HandoffData != nil {
			s.HandoffData = *m.HandoffData
		}
		s.end(dialog.SessionEndedByAgent, webhook.Accepted)
	}
	return s.proceed()
}

// Reject tells of a message that Twilio would not process. The session goes
// on. CR: "A failed validation check does not end the session"; error dictionary
// 64107.
func (s *Session) Reject(at time.Duration, description string) dialog.SessionNext {
	s.Now = at
	if s.IsLive() {
		s.Send(encode(failure{"error", description}))
		if s.CountRejected() {
			s.end(dialog.SessionFailed, webhook.RelayMessage)
		}
	}
	return s.proceed()
}

// hear takes in text or media of the agent, which take so long. last says that no
// more text belongs to it. A text without a word may be the last of an answer, and
// is none by itself.
func (s *Session) hear(token string, last bool, takes time.Duration, m *message) {
	if takes == 0 && !last {
		return
	}
	if s.talksOn() {
		s.Interrupted.TalkedOn = s.Now - s.Interrupted.At
		s.dropping = !last
		return
	}
	empty := strings.TrimSpace(token) == "" && m.Type == "text"
	if empty && !s.agent.talks && !s.isAnswered() {
		return // it begins nothing, and is the last of nothing
	}
	if part := s.agent.playing(s.Now); part != nil && part.preemptible && !s.agent.talks {
		s.agent.cut(s.Now)
	}
	i, preemptible := s.noun.interruptible, s.noun.preemptible
	if m.interruptible != nil {
		i = *m.interruptible
	}
	if m.preemptible != nil {
		preemptible = *m.preemptible
	}
	s.agent.talks = !last
	if began, ok := s.agent.began(); ok && s.agent.until-began > dialog.LongestTalk {
		return // nobody listens any more
	}
	s.agent.add(s.Now, token, takes, i, preemptible)
	if len(s.acts) > 0 && s.begun && (!empty || s.early > 0) {
		s.early++
	}
	if s.IsAwaiting() && !empty {
		s.Answer.Answered, s.Answer.First = true, s.Now-s.Answer.Asked
	}
	if a := s.Answer; a != nil && a.Answered {
		a.Tokens++
		a.Finished, a.Whole = last, s.Now-a.Asked
	}
	if began, ok := s.agent.began(); ok && s.agent.until-began > dialog.LongestTalk && !s.Upcoming().CutsIn {
		s.end(dialog.SessionFailed, webhook.EndlessTalk)
	}
}

// talksOn reports whether the agent is still at what the caller has cut, as far as is
// known: its last token has not come, and the caller still says what it cut in for, or
// the agent has talked since and has not rested.
func (s *Session) talksOn() bool {
	i := s.Interrupted
	return i != nil && s.dropping && (len(s.acts) > 0 || i.TalkedOn > 0 && s.Now < s.rested())
}

// rested returns when the agent will have rested, if nothing more comes of what the
// caller has cut.
func (s *Session) rested() time.Duration { return s.Interrupted.At + s.Interrupted.TalkedOn + rest }

// isAnswered reports whether the agent has begun to answer the turn.
func (s *Session) isAnswered() bool { return s.early > 0 || s.Answer != nil && s.Answer.Answered }
