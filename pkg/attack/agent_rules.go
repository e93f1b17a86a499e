package attack

import (
	"cmp"
	"fmt"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/mediastream"
	"call-load-tester/pkg/relay"
)

// AgentRules are what all sessions with voice agents have in common. A zero value
// stands for the default, or for what the Rules of conversations say.
type AgentRules struct {
	Think    time.Duration // from the end of the agent's words to the caller's next turn; 0: as in the Rules
	Speech   int           // characters a second that are spoken; 0: as in the Rules
	Patience time.Duration // an answer whose first word takes longer is late; 0: DefaultPatience
	Partial  bool          // prompts come in growing pieces

	Silence time.Duration                 // streams: of the agent, after which a turn is due; 0: mediastream.DefaultSilence
	Audio   map[string]*mediastream.Audio // streams: what turns of audio name
}

// DefaultPatience is how long a caller waits for a first word before it gets
// restless.
const DefaultPatience = 5 * time.Second

func (r AgentRules) rules(d dialog.Rules) relay.Rules {
	return relay.Rules{
		Think:    cmp.Or(r.Think, d.Think, dialog.DefaultThink),
		Speech:   cmp.Or(r.Speech, d.Speech, dialog.DefaultSpeech),
		Play:     cmp.Or(d.Play, dialog.DefaultPlay),
		Patience: cmp.Or(r.Patience, DefaultPatience),
		Partial:  r.Partial,
	}
}

func (r AgentRules) stream() mediastream.Rules {
	return mediastream.Rules{
		Silence:  cmp.Or(r.Silence, mediastream.DefaultSilence),
		Patience: cmp.Or(r.Patience, DefaultPatience),
		Audio:    r.Audio,
	}
}

func (r AgentRules) check() error {
	if r.Think < 0 || r.Speech < 0 || r.Patience < 0 || r.Silence < 0 {
		return fmt.Errorf("agents: Think %v, Speech %d, Patience %v, Silence %v: they must not be negative", r.Think, r.Speech, r.Patience, r.Silence)
	}
	return nil
}
