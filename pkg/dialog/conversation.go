package dialog

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"call-load-tester/pkg/webhook"
)

// A Conversation is one call, or one thread of messages. It is not safe for
// concurrent use. Use it so: Request, and Answered with what was answered, again
// and again until Next says that it is over.
type Conversation struct {
	player *Player
	person *Person
	start  time.Time
	random rand.PCG // of SIDs
	sid    string   // the call's; of a chat, the hex digits of the last message's
	from   string   // of a chat whose person gives no number

	clock     time.Duration // since the start, at the last answer
	wait      time.Duration // from then on: what is played and awaited
	next      pending       // the request that follows, if any
	callbacks []Request     // to hand out
	status    *Request      // likewise, when the wait is over

	at        position // in the document being executed
	queue     *queueing
	connected *connected // nil: the call is in no session
	streams   []*Session // of one way, that have not been stopped
	forks     []Fork     // to hand out
	jars      []jar

	pickedUp   bool
	pickedUpAt time.Duration

	turns         int // taken
	noTaker       int // of these, that nothing listened to
	unmet         int // times that there was no turn left
	elsewhere     int
	requests      int // first and follow-up
	sessionFailed bool
	ending        Ending
	code          webhook.Code
	lasted        time.Duration
}

// A position is a place in a document that came from a URL.
type position struct {
	document *webhook.Element
	next     int    // the verb to execute
	url      string // as Twilio has it
	role     Role   // of the request that brought it
}

// Next is what follows.
type Next struct {
	// Wait is how long after what was told the request of the conversation is due,
	// or until it is over.
	Wait time.Duration
	// Over says that no request of the conversation follows.
	Over bool
	// Session, if not nil, is to be opened when Wait is over. How it ended is told
	// with SessionEnded.
	Session *Session
	// Status, if not nil, is the number's status callback: the call is over when
	// Wait is, and that is when it is due.
	Status *Request
	// Forks are streams that begin or end besides the conversation, in this order.
	// How they ended is not told to it.
	Forks []Fork
	// Callbacks are requests besides the conversation, each due in its own time.
	// Their answers are not told to the conversation.
	Callbacks []Request
}

// Answered tells what the last request was answered, and how long after it was
// due. Where there was no answer, answer has no document but a code. at is the
// URL, as Twilio has it, that answered in the end, if there were HTTP redirects;
// empty: the one that was asked.
func (c *Conversation) Answered(answer webhook.Reading, at string, took time.Duration) Next {
	asked := c.passed(took)
	if at == "" {
		at = asked.url
	}
	switch {
	case c.ending != Live: // the caller has hung up
	case answer.Document == nil:
		c.fail(answer.Code, asked.role, asked.url)
	default:
		c.execute(position{document: answer.Document, url: at, role: asked.role})
	}
	return c.handOut()
}

// Elsewhere tells that an HTTP redirect led to a URL that may not be asked. It is
// taken for an empty answer.
func (c *Conversation) Elsewhere(took time.Duration) Next {
	asked := c.passed(took)
	if c.ending == Live {
		c.elsewhere++
		c.execute(position{document: nothing, url: asked.url, role: asked.role})
	}
	return c.handOut()
}

// HangUp tells that the run was stopped so long after what was told last, on the
// conversation's clock: the caller hangs up. One that had ended by then stays as
// it is, but its last request is not made; and what has failed has failed.
func (c *Conversation) HangUp(after time.Duration) Next {
	c.next, c.connected = pending{}, nil
	if c.ending == Live || after < c.wait {
		c.clock += after
		c.wait = 0
		c.pickedUp = c.pickedUp && c.pickedUpAt <= c.clock
		if c.ending != Failed && c.ending != Endless {
			c.ending = Interrupted
		}
		c.end(c.ending)
	}
	return c.handOut()
}

// Cut tells that the run was over before the last request was answered, so long
// after it was due: the caller hangs up.
func (c *Conversation) Cut(took time.Duration) Next {
	c.passed(took)
	return c.HangUp(0)
}

// passed moves the clock to when the last request was answered, and returns it.
func (c *Conversation) passed(took time.Duration) pending {
	asked := c.next
	c.clock += c.wait + took
	c.wait = 0
	c.next = pending{}
	c.status = nil
	return asked
}

func (c *Conversation) handOut() Next {
	next := Next{Wait: c.wait, Over: c.next.link == nil && c.connected == nil, Status: c.status, Forks: c.forks, Callbacks: c.callbacks}
	if c.connected != nil {
		next.Session = c.connected.Session
	}
	c.forks, c.callbacks = nil, nil
	return next
}

// Ending returns how the conversation ended.
func (c *Conversation) Ending() Ending { return c.ending }

// Code returns why it failed, and Accepted if it did not.
func (c *Conversation) Code() webhook.Code {
	if c.ending != Failed {
		return webhook.Accepted
	}
	return c.code
}

// AsMeant reports whether it ended as the row means it to: not failed, not
// endless, every turn taken and of use.
func (c *Conversation) AsMeant() bool {
	switch c.ending {
	case Finished, Rejected, HungUpByApp, HungUpByCaller:
		return c.turns == len(c.person.turns) && c.noTaker == 0 && !c.sessionFailed
	}
	return false
}

// Counts tells of a conversation's turns and of what was not asked.
type Counts struct {
	Turns     int // that the person has taken
	NoTaker   int // of these, that nothing listened to
	Left      int // turns of the row that were not taken
	Unmet     int // times that a turn was listened for and none was left
	Elsewhere int // requests to hosts that may not be asked
}

// Counts returns what has been counted so far.
func (c *Conversation) Counts() Counts {
	return Counts{c.turns, c.noTaker, len(c.person.turns) - c.turns, c.unmet, c.elsewhere}
}

// Lasted returns how long it has lasted, on its own clock.
func (c *Conversation) Lasted() time.Duration { return c.lasted }

// Minutes returns the minutes begun of a call that was answered: what Twilio
// bills. Twilio: voice is rounded up to whole minutes.
func (c *Conversation) Minutes() int {
	if !c.pickedUp || c.isChat() {
		return 0
	}
	return minutes(c.lasted - c.pickedUpAt)
}

func (c *Conversation) isChat() bool { return c.player.rules.Envelope.Kind == webhook.Chat }

// now returns the time on the conversation's clock.
func (c *Conversation) now() time.Duration { return c.clock + c.wait }

// newDigits returns the hex digits of a new SID.
func (c *Conversation) newDigits() string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], c.random.Uint64())
	binary.LittleEndian.PutUint64(b[8:], c.random.Uint64())
	return hex.EncodeToString(b[:])
}

// seconds returns a time in whole seconds, begun ones included.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// minutes returns how many minutes are begun in a time: at least one.
func minutes(d time.Duration) int { return max(1, (seconds(d)+59)/60) }
