package webhook

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// messageVerbs are the verbs that may stand in an answer to a message, with
// their attributes. Twilio: TwiML for programmable messaging.
var messageVerbs = map[string][]string{
	"Message":  {"to", "from", "action", "method", "statusCallback"},
	"Sms":      {"to", "from", "action", "method", "statusCallback"},
	"Redirect": {"method"},
}

// The elements of TwiML for voice. What may stand inside of what, and which
// attributes an element has, is not checked: Twilio adds to it faster than the
// helper libraries do. But a noun is never a verb.
// Twilio: TwiML for programmable voice; the official helper libraries, which
// mark verbs and nouns.
var (
	callVerbs = nameSet(`
		Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt Queue Record
		Redirect Refer Reject Say Sms Start Stop`)
	callNouns = nameSet(`
		AiSession Application ApplicationSid Autopilot Client Conference Config Conversation
		ConversationRelay ConversationRelaySession Header Headers Identity Language Number
		Parameter ReferSip Recording Room Sim Sip SipRec Siprec Stream Task Transcription Uri
		VirtualAgent WhatsApp
		break emphasis lang p phoneme prosody s say-as sub w`)
)

func nameSet(names string) map[string]bool {
	set := make(map[string]bool)
	for _, name := range strings.Fields(names) {
		set[name] = true
	}
	return set
}

func judgeCallVerbs(root *Element) Code {
	for _, verb := range root.Children {
		if !callVerbs[verb.Name] || !isCallElement(verb) {
			return SchemaViolation
		}
	}
	return Accepted
}

// isCallElement checks names: those of elements are known, and no attribute's
// begins with a capital letter.
func isCallElement(e *Element) bool {
	if !callVerbs[e.Name] && !callNouns[e.Name] {
		return false
	}
	for _, a := range e.Attrs {
		if a.Name[0] >= 'A' && a.Name[0] <= 'Z' {
			return false
		}
	}
	for _, child := range e.Children {
		if !isCallElement(child) {
			return false
		}
	}
	return true
}

// judgeMessageVerbs counts the replies of an answer to a message.
func judgeMessageVerbs(root *Element, tollFree bool) (Code, Replies) {
	for _, verb := range root.Children {
		if code := checkMessageVerb(verb); code != Accepted {
			return code, Replies{}
		}
	}
	var replies Replies
	for _, verb := range root.Children {
		if verb.Name == "Redirect" {
			break // Twilio goes on with the document it fetches there
		}
		r := newReply(verb)
		if code := r.check(); code != Accepted {
			return code, Replies{}
		}
		replies.Count++
		if r.media {
			replies.Media++
		} else {
			replies.Segments += Segments(r.text, r.tollFree(tollFree))
		}
	}
	if replies.Count > maxReplies {
		return TooManyReplies, Replies{}
	}
	return Accepted, replies
}

// checkMessageVerb checks a verb's name, its attributes' and its children's.
func checkMessageVerb(verb *Element) Code {
	attributes, ok := messageVerbs[verb.Name]
	if !ok && callVerbs[verb.Name] {
		return VerbNotForMessages
	}
	if !ok || !hasOnly(verb, attributes) {
		return SchemaViolation
	}
	media := 0
	for _, noun := range verb.Children {
		if noun.Name == "Media" {
			media++
		}
		isNoun := verb.Name == "Message" && (noun.Name == "Body" || noun.Name == "Media")
		if !isNoun || !hasOnly(noun, nil) || len(noun.Children) > 0 {
			return SchemaViolation
		}
	}
	if media > maxMedia {
		return SchemaViolation
	}
	return Accepted
}

func hasOnly(e *Element, attributes []string) bool {
	for _, a := range e.Attrs {
		if !slices.Contains(attributes, a.Name) {
			return false
		}
	}
	return true
}

// A reply is one message to send.
type reply struct {
	text  string
	media bool
	attrs Row
}

func newReply(message *Element) reply {
	r := reply{text: message.trimmedText(), attrs: message.Attrs}
	for _, noun := range message.Children {
		text := noun.trimmedText()
		if noun.Name == "Media" {
			r.media = r.media || text != ""
		} else {
			r.text += text
		}
	}
	return r
}

func (r reply) check() Code {
	length := utf8.RuneCountInString(r.text)
	switch {
	case !r.attributeIs("to", isAddress):
		return ReplyTo
	case !r.attributeIs("from", func(from string) bool { return from != "" }):
		return ReplyFrom
	case !r.attributeIs("method", isMethod):
		return ReplyMethod
	case !r.attributeIs("statusCallback", isURL):
		return ReplyStatusCallback
	case length > maxReplyText, length == 0 && !r.media:
		return ReplyBody
	}
	return Accepted
}

// attributeIs reports whether an attribute is good, or not there at all.
func (r reply) attributeIs(name string, good func(string) bool) bool {
	value, ok := r.attrs.Get(name)
	return !ok || good(value)
}

// isAddress takes phone numbers and short codes, however they are punctuated,
// and addresses of other channels, such as whatsapp:+14155550100.
func isAddress(to string) bool {
	if channel, rest, ok := strings.Cut(to, ":"); ok {
		return channel != "" && rest != ""
	}
	digits := 0
	for _, r := range to {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-. ()", r):
			return false
		}
	}
	return digits >= 3 && digits <= 15
}

func isMethod(method string) bool {
	return strings.EqualFold(method, "GET") || strings.EqualFold(method, "POST")
}

func isURL(text string) bool {
	_, err := url.Parse(text)
	return err == nil && text != ""
}

// tollFree reports whether this reply goes from a toll-free number to the US or
// Canada; normally is what holds for replies without to and from.
func (r reply) tollFree(normally bool) bool {
	from, hasFrom := r.attrs.Get("from")
	to, hasTo := r.attrs.Get("to")
	switch {
	case hasFrom && hasTo:
		return isTollFreePair(from, to)
	case hasFrom:
		return isTollFreePair(from, "+1")
	case hasTo:
		return normally && strings.HasPrefix(to, "+1")
	}
	return normally
}
