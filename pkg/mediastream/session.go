package mediastream

import (
	"strconv"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// A Session is one stream of a call, and the caller's part in it. It is not safe
// for concurrent use. Use it so: Open; then Received, Reject, Wake, Closed, Fail
// and HangUp as things happen, until Next says that it is over. Times never
// go back.
type Session struct {
	rules  Rules
	in     *dialog.Session
	tracks []string

	opened, now time.Duration
	due         time.Duration // of the next frame
	sequence    int           // of the last message
	chunk       int           // of the last frame

	phase       phase
	agent       playback
	quiet       time.Duration        // until when the agent need not talk: the end of a turn
	speaks      []string             // the frames that are still to be sent of the turn
	keys        []key                // likewise
	early       bool                 // the agent has said something during the turn
	firstCame   time.Duration        // when the first audio of the answer did
	came        time.Duration        // how much has since, itself included
	answer      *dialog.Answer       // to the last turn; nil before the first
	interrupted *dialog.Interruption // that is not told yet

	out     dialog.SessionNext
	turns   int
	noTaker int
	invalid int
	ending  dialog.SessionEnding
	code    webhook.Code
}

// A phase is what the caller does.
type phase uint8

const (
	listening phase = iota // to the agent, until its own turn is due
	acting                 // it speaks or keys
	awaiting               // its turn is over, and the agent has not begun to answer
)

// A key is pressed at a time.
type key struct {
	at    time.Duration
	digit string
}

// New returns the session that a document opens.
func New(rules Rules, in *dialog.Session) *Session {
	s := &Session{rules: rules, in: in, tracks: []string{"inbound"}}
	switch track := in.Noun.Attrs.Value("track"); { // STREAM, track
	case !in.OneWay:
	case track == "outbound_track":
		s.tracks = []string{"outbound"}
	case track == "both_tracks":
		s.tracks = []string{"inbound", "outbound"}
	}
	return s
}

// Open tells that the socket is open. MS, connected and start message.
func (s *Session) Open(at time.Duration) dialog.SessionNext {
	s.opened, s.now, s.quiet = at, at, at
	s.due = at + Frame
	m := start{Event: "start", Sequence: s.next(), StreamSID: s.in.SID, Start: startDetails{
		AccountSID: s.in.Call.Value("AccountSid"), StreamSID: s.in.SID, CallSID: s.in.Call.Value("CallSid"),
		Tracks: s.tracks, MediaFormat: mediaFormat{"audio/x-mulaw", rate, 1}, CustomParameters: map[string]string{},
	}}
	for _, p := range s.in.Noun.Children {
		if p.Name == "Parameter" {
			m.Start.CustomParameters[p.Attrs.Value("name")] = p.Attrs.Value("value")
		}
	}
	s.send([]byte(connected))
	s.send(encode(m))
	return s.proceed(at)
}

// Wake tells that it is the time that Next named.
func (s *Session) Wake(at time.Duration) dialog.SessionNext { return s.proceed(at) }

// HangUp tells that the run was stopped: the caller hangs up. A stream of one way
// is over with its call, or a Stop ends it.
func (s *Session) HangUp(at time.Duration) dialog.SessionNext {
	s.out = s.proceed(at) // what is due is sent
	ending := dialog.SessionInterrupted
	if s.in.OneWay {
		ending = dialog.SessionFinished
	}
	s.end(ending, webhook.Accepted)
	return s.handOut()
}

// Closed tells that the agent has closed the socket. cleanly says that it did so
// with a WebSocket close that names no error. Twilio: error dictionary 31921.
func (s *Session) Closed(at time.Duration, cleanly bool) dialog.SessionNext {
	s.now = at
	if cleanly {
		s.over(dialog.SessionEndedByAgent, webhook.Accepted)
	} else {
		s.over(dialog.SessionFailed, webhook.StreamClosed)
	}
	return s.handOut()
}

// Fail tells that the session cannot go on, for a reason that has that code.
func (s *Session) Fail(at time.Duration, code webhook.Code) dialog.SessionNext {
	s.now = at
	s.over(dialog.SessionFailed, code)
	return s.handOut()
}

// End returns how the session ended, for the conversation that it is part of.
func (s *Session) End() dialog.SessionEnd {
	return dialog.SessionEnd{Ending: s.ending, Code: s.code, Lasted: s.now - s.opened, Turns: s.turns, NoTaker: s.noTaker}
}

// Rejected returns how many messages Twilio would not have processed.
func (s *Session) Rejected() int { return s.invalid }

// proceed does what is due at a time, and returns what follows.
func (s *Session) proceed(at time.Duration) dialog.SessionNext {
	s.now = at
	for s.ending == dialog.SessionLive {
		switch {
		case len(s.agent.marks) > 0 && s.agent.marks[0].at <= at:
			s.returnMark()
			continue
		case s.due <= at:
			s.act()
			continue
		}
		s.out.At, s.out.Why = s.due, dialog.Sounding
		if len(s.agent.marks) > 0 {
			s.out.At = min(s.due, s.agent.marks[0].at)
		}
		break
	}
	return s.handOut()
}

// returnMark tells that what was sent before a mark has been played. MS, mark
// message.
func (s *Session) returnMark() {
	name := s.agent.marks[0].name
	s.agent.marks = s.agent.marks[1:]
	s.send(encode(marked{"mark", s.next(), s.in.SID, markDetails{name}}))
}

// sendFrame sends 20 ms of audio. A frame that is late delays those that follow:
// they are never bunched. ABOUT and MS, media message; that the time in it counts
// to the end of the frame is assumed.
func (s *Session) sendFrame() {
	payload := silentFrame
	if len(s.speaks) > 0 {
		payload, s.speaks = s.speaks[0], s.speaks[1:]
	}
	s.chunk++
	for _, track := range s.tracks {
		if track == "outbound" {
			payload = silentFrame // what Say and Play would sound like is nobody's concern
		}
		s.sequence++
		s.send(media(s.sequence, track, s.chunk, time.Duration(s.chunk)*Frame, payload, s.in.SID))
	}
	s.out.Frame = s.due
	s.due += (1 + (s.now-s.due)/Frame) * Frame
}

func (s *Session) send(message []byte) { s.out.Send = append(s.out.Send, message) }

// next returns the number of the next message.
func (s *Session) next() string {
	s.sequence++
	return strconv.Itoa(s.sequence)
}

func (s *Session) handOut() dialog.SessionNext {
	out := s.out
	s.out = dialog.SessionNext{}
	out.Over = s.ending != dialog.SessionLive
	return out
}

// end ends the session from Twilio's side. MS, stop message.
func (s *Session) end(ending dialog.SessionEnding, code webhook.Code) {
	if s.ending == dialog.SessionLive {
		s.send(encode(stop{"stop", s.next(), stopDetails{s.in.Call.Value("AccountSid"), s.in.Call.Value("CallSid")}, s.in.SID}))
	}
	s.over(ending, code)
}

// over ends the session. What the agent had said to the last turn is handed out.
func (s *Session) over(ending dialog.SessionEnding, code webhook.Code) {
	if s.ending == dialog.SessionLive {
		s.ending, s.code = ending, code
		s.concludeAnswer()
		s.concludeInterruption()
	}
}
