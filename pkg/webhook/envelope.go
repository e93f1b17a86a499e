package webhook

// An Envelope holds what the requests of a run have in common.
type Envelope struct {
	Kind       Kind
	URL        string // where requests go; see [CheckURL]
	SignURL    string // what is signed, as Twilio would have it configured; empty: URL
	AccountSID string // empty: a made-up one
	Get        bool   // ask with GET: the fields are in the URL's query
}

// Signed returns the URL that Twilio would have configured.
func (e Envelope) Signed() string {
	if e.SignURL != "" {
		return e.SignURL
	}
	return e.URL
}

// Request returns the request of a row: its fields, then those that Twilio
// always sends and the row leaves out. The SIDs that the row leaves out end with
// the hex digits of sid. The envelope's URL must have passed [CheckURL], and
// SignURL [CheckLocation].
func (e Envelope) Request(row Row, sid string) Request {
	parts := e.Kind.complete(row, e.AccountSID)
	r := e.request(row, parts)
	r.Fields = make(Row, len(parts))
	for i, p := range parts {
		r.Fields[i] = p.Field
		if p.fresh {
			r.Fields[i].Value += sid
		}
	}
	return r
}

// request returns the request of a row without its fields, which are parts.
func (e Envelope) request(row Row, parts []part) Request {
	return Request{
		Kind:     e.Kind,
		Get:      e.Get,
		URL:      e.URL,
		SignURL:  e.Signed(),
		Segments: e.Kind.receivedSegments(row),
		TollFree: tollFree(parts),
	}
}
