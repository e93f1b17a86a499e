package dialog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// processing is how long after its end a recording can be had. It is made up.
const processing = time.Second

// record executes a Record. Control goes to the action; without a sound, the
// recording is empty, and control goes to the next verb.
// Twilio: TwiML <Record>; an older page says in so many words what becomes of a
// caller who does not speak at all.
func (c *Conversation) record(verb *webhook.Element) {
	c.pickUp()
	t, _ := c.takeTurn()
	r := recording{verb: verb, sid: "RE" + c.newDigits(), source: "RecordVerb", began: c.now()}
	heard, took := c.recordTurn(verb, t)
	if heard == nil {
		c.recordingCallbacks(r, took)
		c.spend(took)
		return
	}
	own := append(webhook.Row{{Name: "RecordingUrl", Value: c.recordingURL(r.sid)}, {Name: "RecordingSid", Value: r.sid}}, heard...)
	if t.Kind == TurnFields {
		own = replaced(own, t.Fields)
	}
	r.duration = own.Value("RecordingDuration")
	c.recordingCallbacks(r, took)
	c.spend(took)
	if t.Kind == TurnHangUp {
		c.hangUpAsking(verb, HungUpByCaller, own)
		return
	}
	c.ask(attribute(verb, "action"), isGet(verb, "method"), own)
}

// recordTurn returns the RecordingDuration, and the Digits if a key or hanging
// up ended it, of what is recorded of a turn, nil if there is no sound, and how
// long it takes. Silence before and after words is not recorded: to trim it is
// the default. But it counts for maxLength.
func (c *Conversation) recordTurn(verb *webhook.Element, t Turn) (heard webhook.Row, took time.Duration) {
	think := c.player.rules.Think
	longest := secondsIn(verb, "maxLength", 3600)
	silent := longest // how long a silence ends it
	if timeout := secondsIn(verb, "timeout", 5); timeout > 0 {
		silent = min(silent, timeout)
	}
	switch {
	case t.Kind == TurnHangUp:
		return recorded(think, "hangup"), think
	case t.Kind == TurnFields && isFor(t.Fields, []string{"RecordingUrl", "RecordingSid", "RecordingDuration", "Digits"}):
		length := wholeSeconds(t.Fields.Value("RecordingDuration"), 0)
		return recorded(length, ""), think + length
	case t.Kind == TurnSilence:
	case think > silent || t.Kind == TurnFields || t.Kind == TurnAudio:
		c.noTaker++
	case t.Kind == TurnSpeech:
		spoken := min(think+c.speaking(t.Text), longest)
		return recorded(spoken-think, ""), min(spoken+silent, longest)
	case t.Kind == TurnKeys:
		return c.recordKeys(verb, t.Text, silent, longest)
	}
	return nil, silent
}

// recordKeys is recordTurn for keys: the first that may end the recording does;
// others are sounds.
func (c *Conversation) recordKeys(verb *webhook.Element, text string, silent, longest time.Duration) (heard webhook.Row, took time.Duration) {
	finishOn := Keypad
	if given, ok := verb.Attrs.Get("finishOnKey"); ok {
		finishOn = given
	}
	at, end := c.player.rules.Think, silent
	for _, key := range text {
		if key == 'w' {
			at += KeyPause
			continue
		}
		if at > end {
			break
		}
		if strings.ContainsRune(finishOn, key) {
			return recorded(at, string(key)), at
		}
		heard, end = recorded(at, ""), min(at+silent, longest)
	}
	if heard == nil {
		c.noTaker++
	}
	return heard, end
}

func recorded(length time.Duration, digits string) webhook.Row {
	heard := webhook.Row{{Name: "RecordingDuration", Value: strconv.Itoa(seconds(length))}}
	if digits != "" {
		heard = append(heard, webhook.Field{Name: "Digits", Value: digits})
	}
	return heard
}

// A recording is what recordingStatusCallback is told of.
type recording struct {
	verb     *webhook.Element
	sid      string
	source   string
	began    time.Duration
	duration string // in seconds; empty: nothing was recorded
}

func (c *Conversation) recordingURL(sid string) string {
	return "https://api.twilio.com/2010-04-01/Accounts/" + c.person.fields.Value("AccountSid") + "/Recordings/" + sid
}

// recordingCallbacks hands out what the recordingStatusCallback of a verb is
// told, if it has one: the recording ends so long after now.
// Twilio: TwiML <Record>, recordingStatusCallbackEvent; captured requests.
func (c *Conversation) recordingCallbacks(r recording, took time.Duration) {
	callback, ok := attr(r.verb, "recordingStatusCallback")
	if !ok {
		return
	}
	events := []string{"completed"}
	if given, ok := attr(r.verb, "recordingStatusCallbackEvent"); ok {
		events = strings.Fields(given)
	}
	tell := func(status string, after time.Duration, more ...webhook.Field) {
		if slices.Contains(events, status) {
			c.tell(callback, isGet(r.verb, "recordingStatusCallbackMethod"), after, append(webhook.Row{
				{Name: "AccountSid", Value: c.person.fields.Value("AccountSid")},
				{Name: "CallSid", Value: c.sid},
				{Name: "RecordingSid", Value: r.sid},
				{Name: "RecordingUrl", Value: c.recordingURL(r.sid)},
				{Name: "RecordingStatus", Value: status},
				{Name: "RecordingChannels", Value: "1"},
				{Name: "RecordingSource", Value: r.source},
				{Name: "RecordingStartTime", Value: c.timestamp(r.began)},
			}, more...))
		}
	}
	tell("in-progress", r.began-c.now())
	if r.duration == "" {
		tell("absent", took+processing)
		return
	}
	tell("completed", took+processing,
		webhook.Field{Name: "RecordingDuration", Value: r.duration}, webhook.Field{Name: "ErrorCode", Value: "0"})
}
