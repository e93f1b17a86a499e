package dialog

import (
	"time"

	"call-load-tester/pkg/webhook"
)

// A Caller is the person in a session, who takes turns with an agent: what is the
// same whatever the protocol. The packages of the protocols embed it; all of it but
// End and Rejected is for them.
type Caller struct {
	In          *Session
	Opened, Now time.Duration
	Quiet       time.Duration // until when the agent need not talk
	Answer      *Answer       // to the last turn; nil before the first, and while the next is taken
	Interrupted *Interruption // that is not told yet
	HandoffData string        // of the agent that ended the session
	Out         SessionNext   // what is to be handed out

	end      SessionEnd
	rejected int
}

const (
	// SilentTurn is how long a turn of silence is: the default of a Gather.
	SilentTurn = 5 * time.Second

	// GiveUp is how long a caller waits for a first word before it hangs up. It is
	// made up.
	GiveUp = 30 * time.Second

	// LongestTalk is how long an agent may talk between two turns. Then the caller
	// hangs up. It is made up.
	LongestTalk = 10 * time.Minute

	// maxRejected is how many invalid messages one session gets over: an agent that
	// answers each error with another would go on for ever. It is made up.
	maxRejected = 1000
)

// Upcoming returns the caller's next turn; one of silence if there is none.
func (c *Caller) Upcoming() Turn {
	if c.end.Turns == len(c.In.Turns) {
		return Turn{}
	}
	return c.In.Turns[c.end.Turns]
}

// NextTurn returns the turn that the caller takes now, or how it ends the session
// instead: with nothing left to do, or as the row says.
func (c *Caller) NextTurn() (Turn, SessionEnding) {
	if c.end.Turns == len(c.In.Turns) {
		return Turn{}, SessionFinished
	}
	t := c.Upcoming()
	c.end.Turns++
	if t.Kind == TurnHangUp {
		return t, SessionHungUp
	}
	return t, SessionLive
}

// FindNoTaker says that nothing listens to the turn.
func (c *Caller) FindNoTaker() {
	c.end.NoTaker++
	c.Quiet = c.Now
}

// Ask says that the turn is over: the agent is to answer.
func (c *Caller) Ask() { c.Answer, c.Out.Asked = &Answer{Asked: c.Now}, true }

// IsAwaiting reports whether a turn is over and the agent has not begun to answer.
func (c *Caller) IsAwaiting() bool { return c.Answer != nil && !c.Answer.Answered }

// ConcludeAnswer hands out what the agent said to the last turn, if there was one.
func (c *Caller) ConcludeAnswer(patience time.Duration) {
	if a := c.Answer; a != nil {
		a.conclude(c.Now, patience, c.end)
		c.Out.Answer, c.Answer = a, nil
	}
}

// ConcludeInterruption hands out how the agent took the last, if there was one.
func (c *Caller) ConcludeInterruption() {
	if i := c.Interrupted; i != nil {
		c.Out.Interruption, c.Interrupted = i, nil
	}
}

// CountRejected counts a message that Twilio would not process, and reports
// whether they are too many.
func (c *Caller) CountRejected() (tooMany bool) {
	c.rejected++
	return c.rejected >= maxRejected
}

// Rejected returns how many messages Twilio would not have processed.
func (c *Caller) Rejected() int { return c.rejected }

// Send has a message sent.
func (c *Caller) Send(message []byte) { c.Out.Send = append(c.Out.Send, message) }

// HandOut returns what follows, and forgets it.
func (c *Caller) HandOut() SessionNext {
	out := c.Out
	c.Out = SessionNext{}
	out.Over = !c.IsLive()
	return out
}

// IsLive reports whether the session has not ended.
func (c *Caller) IsLive() bool { return c.end.Ending == SessionLive }

// EndAs ends the session, unless it has ended.
func (c *Caller) EndAs(ending SessionEnding, code webhook.Code) {
	if c.IsLive() {
		c.end.Ending, c.end.Code = ending, code
	}
}

// End returns how the session ended, for the conversation that it is part of.
func (c *Caller) End() SessionEnd {
	end := c.end
	end.HandoffData, end.Lasted = c.HandoffData, c.Now-c.Opened
	return end
}
