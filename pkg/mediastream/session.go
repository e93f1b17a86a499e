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
	dialog.Caller
	rules  Rules
	tracks []string

	due      time.Duration // of the next frame
	sequence int           // of the last message
	chunk    int           // of the last frame

	agent     playback
	speaks    []string      // the frames that are still to be sent of the turn
	keys      []key         // likewise
	early     bool          // the agent has said something during the turn
	firstCame time.Duration // when the first audio of the answer did
	came      time.Duration // how much has since, itself included
}

// A key is pressed at a time.
type key struct {
	at    time.Duration
	digit string
}

// New returns the session that a document opens.
func New(rules Rules, in *dialog.Session) *Session {
	s := &Session{Caller: dialog.Caller{In: in}, rules: rules, tracks: []string{"inbound"}}
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
	s.Opened, s.Now, s.Quiet = at, at, at
	s.due = at + Frame
	m := start{Event: "start", Sequence: s.next(), StreamSID: s.In.SID, Start: startDetails{
		AccountSID: s.In.Call.Value("AccountSid"), StreamSID: s.In.SID, CallSID: s.In.Call.Value("CallSid"),
		Tracks: s.tracks, MediaFormat: mediaFormat{"audio/x-mulaw", rate, 1}, CustomParameters: s.In.Parameters(),
	}}
	s.Send([]byte(connected))
	s.Send(encode(m))
	return s.proceed(at)
}

// Wake tells that it is the time that Next named.
func (s *Session) Wake(at time.Duration) dialog.SessionNext { return s.proceed(at) }

// HangUp tells that the run was stopped: the caller hangs up. A stream of one way
// is over with its call, or a Stop ends it.
func (s *Session) HangUp(at time.Duration) dialog.SessionNext {
	s.Out = s.proceed(at) // what is due is sent
	ending := dialog.SessionInterrupted
	if s.In.OneWay {
		ending = dialog.SessionFinished
	}
	s.end(ending, webhook.Accepted)
	return s.HandOut()
}

// Closed tells that the agent has closed the socket. cleanly says that it did so
// with a WebSocket close that names no error. Twilio: error dictionary 31921.
func (s *Session) Closed(at time.Duration, cleanly bool) dialog.SessionNext {
	s.Now = at
	if cleanly {
		s.over(dialog.SessionEndedByAgent, webhook.Accepted)
	} else {
		s.over(dialog.SessionFailed, webhook.StreamClosed)
	}
	return s.HandOut()
}

// Fail tells that the session cannot go on, for a reason that has that code.
func (s *Session) Fail(at time.Duration, code webhook.Code) dialog.SessionNext {
	s.Now = at
	s.over(dialog.SessionFailed, code)
	return s.HandOut()
}

// proceed does what is due at a time, and returns what follows.
func (s *Session) proceed(at time.Duration) dialog.SessionNext {
	s.Now = at
	for s.IsLive() {
		switch {
		case len(s.agent.marks) > 0 && s.agent.marks[0].at <= at:
			s.returnMark()
			continue
		case s.due <= at:
			s.act()
			continue
		}
		s.Out.At, s.Out.Why = s.due, dialog.Sounding
		if len(s.agent.marks) > 0 {
			s.Out.At = min(s.due, s.agent.marks[0].at)
		}
		break
	}
	return s.HandOut()
}

// returnMark tells that what was sent before a mark has been played. MS, mark
// message.
func (s *Session) returnMark() {
	name := s.agent.marks[0].name
	s.agent.marks = s.agent.marks[1:]
	s.Send(encode(marked{"mark", s.next(), s.In.SID, markDetails{name}}))
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
		s.Send(media(s.sequence, track, s.chunk, time.Duration(s.chunk)*Frame, payload, s.In.SID))
	}
	s.Out.Frame = s.due
	s.due += (1 + (s.Now-s.due)/Frame) * Frame
}

// next returns the number of the next message.
func (s *Session) next() string {
	s.sequence++
	return strconv.Itoa(s.sequence)
}

// end ends the session from Twilio's side. MS, stop message.
func (s *Session) end(ending dialog.SessionEnding, code webhook.Code) {
	if s.IsLive() {
		s.Send(encode(stop{"stop", s.next(), stopDetails{s.In.Call.Value("AccountSid"), s.In.Call.Value("CallSid")}, s.In.SID}))
	}
	s.over(ending, code)
}

// over ends the session. What the agent had said to the last turn is handed out.
func (s *Session) over(ending dialog.SessionEnding, code webhook.Code) {
	s.EndAs(ending, code)
	s.concludeAnswer()
	s.concludeInterruption()
}
