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
