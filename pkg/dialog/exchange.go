package dialog

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"call-load-tester/pkg/webhook"
)

// SessionNext is what follows in a session, as the package of its protocol tells
// whoever holds the socket.
type SessionNext struct {
	Send [][]byte // now, in this order
	// Frame is when the 20 ms of audio in Send were due; 0 if there are none.
	Frame time.Duration
	// At is when the session is to be woken, unless something happens before.
	At  time.Duration
	Why Waiting
	// Over says that the session has ended: the socket is to be closed.
	Over bool
	// Asked says that a turn is over: the agent is to answer.
	Asked bool
	// Answer, if not nil, is what the agent said to a turn that is over.
	Answer *Answer
	// Interruption, if not nil, is how the agent took one.
	Interruption *Interruption
}

// Waiting is what a session waits for.
type Waiting uint8

const (
	Played     Waiting = iota // speech: nobody need wait where calls take no time
	Awaited                   // the agent
	Unfinished                // text that lacks its last token: for its words to be spoken and the rest to come; fast, for the rest alone
	Lingering                 // thinking: the agent may have something to say meanwhile, or end the session
	CuttingIn                 // speech that has interrupted the agent, which takes its time however fast calls are: the agent is to stop meanwhile
	Sounding                  // audio, which takes its time likewise
)

// ReadMessage reads a message of an agent. The error says why Twilio would not
// process it. What a message has besides is let pass.
func ReadMessage(text []byte, message any) error {
	err := json.Unmarshal(text, message)
	var typ *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &typ) && typ.Field != "":
		return fmt.Errorf("%s must not be a JSON %s", typ.Field, typ.Value)
	}
	return errors.New("it is not a JSON object")
}

// An Answer is what an agent said to a turn.
type Answer struct {
	Asked     time.Duration // when the turn was over: its last words or its last key were sent
	Answered  bool          // there was a word
	Finished  bool          // all of it came; for audio none is ever missing
	Cut       bool          // the caller interrupted it, or the run was stopped
	Unheard   bool          // the run was stopped while there was no word yet, and that was in time
	HandedOff bool          // the agent ended the session instead, in time and in good order
	Late      bool          // the first word took longer than Patience, or did not come in that time
	First     time.Duration // from Asked to the first word
	Whole     time.Duration // from Asked to the last word

	Tokens int           // of text
	Audio  time.Duration // of audio: how much came after the first word,
	Coming time.Duration // and in which time
}

// conclude says what can only be said when no more of the answer is heard: now,
// since the session ended so, or is live and goes on. An end of which Twilio would
// log an error is no hand-off.
func (a *Answer) conclude(now, patience time.Duration, end SessionEnd) {
	a.Late = a.Answered && a.First > patience || !a.Answered && now-a.Asked >= patience
	waits := !a.Answered && !a.Late
	switch end.Ending {
	case SessionInterrupted:
		a.Cut, a.Unheard = a.Answered, waits
	case SessionEndedByAgent:
		a.HandedOff = waits && end.Code == webhook.Accepted
	}
}

// An Interruption is what an agent did that was interrupted.
type Interruption struct {
	At       time.Duration
	TalkedOn time.Duration // for so long what had been cut still came, or was still heard; 0: it stopped at once
}
