package relay

import (
	"time"
	"unicode/utf8"
)

// Rules are what all sessions of a run have in common.
type Rules struct {
	Think    time.Duration // from the end of the agent's words to the caller's next turn
	Speech   int           // characters a second that are spoken, by the agent and by the caller; above 0
	Play     time.Duration // how long the media of a play are
	Patience time.Duration // an answer whose first word takes longer is late; and how long text may rest that lacks its last token
	Partial  bool          // what the caller says is told in growing pieces, even if the noun does not ask for it
}

const (
	// silence is how long a turn of silence is: the default of a Gather.
	silence = 5 * time.Second

	// giveUp is how long a caller waits for a first word before it hangs up. It is
	// made up.
	giveUp = 30 * time.Second

	// longest is how long an agent may talk between two turns. Then the caller hangs
	// up. It is made up.
	longest = 10 * time.Minute

	// pieceEvery is how far apart the pieces of a partial prompt are at least. It is
	// made up.
	pieceEvery = 500 * time.Millisecond

	// keyPause is what w stands for among keys. Twilio: TwiML <Play>, digits.
	keyPause = 500 * time.Millisecond

	// maxInvalid is how many invalid messages one session gets over: an agent that
	// answers each error with another would go on for ever.
	maxInvalid = 1000
)

// speaking returns how long it takes to speak a text.
func (r *Rules) speaking(text string) time.Duration {
	return time.Duration(utf8.RuneCountInString(text)) * time.Second / time.Duration(r.Speech)
}
