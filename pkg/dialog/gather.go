package dialog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// gather executes a Gather. The person hears the prompt to its end, thinks, and
// keys or speaks; control goes to the action with what was heard, or without
// input to the next verb.
// Twilio: TwiML <Gather>.
func (c *Conversation) gather(verb *webhook.Element) {
	c.pickUp()
	g := newGathering(verb)
	endless := false
	for _, prompt := range verb.Children {
		d, forever := c.length(prompt)
		c.spend(d)
		if endless = forever; forever {
			break
		}
	}

	t, _ := c.takeTurn()
	var heard webhook.Row
	took := g.timeout
	switch {
	case t.Kind == TurnHangUp:
		c.spend(c.player.rules.Think)
		c.end(HungUpByCaller)
		return
	case t.Kind == TurnFields && g.takes(t.Fields):
		heard, took = c.gatherFields(g, t.Fields)
	case t.Kind == TurnKeys && g.keys:
		heard, took = c.gatherKeys(g, t.Text)
	case t.Kind == TurnSpeech && g.speech:
		heard, took = c.gatherSpeech(g, t.Text)
	case t.Kind != TurnSilence:
		c.noTaker++
	}
	if heard == nil && endless && c.queue == nil {
		c.giveUp()
		return
	}
	c.spend(took)
	if heard == nil && strings.EqualFold(attribute(verb, "actionOnEmptyResult"), "true") {
		heard = g.nothing()
	}
	if heard != nil {
		c.ask(attribute(verb, "action"), isGet(verb, "method"), heard)
	}
}

// gathering is what a Gather listens to.
type gathering struct {
	verb         *webhook.Element
	keys, speech bool
	timeout      time.Duration // for the first input, and between keys
	pause        time.Duration // after speech, that ends it
	finishOn     string        // keys that end it; they are no input
	digits       int           // how many keys end it; 0: no number does
}

func newGathering(verb *webhook.Element) gathering {
	g := gathering{verb: verb, keys: true, timeout: secondsIn(verb, "timeout", 5), finishOn: "#"}
	if input, ok := attr(verb, "input"); ok {
		inputs := strings.Fields(input)
		g.keys, g.speech = slices.Contains(inputs, "dtmf"), slices.Contains(inputs, "speech")
	}
	switch pause, ok := attr(verb, "speechTimeout"); {
	case pause == "auto": // the recognizer decides
	case ok:
		g.pause = secondsIn(verb, "speechTimeout", int(g.timeout/time.Second))
	default:
		g.pause = g.timeout
	}
	if finishOn, ok := verb.Attrs.Get("finishOnKey"); ok {
		g.finishOn = finishOn
	}
	g.digits, _ = strconv.Atoi(attribute(verb, "numDigits"))
	return g
}

// gatherKeys returns what is heard of keys, nil for nothing, and how long it
// takes from the end of the prompt. Each key must come within the timeout after
// the one before; what comes after the end is lost.
func (c *Conversation) gatherKeys(g gathering, text string) (heard webhook.Row, took time.Duration) {
	at, end := c.player.rules.Think, g.timeout
	digits := ""
	for _, key := range text {
		switch {
		case key == 'w':
			at += KeyPause
			continue
		case at > end:
			// It is over.
		case strings.ContainsRune(g.finishOn, key):
			if digits == "" {
				return nil, at // the key alone is no input
			}
			return keyed(digits, string(key)), at
		default:
			digits += string(key)
			if end = at + g.timeout; len(digits) == g.digits {
				return keyed(digits, ""), at
			}
			continue
		}
		break
	}
	if digits == "" {
		c.noTaker++
		return nil, end
	}
	return keyed(digits, ""), end
}

// keyed returns the fields of keys. FinishedOnKey and msg are in captured
// requests only.
func keyed(digits, finishedOn string) webhook.Row {
	return webhook.Row{{Name: "Digits", Value: digits}, {Name: "FinishedOnKey", Value: finishedOn}, {Name: "msg", Value: "Gather End"}}
}

// gatherSpeech is gatherKeys for what is spoken.
func (c *Conversation) gatherSpeech(g gathering, words string) (heard webhook.Row, took time.Duration) {
	think := c.player.rules.Think
	if think > g.timeout {
		c.noTaker++
		return nil, g.timeout
	}
	spoken := think + c.speaking(words)
	c.partialResult(g.verb, spoken, words)
	return spokenFields(words), spoken + g.pause
}

// confidence is how sure the recognizer is.
const confidence = "0.9"

func spokenFields(words string) webhook.Row {
	return webhook.Row{{Name: "SpeechResult", Value: words}, {Name: "Confidence", Value: confidence}}
}

// partialResult hands out what partialResultCallback is told: once, when all is
// spoken, where Twilio tells of each few words.
func (c *Conversation) partialResult(verb *webhook.Element, after time.Duration, words string) {
	if callback, ok := attr(verb, "partialResultCallback"); ok {
		c.tell(callback, isGet(verb, "partialResultCallbackMethod"), after, c.callFields(nil, c.callStatus(), webhook.Row{
			{Name: "SequenceNumber", Value: "0"},
			{Name: "StableSpeechResult", Value: ""},
			{Name: "UnstableSpeechResult", Value: words},
		}))
	}
}

// takes reports whether a turn's fields are for this Gather.
func (g gathering) takes(turn webhook.Row) bool {
	var own []string
	if g.keys {
		own = append(own, "Digits", "FinishedOnKey")
	}
	if g.speech {
		own = append(own, "SpeechResult", "Confidence")
	}
	return isFor(turn, own)
}

// gatherFields returns what is heard where the row says it, and how long it
// takes: as long as keying or speaking that.
func (c *Conversation) gatherFields(g gathering, turn webhook.Row) (heard webhook.Row, took time.Duration) {
	think := c.player.rules.Think
	words, spoken := turn.Get("SpeechResult")
	if spoken {
		c.partialResult(g.verb, think+c.speaking(words), words)
		return replaced(spokenFields(words), turn), think + c.speaking(words) + g.pause
	}
	digits, keyedIn := turn.Get("Digits")
	finishedOn := turn.Value("FinishedOnKey")
	took = think
	if !keyedIn || finishedOn == "" && len(digits) != g.digits {
		took += g.timeout
	}
	return replaced(g.nothing(), turn), took
}

// nothing returns the fields of a Gather that heard nothing and tells so.
func (g gathering) nothing() webhook.Row {
	if g.keys {
		return keyed("", "")
	}
	return webhook.Row{{Name: "SpeechResult", Value: ""}}
}

// verbFields are the fields that verbs add to a request.
var verbFields = []string{
	"Digits", "FinishedOnKey", "SpeechResult", "Confidence",
	"RecordingUrl", "RecordingSid", "RecordingDuration",
	"DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged",
	"QueueResult", "QueueSid", "QueueTime",
}

// isFor reports whether a turn's fields are for a verb that adds own ones: they
// are unless all of them are another verb's.
func isFor(turn webhook.Row, own []string) bool {
	return slices.ContainsFunc(turn, func(f webhook.Field) bool {
		return slices.Contains(own, f.Name) || !slices.Contains(verbFields, f.Name)
	})
}
