package dialog

import (
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// How long after the answer the callbacks of a reply tell that it was sent, and
// delivered. The times are made up.
const (
	sent      = time.Second
	delivered = 2 * time.Second
)

// messageRequest returns the request of the message that is sent, or whose
// answer redirects.
func (c *Conversation) messageRequest() webhook.Request {
	row := c.person.messages[c.turns]
	if c.from != "" {
		if _, given := row.Get("From"); !given {
			row = append(webhook.Row{{Name: "From", Value: c.from}}, row...)
		}
	}
	r := c.player.rules.Envelope.Request(row, c.sid)
	r.Fields = replaced(r.Fields, c.next.own)
	if !c.next.message {
		r.Segments = 0 // it was received before
	}
	return r
}

// executeMessageVerb executes a verb of an answer to a message.
// Twilio: TwiML for programmable messaging.
func (c *Conversation) executeMessageVerb(verb *webhook.Element) {
	switch verb.Name {
	case "Message", "Sms":
		c.reply(verb)
	case "Redirect":
		c.ask(strings.TrimSpace(verb.Text), isGet(verb, "method"), nil)
	}
}

// nextMessage sends the person's next message, and ends the chat if there is
// none.
func (c *Conversation) nextMessage() {
	if c.turns == len(c.person.turns) {
		c.end(Finished)
		return
	}
	if !c.countRequest() {
		return
	}
	c.turns++
	c.sid = c.newDigits()
	c.wait += c.player.rules.Think
	c.next = c.player.first
	c.next.role = FollowUp
}

// reply hands out what the status callback of a reply is told.
// Twilio: TwiML <Message>, statusCallback and action; outbound message status in
// status callbacks.
func (c *Conversation) reply(verb *webhook.Element) {
	callback, ok := attr(verb, "statusCallback")
	if !ok {
		callback, ok = attr(verb, "action")
	}
	if !ok {
		return
	}
	message := c.messageRequest().Fields
	from, to := message.Value("To"), message.Value("From")
	if given, ok := attr(verb, "from"); ok {
		from = given
	}
	if given, ok := attr(verb, "to"); ok {
		to = given
	}
	sid := "SM"
	for _, noun := range verb.Children {
		if noun.Name == "Media" {
			sid = "MM"
		}
	}
	sid += c.newDigits()
	tell := func(status string, after time.Duration) {
		c.tell(callback, isGet(verb, "method"), after, webhook.Row{
			{Name: "AccountSid", Value: message.Value("AccountSid")},
			{Name: "ApiVersion", Value: message.Value("ApiVersion")},
			{Name: "From", Value: from},
			{Name: "To", Value: to},
			{Name: "MessageSid", Value: sid},
			{Name: "MessageStatus", Value: status},
			{Name: "SmsSid", Value: sid},
			{Name: "SmsStatus", Value: status},
		})
	}
	tell("sent", sent)
	tell("delivered", delivered)
}
