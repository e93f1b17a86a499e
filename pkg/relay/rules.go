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

// pieceEvery is how far apart the pieces of a partial prompt are at least. It is
// made up.
const pieceEvery = 500 * time.Millisecond

// rest is how long an agent that talks on must say nothing before what it says next
// is no more of what the caller has cut, if the last token of that does not come. It
// is made up.
const rest = 100 * time.Millisecond

// speaking returns how long it takes to speak a text.
func (r *Rules) speaking(text string) time.Duration {
	return time.Duration(utf8.RuneCountInString(text)) * time.Second / time.Duration(r.Speech)
}
