package mediastream

import "time"

// Defaults of the Rules.
const (
	DefaultSilence  = 700 * time.Millisecond
	DefaultPatience = 5 * time.Second
)

// Rules are what all streams of a run have in common.
type Rules struct {
	Silence  time.Duration     // of the agent, after which the caller's next turn is due
	Patience time.Duration     // an answer whose first word takes longer is late
	Audio    map[string]*Audio // what turns of audio name
}

const (
	// silentTurn is how long a turn of silence is: the default of a Gather.
	silentTurn = 5 * time.Second

	// giveUp is how long a caller waits for a first word before it hangs up. It is
	// made up.
	giveUp = 30 * time.Second

	// longest is how long an agent may talk between two turns. Then the caller hangs
	// up. It is made up.
	longest = 10 * time.Minute

	// keyPause is what w stands for among keys. Twilio: TwiML <Play>, digits.
	keyPause = 500 * time.Millisecond

	// maxInvalid is how many invalid messages one session gets over. It is made up.
	maxInvalid = 1000
)
