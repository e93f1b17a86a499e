package dialog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// dial executes a Dial: somebody answers, at once, and one talks, unless the row
// says otherwise. Control goes to the action, or to the next verb.
// Twilio: TwiML <Dial>.
func (c *Conversation) dial(verb *webhook.Element) {
	c.pickUp()
	d := dialing{verb: verb, status: "completed", sid: freshCallSID + c.newDigits()}
	action, comesBack := attr(verb, "action")
	var t Turn
	if comesBack {
		t, _ = c.takeTurn()
	}
	isForDial := t.Kind == TurnFields && isFor(t.Fields, []string{
		"DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged", "RecordingUrl", "RecordingSid", "RecordingDuration"})
	switch {
	case isForDial:
		if status, ok := t.Fields.Get("DialCallStatus"); ok {
			d.status = status
		}
		if sid, ok := t.Fields.Get("DialCallSid"); ok {
			d.sid = sid
		}
	case t.Kind == TurnKeys, t.Kind == TurnSpeech, t.Kind == TurnFields, t.Kind == TurnAudio:
		c.noTaker++
	}
	d.ring, d.talk = d.times(t.Fields.Value("DialCallDuration"))

	own := c.dialResult(d)
	if isForDial {
		own = replaced(own, t.Fields)
	}
	c.dialCallbacks(d)
	c.spend(d.ring + d.talk)
	switch {
	case t.Kind == TurnHangUp:
		c.hangUpAsking(verb, HungUpByCaller, own)
	case comesBack:
		c.ask(action, isGet(verb, "method"), own)
	}
}

// dialing is what becomes of a Dial.
type dialing struct {
	verb   *webhook.Element
	sid    string
	status string // DialCallStatus
	ring   time.Duration
	talk   time.Duration
}

// times returns how long it rings and how long one talks. given is the row's
// DialCallDuration, if any.
func (d *dialing) times(given string) (ring, talk time.Duration) {
	switch {
	case d.bridged():
		return 0, min(wholeSeconds(given, talkTime), secondsIn(d.verb, "timeLimit", int(maxCall/time.Second)))
	case d.status == "no-answer":
		return secondsIn(d.verb, "timeout", 30), 0
	}
	return 0, 0
}

func (d *dialing) bridged() bool { return d.status == "completed" || d.status == "answered" }

// isConference reports whether callers meet in a room, which nobody is dialed
// for.
func (d *dialing) isConference() bool {
	return slices.ContainsFunc(d.verb.Children, func(noun *webhook.Element) bool { return noun.Name == "Conference" })
}

// dialResult returns what the action is told.
func (c *Conversation) dialResult(d dialing) webhook.Row {
	if d.isConference() {
		status := d.status
		if status == "completed" {
			status = "answered"
		}
		return webhook.Row{{Name: "DialCallStatus", Value: status}}
	}
	own := webhook.Row{
		{Name: "DialCallStatus", Value: d.status},
		{Name: "DialCallSid", Value: d.sid},
		{Name: "DialCallDuration", Value: strconv.Itoa(seconds(d.talk))},
		{Name: "DialBridged", Value: strconv.FormatBool(d.bridged())},
	}
	if record, ok := attr(d.verb, "record"); ok && record != "do-not-record" && d.bridged() {
		r := recording{verb: d.verb, sid: "RE" + c.newDigits(), source: "DialVerb", began: c.now() + d.ring, duration: strconv.Itoa(seconds(d.talk))}
		c.recordingCallbacks(r, d.ring+d.talk)
		own = append(own, webhook.Field{Name: "RecordingUrl", Value: c.recordingURL(r.sid)})
	}
	return own
}

// dialCallbacks hands out what the status callbacks of those dialed are told.
// Up to ten are dialed at the same time: the first answers, the others are
// canceled. Twilio: TwiML <Number>, <Client>, <Sip>, statusCallback.
func (c *Conversation) dialCallbacks(d dialing) {
	sid, status := d.sid, d.status
	for _, noun := range d.verb.Children[:min(len(d.verb.Children), 10)] {
		if noun.Name != "Number" && noun.Name != "Client" && noun.Name != "Sip" {
			continue
		}
		if callback, ok := attr(noun, "statusCallback"); ok {
			leg := dialing{verb: d.verb, sid: sid, status: status, ring: d.ring, talk: d.talk}
			c.legCallbacks(leg, noun, callback)
		}
		sid = freshCallSID + c.newDigits()
		if d.bridged() {
			status = "canceled"
		}
	}
}

// legCallbacks hands out what is told of one who is dialed.
func (c *Conversation) legCallbacks(leg dialing, noun *webhook.Element, callback string) {
	events := []string{"completed"}
	if given, ok := attr(noun, "statusCallbackEvent"); ok {
		events = strings.Fields(given)
	}
	from := c.person.fields.Value("From")
	if callerID, ok := attr(leg.verb, "callerId"); ok {
		from = callerID
	}
	to := strings.TrimSpace(noun.Text)
	for _, identity := range noun.Children {
		if identity.Name == "Identity" {
			to = strings.TrimSpace(identity.Text)
		}
	}
	if noun.Name == "Client" {
		to = "client:" + to
	}

	sequence := 0
	tell := func(event, status string, after, lasted time.Duration) {
		if !slices.Contains(events, event) {
			return
		}
		own := c.progressFields(status, sequence, c.now()+after, lasted)
		c.tell(callback, isGet(noun, "statusCallbackMethod"), after, append(own, webhook.Row{
			{Name: "AccountSid", Value: c.person.fields.Value("AccountSid")},
			{Name: "ApiVersion", Value: c.person.fields.Value("ApiVersion")},
			{Name: "CallSid", Value: leg.sid},
			{Name: "ParentCallSid", Value: c.sid},
			{Name: "Direction", Value: "outbound-dial"},
			{Name: "From", Value: from}, {Name: "Caller", Value: from},
			{Name: "To", Value: to}, {Name: "Called", Value: to},
		}...))
		sequence++
	}
	tell("initiated", "initiated", 0, 0)
	if leg.bridged() || leg.status == "no-answer" || leg.status == "canceled" {
		tell("ringing", "ringing", 0, 0)
	}
	if leg.bridged() {
		tell("answered", "in-progress", leg.ring, 0)
		tell("completed", "completed", leg.ring+leg.talk, leg.talk)
		return
	}
	tell("completed", leg.status, leg.ring, 0)
}
