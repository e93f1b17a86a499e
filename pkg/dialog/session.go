package dialog

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// A Session is a WebSocket that a document opens. The call goes on in it: what is
// said there is for the package of its protocol.
type Session struct {
	Noun  *webhook.Element // ConversationRelay or Stream, with its attributes and Parameters
	SID   string           // of the session: VX…; of a stream: MZ…
	URL   string           // as Twilio has it, which is what it signs
	Send  string           // where it goes: ws or wss
	Agent string           // names the agent: URL without query, user and password, each SID as its two letters and an ellipsis
	Call  webhook.Row      // the fields that all requests of the call have
	Turns []Turn           // that the person has not taken

	OneWay bool // of a stream: it only hears

	due    time.Time // when it is opened
	status *Request  // of a stream; nil: none
}

// Parameters returns those of the noun, by their names.
func (s *Session) Parameters() map[string]string {
	parameters := make(map[string]string)
	for _, p := range s.Noun.Children {
		if p.Name == "Parameter" {
			parameters[p.Attrs.Value("name")] = p.Attrs.Value("value")
		}
	}
	return parameters
}

// A SessionEnding is how a session ended. Every session has one in the end.
type SessionEnding uint8

// The endings of sessions.
const (
	SessionLive            SessionEnding = iota // it has not ended
	SessionFinished                             // the person had nothing more to say, and hung up
	SessionEndedByAgent                         // the agent ended it, or closed the socket in good order
	SessionHungUp                               // the row's own hang-up
	SessionFailed                               // it was not opened, or broke off; see the code
	SessionInterrupted                          // the run was stopped
	numberOfSessionEndings = iota
)

var sessionEndingNames = [numberOfSessionEndings]string{
	SessionLive:         "live",
	SessionFinished:     "finished",
	SessionEndedByAgent: "ended by the agent",
	SessionHungUp:       "hung up by the caller",
	SessionFailed:       "failed",
	SessionInterrupted:  "interrupted",
}

// String returns the ending as a report says it.
func (e SessionEnding) String() string { return sessionEndingNames[e] }

// A SessionEnd tells a conversation how its session ended.
type SessionEnd struct {
	Ending      SessionEnding
	Code        webhook.Code  // what Twilio would log; or why it failed
	HandoffData string        // of the agent that ended it
	Lasted      time.Duration // from when the socket was open
	Turns       int           // that the person took
	NoTaker     int           // of these, that nothing listened to
}

// connected is a call that is in a session.
type connected struct {
	*Session
	verb  *webhook.Element // the Connect
	after position         // where the call goes on
}

// connect executes a Connect. Control goes to the action when the session has
// ended, or to the next verb. Nouns that are not a WebSocket are over at once:
// nobody can play what they do. Twilio: TwiML <Connect>.
func (c *Conversation) connect(verb *webhook.Element) {
	c.pickUp()
	for _, noun := range verb.Children {
		switch noun.Name {
		case "ConversationRelay":
			c.openSession(verb, noun, "VX")
			return
		case "Stream":
			c.openSession(verb, noun, "MZ")
			return
		}
	}
	if action, ok := attr(verb, "action"); ok {
		c.ask(action, isGet(verb, "method"), nil)
	}
}

func (c *Conversation) openSession(verb, noun *webhook.Element, sid string) {
	switch s, ok := c.newSession(noun, sid); {
	case !ok:
		c.fail(webhook.MalformedURL, c.at.role, attribute(noun, "url"))
	case s != nil:
		c.connected = &connected{Session: s, verb: verb, after: c.at}
	}
}

// newSession returns the session of a noun, whose SID begins so: nil if its host
// may not be asked. It reports false if there is no URL that can be used.
func (c *Conversation) newSession(noun *webhook.Element, sid string) (s *Session, ok bool) {
	at, send := c.player.socket(c.streamURL(noun))
	switch {
	case at == nil:
		return nil, false
	case !c.player.May(at):
		c.elsewhere++
		return nil, true
	}
	s = &Session{
		Noun:  noun,
		SID:   sid + c.newDigits(),
		URL:   webhook.SigningURL(webhook.Call, at.String()),
		Send:  send,
		Agent: at.Scheme + "://" + at.Host + sids.ReplaceAllString(at.EscapedPath(), "$1…"),
		Call:  c.callFields(nil, c.callStatus(), nil),
		Turns: c.person.turns[c.turns:],
		due:   c.start.Add(c.now()),
	}
	s.status = c.streamStatus(s)
	return s, true
}

// SessionEnded tells how the session ended that Next named, and how long after it
// was due.
func (c *Conversation) SessionEnded(end SessionEnd, took time.Duration) Next {
	was := c.connected
	c.connected, c.status = nil, nil
	c.clock += c.wait + took
	c.wait = 0
	c.turns += end.Turns
	c.noTaker += end.NoTaker
	c.sessionFailed = c.sessionFailed || end.Ending == SessionFailed
	action, asks := attr(was.verb, "action")
	if ending := was.hungUp(end); ending != Live {
		c.code = end.Code
		if asks && ending != Interrupted {
			c.at = was.after
			c.hangUpAsking(was.verb, ending, was.fields(end))
		} else {
			c.end(ending)
		}
		return c.handOut()
	}
	c.at = was.after
	if asks {
		c.ask(action, isGet(was.verb, "method"), was.fields(end))
	}
	if c.ending == Live && c.next.link == nil {
		c.execute(c.at) // of what may not be asked: nothing
	}
	return c.handOut()
}

// hungUp returns the ending of the conversation, if the caller has hung up.
func (s *connected) hungUp(end SessionEnd) Ending {
	switch {
	case end.Ending == SessionInterrupted:
		return Interrupted
	case end.Ending == SessionFinished:
		return Finished
	case end.Ending == SessionHungUp:
		return HungUpByCaller
	case end.Code == webhook.NoWord:
		return Failed
	case end.Code == webhook.EndlessTalk:
		return Endless
	}
	return Live
}

// fields returns what the action is asked with. SessionStatus ended, failed and
// completed, and ErrorCode, are in captured requests only.
// https://www.twilio.com/docs/voice/twiml/connect/conversationrelay
func (s *connected) fields(end SessionEnd) webhook.Row {
	if s.Noun.Name != "ConversationRelay" {
		return nil
	}
	status := "completed" // the caller has hung up
	switch {
	case end.Code > 0:
		status = "failed"
	case end.Ending == SessionEndedByAgent:
		status = "ended"
	}
	own := webhook.Row{
		{Name: "SessionId", Value: s.SID},
		{Name: "SessionStatus", Value: status},
		{Name: "SessionDuration", Value: strconv.Itoa(seconds(end.Lasted))},
	}
	if end.HandoffData != "" {
		own = append(own, webhook.Field{Name: "HandoffData", Value: end.HandoffData})
	}
	if end.Code > 0 {
		own = append(own,
			webhook.Field{Name: "ErrorCode", Value: strconv.Itoa(int(end.Code))},
			webhook.Field{Name: "ErrorMessage", Value: end.Code.Name()})
	}
	return own
}

// socket returns the URL of a WebSocket as Twilio has it, and where it leads; nil
// if it is none. That of the application is where the application is, over TLS
// only if the endpoint is. Without TLS Twilio opens none; it is let pass where the
// webhook is without, too.
func (p *Player) socket(text string) (at *url.URL, send string) {
	at, err := url.Parse(withoutFragment(text))
	if err != nil {
		return nil, ""
	}
	at.Scheme = strings.ToLower(at.Scheme)
	web := *at
	switch at.Scheme {
	case "wss":
		web.Scheme = "https"
	case "ws":
		web.Scheme = "http"
	default:
		return nil, ""
	}
	signed := parseChecked(p.signed)
	if webhook.CheckLocation(web.String()) != nil || at.Scheme == "ws" && signed.Scheme != "http" {
		return nil, ""
	}
	if web.Host == signed.Host { // as it is written: https://a and wss://a; http://a:80 and wss://a:80
		web.Scheme = signed.Scheme
	}
	to := p.route.To(&web)
	if to.Scheme == "https" {
		to.Scheme = "wss"
	} else {
		to.Scheme = "ws"
	}
	return at, to.String()
}
