package webhook

import "fmt"

// A Code is the number of an error or warning that Twilio logs when a webhook
// gives no good answer; 0 stands for an accepted answer. Those below 0 are not
// Twilio's: there is no verdict on the endpoint.
// Twilio: error and warning dictionary.
type Code int

const (
	Accepted Code = 0

	OwnLimit     Code = -1 // this computer could not send the request
	RedirectAway Code = -2 // a request signed wrongly on purpose ended on another page
	NoWord       Code = -3 // an agent did not answer, and the caller hung up
	EndlessTalk  Code = -4 // an agent talked for ever, and the caller hung up
	NotReading   Code = -5 // an agent did not read what was sent
	CutOff       Code = -6 // the run was over before there was an answer

	MalformedURL         Code = 11100
	RetrievalFailure     Code = 11200
	ConnectTimeout       Code = 11201
	ConnectRefused       Code = 11202
	AnswerTimeout        Code = 11205
	ProtocolViolation    Code = 11206
	HostNotFound         Code = 11210
	TooManyRedirects     Code = 11215
	BadRedirect          Code = 11216
	ErrorStatus          Code = 11217
	TLSFailure           Code = 11220
	CertificateName      Code = 11235
	CertificateExpired   Code = 11236
	CertificateUntrusted Code = 11237
	AnswerTooLong        Code = 11750
	EmptyChunkedAnswer   Code = 11770
	DocumentUnreadable   Code = 12100
	XMLVersion           Code = 12101
	RootNotResponse      Code = 12102
	SchemaViolation      Code = 12200
	ContentTypeUnusable  Code = 12300
	ReplyTo              Code = 14101
	ReplyFrom            Code = 14102
	ReplyBody            Code = 14103
	ReplyMethod          Code = 14104
	ReplyStatusCallback  Code = 14105
	TooManyReplies       Code = 14109
	VerbNotForMessages   Code = 14110
	StreamUnreachable    Code = 31920
	StreamClosed         Code = 31921
	StreamMessage        Code = 31951
	RelayUnreachable     Code = 64102
	RelayClosed          Code = 64105
	RelayMessage         Code = 64107
)

var codeNames = map[Code]string{
	Accepted:             "accepted",
	OwnLimit:             "no verdict: this computer has reached a limit of its own",
	RedirectAway:         "no verdict: a bad signature was redirected to another page",
	CutOff:               "no verdict: the run was over before the answer",
	MalformedURL:         "URL in TwiML cannot be used",
	RetrievalFailure:     "no usable HTTP answer",
	ConnectTimeout:       "connecting timed out",
	ConnectRefused:       "connection refused",
	AnswerTimeout:        "no answer in time",
	ProtocolViolation:    "answer is not valid HTTP",
	HostNotFound:         "host name not found",
	TooManyRedirects:     "more than 10 redirects",
	BadRedirect:          "redirect cannot be followed",
	ErrorStatus:          "HTTP status 4xx or 5xx",
	TLSFailure:           "TLS handshake failed",
	CertificateName:      "certificate is for another host",
	CertificateExpired:   "certificate expired or not yet valid",
	CertificateUntrusted: "certificate not trusted or chain incomplete",
	AnswerTooLong:        "answer longer than 64 kB",
	EmptyChunkedAnswer:   "chunked answer is empty",
	DocumentUnreadable:   "TwiML is not well-formed XML",
	XMLVersion:           "XML version is not 1.0",
	RootNotResponse:      "TwiML root is not <Response>",
	SchemaViolation:      "TwiML has an unknown verb or attribute",
	ContentTypeUnusable:  "content type cannot be used",
	ReplyTo:              "reply has a bad to",
	ReplyFrom:            "reply has a bad from",
	ReplyBody:            "reply is empty or over 1600 characters",
	ReplyMethod:          "reply has a bad method",
	ReplyStatusCallback:  "reply has a bad status callback",
	TooManyReplies:       "more than 10 replies",
	VerbNotForMessages:   "TwiML verb is not for messages",
	NoWord:               "no verdict: the agent said nothing, and the caller hung up",
	EndlessTalk:          "no verdict: the agent talked for ever, and the caller hung up",
	NotReading:           "no verdict: the agent did not read what was sent",
	StreamUnreachable:    "Stream: WebSocket cannot be opened",
	StreamClosed:         "Stream: WebSocket ended by the server",
	StreamMessage:        "Stream: invalid message",
	RelayUnreachable:     "ConversationRelay: WebSocket cannot be opened",
	RelayClosed:          "ConversationRelay: WebSocket ended by the server",
	RelayMessage:         "ConversationRelay: invalid message",
}

// Name returns what the code means, in a few words.
func (c Code) Name() string {
	if name, ok := codeNames[c]; ok {
		return name
	}
	return fmt.Sprintf("Twilio code %d", int(c))
}
