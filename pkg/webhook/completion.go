package webhook

import (
	"strconv"
)

// Stand-ins for what a row leaves out. The numbers are reserved for fiction.
const (
	defaultFrom       = "+14155550100"
	defaultTo         = "+14155550199"
	defaultAccountSID = "AC00000000000000000000000000000000"
	apiVersion        = "2010-04-01"
)

// A part is a field of a request in the making. If fresh, its value is the
// prefix of a SID whose 32 hex digits are new in each request.
type part struct {
	Field
	fresh bool
}

// complete returns the fields of row, then those that Twilio always sends and
// the row leaves out.
// Twilio: guides to webhook requests for messaging and voice; fields that are
// in every captured request but not in the guides are included.
func (k Kind) complete(row Row, accountSID string) []part {
	c := completion{row: row, parts: make([]part, 0, len(row)+32)} // 32: room for what is added
	for _, f := range row {
		c.parts = append(c.parts, part{Field: f})
	}
	if k == Raw {
		return c.parts
	}
	if accountSID == "" {
		accountSID = defaultAccountSID
	}
	switch k {
	case SMS, Chat:
		prefix := "SM"
		if c.add("NumMedia", strconv.Itoa(countMedia(row))) != "0" {
			prefix = "MM"
		}
		c.sid(prefix, "MessageSid", "SmsSid", "SmsMessageSid")
		c.add("NumSegments", strconv.Itoa(k.receivedSegments(row)))
		c.add("SmsStatus", "received")
		c.add("Body", "")
		c.places("From", "To")
	case Status:
		c.sid("SM", "MessageSid", "SmsSid")
		status := c.add("MessageStatus", c.value("SmsStatus", "delivered"))
		c.add("SmsStatus", status)
	case Voice, Call:
		c.sid("CA", "CallSid")
		c.add("CallStatus", "ringing")
		c.add("Direction", "inbound")
		c.add("Called", c.value("To", defaultTo))
		c.add("Caller", c.value("From", defaultFrom))
		c.places("From", "To", "Caller", "Called")
	}
	c.add("AccountSid", accountSID)
	c.add("From", defaultFrom)
	c.add("To", defaultTo)
	c.add("ApiVersion", apiVersion)
	return c.parts
}

// receivedSegments returns how many message segments a request of this kind
// stands for: what Twilio bills for receiving it. The smaller segments of
// toll-free numbers are for what they send, not for what they receive.
func (k Kind) receivedSegments(row Row) int {
	body, hasBody := row.Get("Body")
	if k.isVoice() || k == Status || k == Raw && !hasBody {
		return 0
	}
	if given, ok := row.Get("NumSegments"); ok {
		if n, err := strconv.Atoi(given); err == nil && n >= 0 {
			return n
		}
	}
	if media, ok := row.Get("NumMedia"); countMedia(row) > 0 || ok && media != "0" {
		return 1 // Twilio: NumSegments is 1 for anything but SMS
	}
	return max(1, Segments(body, false))
}

// countMedia counts the fields MediaUrl0, MediaUrl1 and so on.
func countMedia(row Row) int {
	n := 0
	for {
		if _, ok := row.Get("MediaUrl" + strconv.Itoa(n)); !ok {
			return n
		}
		n++
	}
}

// A completion adds to a row what it leaves out.
type completion struct {
	row   Row
	parts []part
}

// add adds a field unless the row has it, and returns the value in force.
func (c *completion) add(name, value string) string {
	if given, ok := c.row.Get(name); ok {
		return given
	}
	c.parts = append(c.parts, part{Field: Field{name, value}})
	return value
}

// sid adds names that all carry the same SID: the one the row gives to any of
// them, or else a fresh one.
func (c *completion) sid(prefix string, names ...string) {
	fresh, value := true, prefix
	for _, name := range names {
		if given, ok := c.row.Get(name); ok {
			fresh, value = false, given
			break
		}
	}
	for _, name := range names {
		if _, ok := c.row.Get(name); !ok {
			c.parts = append(c.parts, part{Field{name, value}, fresh})
		}
	}
}

// places adds what Twilio knows of where a number is: nothing, so the fields
// are there and empty.
func (c *completion) places(numbers ...string) {
	for _, number := range numbers {
		for _, place := range []string{"City", "State", "Zip", "Country"} {
			c.add(number+place, "")
		}
	}
}

func (c *completion) value(name, otherwise string) string {
	if given, ok := c.row.Get(name); ok {
		return given
	}
	return otherwise
}
