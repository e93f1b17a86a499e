package twiliosim

import (
	"fmt"
	"strconv"
	"time"
)

// record is a call as the API shows it. Twilio: OpenAPI document, api.v2010.account.call.
type record struct {
	SID             string       `json:"sid"`
	DateCreated     string       `json:"date_created"`
	DateUpdated     string       `json:"date_updated"`
	ParentCallSID   *string      `json:"parent_call_sid"`
	AccountSID      string       `json:"account_sid"`
	To              string       `json:"to"`
	ToFormatted     string       `json:"to_formatted"`
	From            string       `json:"from"`
	FromFormatted   string       `json:"from_formatted"`
	PhoneNumberSID  *string      `json:"phone_number_sid"`
	Status          string       `json:"status"`
	StartTime       *string      `json:"start_time"`
	EndTime         *string      `json:"end_time"`
	Duration        *string      `json:"duration"`
	Price           *string      `json:"price"`
	PriceUnit       string       `json:"price_unit"`
	Direction       string       `json:"direction"`
	AnsweredBy      *string      `json:"answered_by"`
	APIVersion      string       `json:"api_version"`
	ForwardedFrom   *string      `json:"forwarded_from"`
	GroupSID        *string      `json:"group_sid"`
	CallerName      *string      `json:"caller_name"`
	QueueTime       string       `json:"queue_time"`
	TrunkSID        *string      `json:"trunk_sid"`
	URI             string       `json:"uri"`
	SubresourceURIs subresources `json:"subresource_uris"`
}

// subresources says where more about a call would be found.
type subresources struct {
	Notifications                   string `json:"notifications"`
	Recordings                      string `json:"recordings"`
	Payments                        string `json:"payments"`
	Events                          string `json:"events"`
	Siprec                          string `json:"siprec"`
	Streams                         string `json:"streams"`
	Transcriptions                  string `json:"transcriptions"`
	UserDefinedMessages             string `json:"user_defined_messages"`
	UserDefinedMessageSubscriptions string `json:"user_defined_message_subscriptions"`
}

// record shows v as the API does. End time and duration are shown for completed calls only. Twilio: Call resource.
func (a *Account) record(account string, v Call) *record {
	base := callsURI(account) + "/" + v.SID
	r := &record{
		SID: v.SID, AccountSID: account,
		DateCreated: date(v.Created), DateUpdated: date(lastOf(v.Created, v.Dialed, v.Answered, v.Ended)),
		To: v.To, ToFormatted: formatted(v.To), From: v.From, FromFormatted: formatted(v.From),
		Status: v.Status, Direction: v.Direction, PriceUnit: "USD", APIVersion: "2010-04-01",
		QueueTime:       strconv.FormatInt(v.Estimate.Milliseconds(), 10),
		URI:             base + ".json",
		SubresourceURIs: subresourcesOf(base),
	}
	if !v.Dialed.IsZero() {
		r.StartTime = new(date(v.Dialed))
	}
	if v.Status == statusCompleted {
		r.EndTime = new(date(v.Ended))
		r.Duration = new(strconv.Itoa(int(v.Duration / time.Second)))
	}
	if v.Price != 0 {
		r.Price = new(fmt.Sprintf("-%.5f", v.Price))
	}
	return r
}

// subresourcesOf lists what lies under the address of a call.
func subresourcesOf(base string) subresources {
	return subresources{
		Notifications:                   base + "/Notifications.json",
		Recordings:                      base + "/Recordings.json",
		Payments:                        base + "/Payments.json",
		Events:                          base + "/Events.json",
		Siprec:                          base + "/Siprec.json",
		Streams:                         base + "/Streams.json",
		Transcriptions:                  base + "/Transcriptions.json",
		UserDefinedMessages:             base + "/UserDefinedMessages.json",
		UserDefinedMessageSubscriptions: base + "/UserDefinedMessageSubscriptions.json",
	}
}

// callsURI is the address of an account's calls, without its suffix.
func callsURI(account string) string { return "/2010-04-01/Accounts/" + account + "/Calls" }

// date writes a time as the API does: RFC 2822, UTC, whole seconds.
func date(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

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
