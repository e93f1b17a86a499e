package webhook

import (
	"mime"
	"strings"
	"unicode/utf8"
)

// MaxAnswer is the length in bytes that an answer's body may have.
// Twilio: error dictionary 11750.
const MaxAnswer = 64 << 10

const (
	maxReplies      = 10   // to one message. Twilio: error dictionary 14109
	maxMedia        = 10   // of a reply. Twilio: TwiML for programmable messaging, <Message>
	maxReplyText    = 1600 // characters. Twilio: error dictionary 14103
	firstBadStatus  = 400
	statusNoContent = 204
)

// An Answer is what a webhook answered in the end, redirects followed.
type Answer struct {
	Status      int
	ContentType []byte // the header's value; nil if there is none
	Body        []byte // may be cut off one byte after MaxAnswer
	Chunked     bool   // came with Transfer-Encoding: chunked
}

// A Verdict is what Twilio would make of an answer.
type Verdict struct {
	Code    Code // Accepted, or the error Twilio would log
	Replies Replies
}

// Replies counts the messages that an accepted answer makes Twilio send.
type Replies struct {
	Count    int `json:"count"`      // replies, those with media included
	Segments int `json:"segments"`   // of replies without media
	Media    int `json:"with_media"` // replies with media
}

// Add adds other replies.
func (r *Replies) Add(other Replies) {
	r.Count += other.Count
	r.Segments += other.Segments
	r.Media += other.Media
}

// A Reading is an answer as Twilio reads it.
type Reading struct {
	Verdict
	// Document is the <Response> that Twilio would execute. It is nil if Twilio
	// could not use the answer; after a [SchemaViolation], which is a warning, it
	// is not. Text that is spoken or sent, and sound, are documents of one verb.
	Document *Element
}

func unusable(code Code) Reading { return Reading{Verdict: Verdict{Code: code}} }

func nothingToDo() Reading { return Reading{Document: emptyResponse} }

// read does what [Judge.Read] says, and remembers nothing.
func (k Kind) read(a Answer, tollFree bool) Reading {
	switch {
	case a.Status < 200:
		return unusable(ProtocolViolation)
	case a.Status >= firstBadStatus:
		return unusable(ErrorStatus)
	case a.Status >= 300:
		return unusable(BadRedirect)
	case len(a.Body) > MaxAnswer:
		return unusable(AnswerTooLong)
	case k == Status:
		return readAcknowledgement(a)
	case len(a.Body) == 0:
		return k.readEmpty(a)
	case a.ContentType == nil:
		return unusable(RetrievalFailure)
	}

	mediaType, _, err := mime.ParseMediaType(string(a.ContentType))
	switch {
	case err != nil && mediaType == "":
		return unusable(ContentTypeUnusable)
	case mediaType == "text/xml", mediaType == "application/xml", mediaType == "text/html":
		return k.readTwiML(a.Body, tollFree)
	case mediaType == "text/plain" && k.isVoice():
		return k.readSpeech(a.Body)
	case mediaType == "text/plain":
		return readReply(string(a.Body), tollFree)
	case strings.HasPrefix(mediaType, "audio/") && k.isVoice():
		return Reading{Document: oneVerb("Play", "")}
	}
	return unusable(ContentTypeUnusable)
}

// oneVerb returns the document of a verb with a text.
func oneVerb(name, text string) *Element {
	return &Element{Name: "Response", Children: []*Element{{Name: name, Text: text}}}
}

// readAcknowledgement reads an answer to a status callback, in which there is
// nothing to do: no content, or TwiML that asks for nothing. Twilio logs a
// warning about anything else.
// Twilio: guides to webhooks for messaging and voice, status callbacks.
func readAcknowledgement(a Answer) Reading {
	if a.Status == statusNoContent {
		return nothingToDo()
	}
	switch mediaType, _, _ := mime.ParseMediaType(string(a.ContentType)); mediaType {
	case "text/xml", "application/xml":
		if code := judgeNoTwiML(a.Body); code != Accepted {
			return unusable(code)
		}
		return nothingToDo()
	}
	return unusable(ContentTypeUnusable)
}

func (k Kind) readEmpty(a Answer) Reading {
	switch {
	case a.Status == statusNoContent:
		return nothingToDo()
	case a.Chunked:
		return unusable(EmptyChunkedAnswer)
	case k.isVoice():
		return unusable(DocumentUnreadable)
	}
	return nothingToDo()
}

// readSpeech reads plain text that answers a call: it is run if it is TwiML,
// else spoken.
// Twilio: TwiML for programmable voice, MIME types.
func (k Kind) readSpeech(text []byte) Reading {
	if r := k.readTwiML(text, false); r.Code == Accepted {
		return r
	}
	return Reading{Document: oneVerb("Say", string(text))}
}

// readReply reads plain text that answers a message: the whole body is the
// reply.
// Twilio: TwiML for programmable messaging, MIME types.
func readReply(text string, tollFree bool) Reading {
	if utf8.RuneCountInString(text) > maxReplyText {
		return unusable(ReplyBody)
	}
	replies := Replies{Count: 1, Segments: Segments(text, tollFree)}
	return Reading{Verdict: Verdict{Replies: replies}, Document: oneVerb("Message", text)}
}
