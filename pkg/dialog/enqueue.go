package dialog

import (
	"slices"
	"strconv"
	"time"

	"call-load-tester/pkg/webhook"
)

// queueing is a call that waits in a queue.
type queueing struct {
	verb    *webhook.Element // the Enqueue
	after   position         // where the call goes on
	sid     string
	entered time.Duration
}

// enqueue executes an Enqueue: the waitUrl is played once, then somebody takes
// the call, unless the row says otherwise. Control goes to the action, or to the
// next verb.
// Twilio: TwiML <Enqueue>.
func (c *Conversation) enqueue(verb *webhook.Element) {
	c.pickUp()
	q := &queueing{verb: verb, after: c.at, sid: "QU" + c.newDigits(), entered: c.now()}
	if _, ok := attr(verb, "action"); ok && c.isNotEnqueued() {
		c.comeBack(q, "")
		return
	}
	waitURL, given := verb.Attrs.Get("waitUrl")
	switch {
	case !given: // Twilio's own music
		c.spend(c.player.rules.Play)
		c.leftQueue(q, "bridged")
	case waitURL == "": // silence
		c.leftQueue(q, "bridged")
	default:
		c.queue = q
		c.ask(waitURL, isGet(verb, "waitUrlMethod"), webhook.Row{
			{Name: "QueueSid", Value: q.sid},
			{Name: "QueuePosition", Value: "1"},
			{Name: "QueueTime", Value: "0"},
			{Name: "AvgQueueTime", Value: "0"},
			{Name: "CurrentQueueSize", Value: "1"},
			{Name: "MaxQueueSize", Value: "1000"},
		})
	}
}

// isNotEnqueued reports whether the row says next that there is no place in the
// queue.
func (c *Conversation) isNotEnqueued() bool {
	if c.turns == len(c.person.turns) {
		return false
	}
	return slices.Contains([]string{"queue-full", "error", "system-error"}, c.person.turns[c.turns].Fields.Value("QueueResult"))
}

// isForWaiting reports whether a verb may be in a document that is played to who
// waits in a queue. Twilio: TwiML <Enqueue>, waitUrl.
func isForWaiting(verb string) bool {
	switch verb {
	case "Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather":
		return true
	}
	return false
}

// leave executes a Leave, which is for calls that wait. Twilio: TwiML <Leave>.
func (c *Conversation) leave() {
	if c.queue != nil {
		c.leaveQueue("leave")
	}
}

func (c *Conversation) leaveQueue(result string) {
	q := c.queue
	c.queue = nil
	c.leftQueue(q, result)
}

// leftQueue goes on after a queue.
func (c *Conversation) leftQueue(q *queueing, result string) {
	c.at = q.after
	if _, ok := attr(q.verb, "action"); ok {
		c.comeBack(q, result)
		return
	}
	if result == "bridged" {
		c.spend(talkTime)
	}
}

// comeBack asks the action of an Enqueue. The result is what it is without the
// row; empty: the call never was in the queue.
func (c *Conversation) comeBack(q *queueing, result string) {
	t, _ := c.takeTurn()
	var own webhook.Row
	if result != "" {
		own = webhook.Row{{Name: "QueueSid", Value: q.sid}, {Name: "QueueTime", Value: strconv.Itoa(seconds(c.now() - q.entered))}}
	}
	own = append(own, webhook.Field{Name: "QueueResult", Value: result})
	switch {
	case t.Kind == TurnHangUp:
		own = replaced(own, webhook.Row{{Name: "QueueResult", Value: "hangup"}})
		c.hangUpAsking(q.verb, HungUpByCaller, own)
		return
	case t.Kind == TurnFields && isFor(t.Fields, []string{"QueueResult", "QueueSid", "QueueTime"}):
		own = replaced(own, t.Fields)
	case t.Kind != TurnSilence:
		c.noTaker++
	}
	if own.Value("QueueResult") == "bridged" {
		c.spend(talkTime)
	}
	c.ask(attribute(q.verb, "action"), isGet(q.verb, "method"), own)
}
