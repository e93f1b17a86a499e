package webhook

// A Template is the request of a row made ready to be sent many times: all its
// bytes, with slots for what is fresh in each. It is not changed by use and safe
// for concurrent use.
type Template struct {
	Segments int  // message segments that Twilio would bill for receiving it
	TollFree bool // replies go from a toll-free number to the US or Canada

	envelope Envelope
	row      Row
	sid      part // what names the message or the call; empty if nothing does
	layouts
}

// NewTemplate returns the template of a row. The envelope's URL must have passed
// [CheckURL], and SignURL [CheckLocation].
func NewTemplate(e Envelope, row Row) *Template {
	parts := e.Kind.complete(row, e.AccountSID)
	r := e.request(row, parts)
	t := &Template{Segments: r.Segments, TollFree: r.TollFree, envelope: e, row: row}
	for _, p := range parts {
		if p.isSID() {
			t.sid = p
			break
		}
	}
	t.layOut(&r, parts, new(layout))
	t.wire.clip()
	t.signed.clip()
	return t
}
