package twiliosim

import (
	"net/http"
	"strconv"
)

// problem is what Twilio says with one of its codes.
type problem struct {
	status  int
	message string
}

// problems are the refusals this account knows, by Twilio's code. Codes and meanings are those of Twilio's error
// dictionary. It names few HTTP statuses: 400 was seen for 21211, 21215 and 21220 and is assumed for the other 21xxx
// and for 10002, 10004, 20009, 22005 and 32018; 403 is assumed for 20005.
var problems = map[int]problem{
	10002: {400, "Trial accounts do not support this feature"},
	10004: {400, "Call concurrency limit exceeded"},
	20003: {401, "Authenticate"},
	20004: {405, "Method not allowed"},
	20005: {403, "Account is not active"},
	20006: {403, "Access denied"},
	20007: {400, "Page size too large"},
	20009: {400, "The call is still in progress and cannot be deleted"},
	20404: {404, "The requested resource was not found"},
	20409: {409, "The request conflicts with the state of the resource"},
	20422: {422, "A parameter is malformed"},
	20429: {429, "Too many requests"},
	20500: {500, "An internal server error has occurred"},
	20503: {503, "Service is unavailable"},
	21201: {400, "No 'To' number is specified"},
	21205: {400, "Url is not valid, or no Url, Twiml or ApplicationSid was given"},
	21206: {400, "SendDigits is not valid"},
	21208: {400, "Timeout is not valid"},
	21209: {400, "Method is not valid"},
	21210: {400, "The 'From' number is not a verified number or a number of the account"},
	21211: {400, "The 'To' number is not valid"},
	21212: {400, "The 'From' number is not valid"},
	21213: {400, "No 'From' number is specified"},
	21214: {400, "The 'To' number cannot be reached"},
	21215: {400, "The account is not authorised to call this country"},
	21216: {400, "The account is not allowed to call the 'To' number"},
	21217: {400, "The 'To' number does not appear to be valid"},
	21218: {400, "ApplicationSid is not valid"},
	21219: {400, "The 'To' number is not verified; trial accounts call verified numbers only"},
	21220: {400, "Call is not in-progress. Cannot redirect."},
	22005: {400, "The call queue is full"},
	32018: {400, "Twiml is longer than 4000 characters"},
}

// usualCode is the code that comes with an HTTP status if nothing more is known.
var usualCode = map[int]int{
	401: 20003, 403: 20006, 404: 20404, 405: 20004, 409: 20409, 422: 20422, 429: 20429, 500: 20500, 503: 20503,
}

// jsonType is the content type of all that the API itself answers.
const jsonType = "application/json"

// reply is an answer to a request.
type reply struct {
	status int
	code   int // Twilio's, of a refusal
	kind   string
	header http.Header // beyond the usual ones; may be nil
	body   []byte
	made   string // SID of the call that a create made
}

// refuse is the answer that refuses a request with one of the known problems.
func refuse(code int) reply {
	p := problems[code]
	return errorReply(p.status, code, p.message)
}

// errorReply is a refusal in the form of Twilio's errors.
func errorReply(status, code int, message string) reply {
	o := object{b: []byte{'{'}}
	o.number("code", code)
	o.text("message", message)
	o.text("more_info", "https://www.twilio.com/docs/errors/"+strconv.Itoa(code))
	o.number("status", status)
	return reply{status: status, code: code, kind: jsonType, body: append(o.b, '}')}
}

// showCall is an answer that shows a call.
func showCall(status int, account string, v Call) reply {
	return reply{status: status, kind: jsonType, body: appendRecord(make([]byte, 0, 2048), account, &v)}
}
