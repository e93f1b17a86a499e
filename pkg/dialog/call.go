package dialog

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"call-load-tester/pkg/webhook"
)

const (
	// maxCall is how long a call lasts at most.
	// Twilio: configurable call limits; 4 hours unless the account has others.
	maxCall = 4 * time.Hour

	// maxLoop is how often Say and Play repeat at most. Twilio: TwiML <Say>, loop.
	maxLoop = 1000

	// talkTime is how long one talks with whoever answers a Dial or takes a call out of
	// a queue, unless the row says otherwise. It is made up.
	talkTime = 10 * time.Second
)

// errorMessage is about what Twilio says where there is no usable answer.
// Twilio: "A hidden gem: fallback URLs".
const errorMessage = "We are sorry, an application error has occurred. Goodbye."

// execute executes a document, verb by verb, until a request follows or the
// conversation has ended.
func (c *Conversation) execute(at position) {
	c.at = at
	verb := c.executeVerb
	if c.isChat() {
		verb = c.executeMessageVerb
	}
	for c.ending == Live && c.next.link == nil && c.connected == nil {
		switch verbs := c.at.document.Children; {
		case c.isTooLong():
			c.end(Endless)
		case c.at.next < len(verbs):
			c.at.next++
			verb(verbs[c.at.next-1])
		case c.isChat():
			c.nextMessage()
		case c.queue != nil:
			c.leaveQueue("bridged")
		default:
			c.end(Finished)
		}
	}
	c.at.document = nil // who waits need not hold it
}

// executeVerb executes a verb of a call.
// Twilio: TwiML for programmable voice.
func (c *Conversation) executeVerb(verb *webhook.Element) {
	if c.queue != nil && !isForWaiting(verb.Name) {
		return
	}
	switch verb.Name {
	case "Say", "Play":
		c.pickUp()
		c.perform(verb)
	case "Pause":
		if c.at.next > 1 { // as the first verb it delays the pick-up. Twilio: TwiML <Pause>
			c.pickUp()
		}
		c.perform(verb)
	case "Gather":
		c.gather(verb)
	case "Record":
		c.record(verb)
	case "Dial":
		c.dial(verb)
	case "Enqueue":
		c.enqueue(verb)
	case "Leave":
		c.leave()
	case "Redirect":
		c.ask(strings.TrimSpace(verb.Text), isGet(verb, "method"), nil)
	case "Reject":
		c.reject(verb)
	case "Hangup":
		c.end(HungUpByApp)
	case "Connect":
		c.connect(verb)
	case "Start":
		c.startStream(verb)
	case "Stop":
		c.stopStream(verb)
	case "Pay", "Prompt", "Refer", "Sms":
		// Nobody can play what they do. They are over at once.
		c.pickUp()
		if action, ok := attr(verb, "action"); ok {
			c.ask(action, isGet(verb, "method"), nil)
		}
	}
}

// pickUp answers the call, unless that was done.
func (c *Conversation) pickUp() {
	if !c.pickedUp {
		c.pickedUp, c.pickedUpAt = true, c.now()
	}
}

// reject executes a Reject. Only as the first verb it keeps Twilio from picking
// up. Twilio: TwiML <Reject>.
func (c *Conversation) reject(verb *webhook.Element) {
	if c.pickedUp || c.at.next > 1 {
		c.end(HungUpByApp)
		return
	}
	c.end(Rejected)
}

// end ends the conversation. Of a call, the number's status callback tells.
func (c *Conversation) end(ending Ending) {
	c.ending = ending
	if c.isChat() {
		c.lasted = c.now()
		return
	}
	if ending != Rejected && ending != Interrupted {
		c.pickUp()
	}
	c.wait = max(0, min(c.wait, c.pickedUpAt+maxCall-c.clock))
	c.lasted = c.now()
	if c.player.status != nil {
		status := c.callback(c.player.status, false, 0, c.progress(c.endStatus(), c.lasted-c.pickedUpAt))
		c.status = &status
	}
}

// isTooLong reports whether Twilio has ended the call for its length.
func (c *Conversation) isTooLong() bool { return !c.isChat() && c.now() > c.pickedUpAt+maxCall }

// hangUpAsking hangs up in the middle of a verb. The action is asked, but what it
// answers is not played.
func (c *Conversation) hangUpAsking(verb *webhook.Element, ending Ending, own webhook.Row) {
	c.end(ending)
	l := c.resolve(attribute(verb, "action"))
	switch {
	case l == nil:
	case !l.may:
		c.elsewhere++
	case c.requests < c.player.rules.MaxRequests:
		c.next = l.pending(isGet(verb, "method"), FollowUp, own)
	}
}

// spend lets time pass: as much as the longest call takes, picked up late.
func (c *Conversation) spend(d time.Duration) {
	c.wait = min(c.wait+min(d, maxCall), 2*maxCall)
}

// perform speaks, plays or pauses. The caller hangs up on what never ends.
func (c *Conversation) perform(verb *webhook.Element) {
	d, forever := c.length(verb)
	c.spend(d)
	if forever && c.queue == nil {
		c.giveUp()
	}
}

// giveUp hangs up on what would go on for ever: as the row says, or else because
// the application is endless.
func (c *Conversation) giveUp() {
	if t, ok := c.takeTurn(); ok && t.Kind == TurnHangUp {
		c.end(HungUpByCaller)
		return
	}
	c.end(Endless)
}

// length returns how long a Say, a Play or a Pause takes, and whether it would
// be repeated for ever; then its length is that of once.
// Twilio: TwiML <Say>, <Play>, <Pause>.
func (c *Conversation) length(verb *webhook.Element) (d time.Duration, forever bool) {
	switch verb.Name {
	case "Say":
		d = c.speaking(allText(verb))
	case "Play":
		d = c.player.rules.Play
		if digits, ok := verb.Attrs.Get("digits"); ok {
			d = time.Duration(strings.Count(digits, "w")) * KeyPause
		}
	case "Pause":
		return secondsIn(verb, "length", 1), false
	}
	loop := 1
	if n, err := strconv.Atoi(attribute(verb, "loop")); err == nil && n >= 0 {
		loop = min(n, maxLoop)
	}
	return d * time.Duration(max(loop, 1)), loop == 0
}

// KeyPause is what w stands for among keys. Twilio: TwiML <Play>, digits.
const KeyPause = 500 * time.Millisecond

// speaking returns how long it takes to speak a text.
func (c *Conversation) speaking(text string) time.Duration {
	characters := utf8.RuneCountInString(strings.TrimSpace(text))
	return time.Duration(characters) * time.Second / time.Duration(c.player.rules.Speech)
}

// sayError tells the caller of an error of the application.
func (c *Conversation) sayError() {
	if !c.isChat() {
		c.pickUp()
		c.spend(c.speaking(errorMessage))
	}
}

// takeTurn returns the person's next turn, if there is one left. Documents that
// are played to who waits in a queue take none.
func (c *Conversation) takeTurn() (t Turn, ok bool) {
	switch {
	case c.queue != nil:
		return Turn{}, false
	case c.turns == len(c.person.turns):
		c.unmet++
		return Turn{}, false
	}
	c.turns++
	return c.person.turns[c.turns-1], true
}

// callStatus returns the CallStatus of a request; empty is what the first has.
// Twilio documents none for the first; ringing, then in-progress, is what
// receivers of requests expect.
func (c *Conversation) callStatus() string {
	switch {
	case c.ending != Live:
		return "completed"
	case c.pickedUp:
		return "in-progress"
	}
	return ""
}

// endStatus returns the CallStatus of a call that has ended.
func (c *Conversation) endStatus() string {
	switch {
	case c.pickedUp:
		return "completed"
	case c.ending == Rejected && attribute(c.at.document.Children[0], "reason") == "busy":
		return "busy"
	}
	return "no-answer"
}

// callFields appends the fields that all requests of a call have, and its own,
// which are sorted, to dst. A status that is empty is the row's.
func (c *Conversation) callFields(dst webhook.Row, status string, own webhook.Row) webhook.Row {
	for _, f := range c.person.fields {
		for len(own) > 0 && own[0].Name < f.Name {
			dst, own = append(dst, own[0]), own[1:]
		}
		if len(own) > 0 && own[0].Name == f.Name {
			continue // its own value comes instead
		}
		switch {
		case f.Name == "CallSid":
			f.Value = c.sid
		case f.Name == "CallStatus" && status != "":
			f.Value = status
		}
		dst = append(dst, f)
	}
	return append(dst, own...)
}

// allText returns the text of an element and of all within.
func allText(e *webhook.Element) string {
	if len(e.Children) == 0 {
		return e.Text
	}
	var all strings.Builder
	var add func(e *webhook.Element)
	add = func(e *webhook.Element) {
		all.WriteString(e.Text)
		for _, child := range e.Children {
			add(child)
		}
	}
	add(e)
	return all.String()
}

// attr returns the value of an attribute that is there and not empty.
func attr(e *webhook.Element, name string) (string, bool) {
	value := strings.TrimSpace(e.Attrs.Value(name))
	return value, value != ""
}

// attribute returns the value of an attribute, and nothing if it is not there.
func attribute(e *webhook.Element, name string) string {
	value, _ := attr(e, name)
	return value
}

// secondsIn returns the value of an attribute in seconds, or what it is normally.
func secondsIn(e *webhook.Element, name string, normally int) time.Duration {
	return wholeSeconds(attribute(e, name), time.Duration(normally)*time.Second)
}

// wholeSeconds reads a number of seconds, up to the longest call; what is no
// number is what it is normally.
func wholeSeconds(text string, normally time.Duration) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return normally
	}
	return time.Duration(min(n, int(maxCall/time.Second))) * time.Second
}

// isGet reports whether a method is GET. It is POST unless it is given.
func isGet(e *webhook.Element, name string) bool { return strings.EqualFold(attribute(e, name), "GET") }
