package relay

import (
	"strings"
	"time"
	"unicode"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// takeTurn begins what the caller does next, and ends the session when there is
// nothing left to do.
func (s *Session) takeTurn() {
	t, ending := s.NextTurn()
	if ending != dialog.SessionLive {
		s.end(ending, webhook.Accepted)
		return
	}
	text, keyed := t.Text, t.Kind == dialog.TurnKeys
	switch t.Kind {
	case dialog.TurnSilence:
		s.ConcludeAnswer(s.rules.Patience)
		s.agent = playback{}
		s.Quiet = s.Now + dialog.SilentTurn
		return
	case dialog.TurnAudio:
		text = "" // no words
	case dialog.TurnFields:
		words, spoken := t.Fields.Get("SpeechResult")
		digits, isKeyed := t.Fields.Get("Digits")
		if text, keyed = words, false; !spoken {
			text, keyed = digits, isKeyed
		}
	}
	acts := s.actsOf(text, keyed)
	if len(acts) == 0 || keyed && !s.noun.keys || !s.breakIn(keyed) {
		s.FindNoTaker()
		return
	}
	s.ConcludeAnswer(s.rules.Patience)
	s.acts, s.begun, s.early = acts, false, 0
}

// breakIn reports whether the agent is told of what the caller does now: it is
// unless the agent speaks and cannot be interrupted so. If it can, it is. NOUN,
// interruptible and reportInputDuringAgentSpeech: the latter's default is believed
// to be none, since May 2025. That keys interrupt in the same way, with an interrupt
// message, is assumed.
func (s *Session) breakIn(keyed bool) bool {
	allows := func(i interruptible) bool { return keyed && i.keys || !keyed && i.speech }
	part := s.agent.playing(s.Now)
	switch {
	case part == nil && !s.agent.talks: // it is silent
		s.agent = playback{}
		return true
	case part != nil && !allows(part.interruptible), part == nil && !allows(s.noun.interruptible):
		return allows(s.noun.reported)
	}
	began, _ := s.agent.began()
	s.Send(encode(interrupt{
		Type:                     "interrupt",
		UtteranceUntilInterrupt:  s.agent.spoken(s.Now),
		DurationUntilInterruptMS: (s.Now - began).Milliseconds(),
	}))
	if s.Answer != nil {
		s.Answer.Cut = true
	}
	s.dropping = s.agent.talks
	s.Interrupted = &dialog.Interruption{At: s.Now}
	s.agent = playback{}
	return true
}

// actsOf returns the messages of a turn: each key in its time, or the words when
// they are spoken, with growing pieces before them if they are wanted; none if there
// is neither. CR, prompt and dtmf message.
func (s *Session) actsOf(text string, keyed bool) []act {
	at := s.Now
	var acts []act
	if keyed {
		for _, key := range text {
			if key == 'w' {
				at += dialog.KeyPause
				continue
			}
			acts = append(acts, act{at, encode(dtmf{"dtmf", string(key)})})
		}
		return acts
	}
	if text == "" {
		return nil
	}
	spoken := func(words string) time.Duration { return s.Now + s.rules.speaking(words) }
	if s.noun.partial {
		for i, r := range text {
			if words := text[:i]; unicode.IsSpace(r) && spoken(words) >= at+pieceEvery {
				at = spoken(words)
				acts = append(acts, act{at, encode(prompt{"prompt", strings.TrimSpace(words), s.lang, false})})
			}
		}
	}
	return append(acts, act{spoken(text), encode(prompt{"prompt", text, s.lang, true})})
}

// act sends the next message of the turn.
func (s *Session) act() {
	s.Send(s.acts[0].message)
	s.acts, s.begun = s.acts[1:], true
	if len(s.acts) > 0 {
		return
	}
	s.acts = nil
	if s.Ask(); s.early > 0 {
		s.Answer.Answered, s.Answer.Finished, s.Answer.Tokens = true, !s.agent.talks, s.early
	}
}
