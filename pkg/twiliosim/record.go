package twiliosim

import (
	"encoding/json"
	"strconv"
	"time"
)

// appendRecord appends v as the API shows it. Twilio: OpenAPI document, api.v2010.account.call. End time and duration
// are shown for completed calls only. It is written by hand because a page holds a thousand of them.
func appendRecord(b []byte, account string, v *Call) []byte {
	base := callsURI(account) + "/" + v.SID
	o := object{b: append(b, '{')}
	o.text("sid", v.SID)
	o.date("date_created", v.Created)
	o.date("date_updated", lastOf(v.Created, v.Dialed, v.Answered, v.Ended))
	o.null("parent_call_sid")
	o.text("account_sid", account)
	o.text("to", v.To)
	o.text("to_formatted", formatted(v.To))
	o.text("from", v.From)
	o.text("from_formatted", formatted(v.From))
	o.null("phone_number_sid")
	o.text("status", v.Status)
	o.date("start_time", v.Dialed)
	if v.Status == statusCompleted {
		o.date("end_time", v.Ended)
		o.text("duration", strconv.Itoa(int(v.Duration/time.Second)))
	} else {
		o.null("end_time")
		o.null("duration")
	}
	if v.Price != 0 {
		o.text("price", strconv.FormatFloat(-v.Price, 'f', 5, 64))
	} else {
		o.null("price")
	}
	o.text("price_unit", "USD")
	o.text("direction", v.Direction)
	o.null("answered_by")
	o.text("api_version", "2010-04-01")
	o.null("forwarded_from")
	o.null("group_sid")
	o.null("caller_name")
	o.text("queue_time", strconv.FormatInt(v.Estimate.Milliseconds(), 10))
	o.null("trunk_sid")
	o.text("uri", base+".json")
	o.name("subresource_uris")
	o.b = append(appendSubresources(o.b, base), '}')
	return o.b
}

// subresources are the names under which more about a call would be found, and where.
var subresources = [][2]string{
	{"notifications", "/Notifications.json"},
	{"recordings", "/Recordings.json"},
	{"payments", "/Payments.json"},
	{"events", "/Events.json"},
	{"siprec", "/Siprec.json"},
	{"streams", "/Streams.json"},
	{"transcriptions", "/Transcriptions.json"},
	{"user_defined_messages", "/UserDefinedMessages.json"},
	{"user_defined_message_subscriptions", "/UserDefinedMessageSubscriptions.json"},
}

// appendSubresources appends what lies under the address of a call.
func appendSubresources(b []byte, base string) []byte {
	o := object{b: append(b, '{')}
	for _, s := range subresources {
		o.name(s[0])
		o.b = append(o.b, '"')
		o.b = append(o.b, base...)
		o.b = append(o.b, s[1]...)
		o.b = append(o.b, '"')
	}
	return append(o.b, '}')
}

// object is a JSON object being written, after its opening brace.
type object struct{ b []byte }

// name begins a member.
func (o *object) name(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

// null writes a member that is null.
func (o *object) null(name string) {
	o.name(name)
	o.b = append(o.b, "null"...)
}

// text writes a member that is a string.
func (o *object) text(name, value string) {
	o.name(name)
	o.b = appendString(o.b, value)
}

// textOrNull writes a member that is a string, or null for an empty one.
func (o *object) textOrNull(name, value string) {
	if value == "" {
		o.null(name)
		return
	}
	o.text(name, value)
}

// number writes a member that is a whole number.
func (o *object) number(name string, value int) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, int64(value), 10)
}

// date writes a time as the API does (RFC 2822, UTC, whole seconds), the zero time as null.
func (o *object) date(name string, t time.Time) {
	if t.IsZero() {
		o.null(name)
		return
	}
	o.name(name)
	o.b = append(o.b, '"')
	o.b = t.UTC().AppendFormat(o.b, time.RFC1123Z)
	o.b = append(o.b, '"')
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// callsURI is the address of an account's calls, without its suffix.
func callsURI(account string) string { return "/2010-04-01/Accounts/" + account + "/Calls" }

// lastOf returns the latest of some times.
func lastOf(times ...time.Time) time.Time {
	last := times[0]
	for _, t := range times[1:] {
		if t.After(last) {
			last = t
		}
	}
	return last
}
