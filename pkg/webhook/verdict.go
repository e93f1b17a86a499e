package webhook

import (
	"mime"
	"strconv"
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
	Count    int // replies, those with media included
	Segments int // of replies without media
	Media    int // replies with media
}

// Verdict judges an answer to a webhook of this kind. tollFree says that
// replies go from a toll-free number to the US or Canada, as a template knows.
//
// Where Twilio documents nothing, the verdict is lenient: an empty answer to a
// message is accepted.
func (k Kind) Verdict(a Answer, tollFree bool) Verdict {
	code, replies := k.judge(a, tollFree)
	if code != Accepted {
		return Verdict{Code: code}
	}
	return Verdict{Replies: replies}
}

func (k Kind) judge(a Answer, tollFree bool) (Code, Replies) {
	switch {
	case a.Status < 200:
		return ProtocolViolation, Replies{}
	case a.Status >= firstBadStatus:
		return ErrorStatus, Replies{}
	case a.Status >= 300:
		return BadRedirect, Replies{}
	case len(a.Body) > MaxAnswer:
		return AnswerTooLong, Replies{}
	case k == Status:
		return judgeAcknowledgement(a), Replies{}
	case len(a.Body) == 0:
		return k.judgeEmpty(a), Replies{}
	case a.ContentType == nil:
		return RetrievalFailure, Replies{}
	}

	mediaType, _, err := mime.ParseMediaType(string(a.ContentType))
	switch {
	case err != nil && mediaType == "":
		return ContentTypeUnusable, Replies{}
	case mediaType == "text/xml", mediaType == "application/xml", mediaType == "text/html":
		return k.judgeTwiML(a.Body, tollFree)
	case mediaType == "text/plain" && k == Voice:
		return Accepted, Replies{} // run if it is TwiML, else spoken
	case mediaType == "text/plain":
		return judgePlainText(string(a.Body), tollFree)
	case strings.HasPrefix(mediaType, "audio/") && k == Voice:
		return Accepted, Replies{} // played
	}
	return ContentTypeUnusable, Replies{}
}

// judgeAcknowledgement judges an answer to a status callback, in which there is
// nothing to do: no content, or TwiML that asks for nothing. Twilio logs a
// warning about anything else.
// Twilio: guides to webhooks for messaging and voice, status callbacks.
func judgeAcknowledgement(a Answer) Code {
	if a.Status == statusNoContent {
		return Accepted
	}
	switch mediaType, _, _ := mime.ParseMediaType(string(a.ContentType)); mediaType {
	case "text/xml", "application/xml":
		return judgeNoTwiML(a.Body)
	}
	return ContentTypeUnusable
}

func (k Kind) judgeEmpty(a Answer) Code {
	switch {
	case a.Status == statusNoContent:
		return Accepted
	case a.Chunked:
		return EmptyChunkedAnswer
	case k == Voice:
		return DocumentUnreadable
	}
	return Accepted
}

// judgePlainText: the whole body is the reply.
// Twilio: TwiML for programmable messaging, MIME types.
func judgePlainText(text string, tollFree bool) (Code, Replies) {
	if utf8.RuneCountInString(text) > maxReplyText {
		return ReplyBody, Replies{}
	}
	return Accepted, Replies{Count: 1, Segments: Segments(text, tollFree)}
}

// A Judge gives verdicts fast where answers repeat: it remembers those it has
// seen. It is not safe for concurrent use.
type Judge struct {
	kind Kind
	seen map[string]Verdict
	size int // bytes of the answers seen
	key  []byte
}

// What is worth remembering. Thousands of connections have a Judge each.
const (
	maxSeen       = 64       // answers
	maxSeenSize   = 16 << 10 // bytes, all together
	maxSeenAnswer = 4 << 10  // bytes
)

// NewJudge returns a Judge for answers to webhooks of this kind.
func NewJudge(kind Kind) *Judge {
	return &Judge{kind: kind, seen: make(map[string]Verdict)}
}

// Verdict returns what [Kind.Verdict] does.
func (j *Judge) Verdict(a Answer, tollFree bool) Verdict {
	if len(a.Body) > maxSeenAnswer {
		return j.kind.Verdict(a, tollFree)
	}
	j.key = appendKey(j.key[:0], a, tollFree)
	if v, ok := j.seen[string(j.key)]; ok {
		return v
	}
	v := j.kind.Verdict(a, tollFree)
	if len(j.seen) >= maxSeen || j.size+len(j.key) > maxSeenSize {
		clear(j.seen)
		j.size = 0
	}
	j.size += len(j.key)
	j.seen[string(j.key)] = v
	return v
}

// appendKey appends all that a verdict depends on. A header holds no line feed.
func appendKey(key []byte, a Answer, tollFree bool) []byte {
	key = strconv.AppendInt(key, int64(a.Status), 10)
	key = strconv.AppendBool(key, a.Chunked)
	key = strconv.AppendBool(key, tollFree)
	key = strconv.AppendBool(key, a.ContentType != nil)
	key = append(append(key, a.ContentType...), '\n')
	return append(key, a.Body...)
}
