package webhook

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// An Envelope holds what the requests of a run have in common.
type Envelope struct {
	Kind       Kind
	URL        string // where requests go; see [CheckURL]
	SignURL    string // what is signed, as Twilio would have it configured; empty: URL
	AccountSID string // empty: a made-up one
}

// CheckURL returns an error unless a webhook can be sent to that URL as it is
// written: http or https, a host, and nothing that would need encoding first.
// The error does not repeat the URL, which may hold a password.
func CheckURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return fmt.Errorf("the URL cannot be read: %w", err.(*url.Error).Err)
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("the URL starts with neither http:// nor https://")
	case u.Hostname() == "":
		return fmt.Errorf("the URL names no host")
	case strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }):
		return fmt.Errorf("the URL holds characters that must be percent-encoded")
	}
	return nil
}

// A Template is a row made ready to be sent many times: the bytes of the whole
// request, head and body, with holes for what is fresh in each. It is not
// changed by use and safe for concurrent use.
type Template struct {
	Segments int  // message segments that Twilio would bill for receiving it
	TollFree bool // replies go from a toll-free number to the US or Canada

	kind   Kind
	fields []part
	wire   draft // the request
	signed draft // the text its signature covers
}

// NewTemplate returns the template of a row. The envelope's URLs must have
// passed [CheckURL].
func NewTemplate(e Envelope, row Row) *Template {
	t := &Template{
		Segments: e.Kind.receivedSegments(row),
		TollFree: tollFree(row),
		kind:     e.Kind,
		fields:   e.Kind.complete(row, e.AccountSID),
	}
	signURL := e.SignURL
	if signURL == "" {
		signURL = e.URL
	}
	t.signed.text = []byte(SigningURL(e.Kind, signURL))
	for _, p := range signingOrder(t.fields) {
		t.signed.add(p.Name)
		t.signed.addValue(p, p.Value)
	}

	var body draft
	for i, p := range t.fields {
		if i > 0 {
			body.add("&")
		}
		body.add(url.QueryEscape(p.Name) + "=")
		body.addValue(p, url.QueryEscape(p.Value))
	}
	t.wire.addHead("POST", e.URL, "", len(body.text))
	t.wire.addDraft(body)
	return t
}

// signingOrder sorts as inSigningOrder does. A fresh value sorts by its prefix;
// no name has both a fresh and a given value.
func signingOrder(parts []part) []part {
	row := make(Row, len(parts))
	fresh := map[Field]bool{}
	for i, p := range parts {
		row[i] = p.Field
		fresh[p.Field] = p.fresh
	}
	var sorted []part
	for _, f := range inSigningOrder(row) {
		sorted = append(sorted, part{f, fresh[f]})
	}
	return sorted
}

// A Writer makes requests of templates. It is not safe for concurrent use:
// each worker has its own.
type Writer struct {
	signer  *Signer
	random  *rand.PCG
	fresh   freshValues
	wire    []byte
	signed  []byte
	forgery bool
}

// NewWriter returns a Writer that signs with token, which must not be empty.
// Their random state makes it safe to assume that no two Writers ever make the
// same SID.
func NewWriter(token string) (*Writer, error) {
	signer, err := NewSigner(token)
	if err != nil {
		return nil, err
	}
	return &Writer{signer: signer, random: rand.NewPCG(rand.Uint64(), rand.Uint64())}, nil
}

// Request returns the bytes of a new request: fresh SIDs, a fresh idempotency
// token, signed; with forged set the signature is a wrong one. The bytes are
// good until the next call.
func (w *Writer) Request(t *Template, forged bool) []byte {
	w.fresh.renew(w.random)
	w.forgery = forged
	w.signed = t.signed.fill(w.signed, &w.fresh)
	w.sign(w.signed)
	w.wire = t.wire.fill(w.wire, &w.fresh)
	return w.wire
}

// Again returns the bytes of the last request anew, for another URL, as after
// a redirect or a demand for a password: the same SIDs and idempotency token,
// the signature of the new URL. signURL is the URL to sign. With get set the
// request is a GET without fields. authorization, if not empty, is the value
// of that header.
func (w *Writer) Again(t *Template, url, signURL string, get bool, authorization string) []byte {
	text := []byte(SigningURL(t.kind, signURL))
	var again draft
	if get {
		again.addHead("GET", url, authorization, 0)
	} else {
		for _, p := range signingOrder(t.fields) {
			text = append(append(text, p.Name...), w.fresh.value(p)...)
		}
		body := t.wire.body()
		again.addHead("POST", url, authorization, len(body.text))
		again.addDraft(body)
	}
	w.sign(text)
	return again.fill(nil, &w.fresh)
}

func (w *Writer) sign(text []byte) {
	w.signer.Sign(w.fresh.signature[:], text)
	if w.forgery {
		forge(w.fresh.signature[:])
	}
}

// freshValues are those that are new in each request.
type freshValues struct {
	sid       [32]byte // the hex digits of a SID
	token     [36]byte // a UUID
	signature [SignatureLen]byte
}

func (v *freshValues) renew(random *rand.PCG) {
	var sid, uuid [16]byte
	putUint64s(&sid, random)
	putUint64s(&uuid, random)
	hex.Encode(v.sid[:], sid[:])

	uuid[6] = uuid[6]&0x0f | 0x40 // version 4
	uuid[8] = uuid[8]&0x3f | 0x80 // variant 1
	v.token[8], v.token[13], v.token[18], v.token[23] = '-', '-', '-', '-'
	hex.Encode(v.token[0:], uuid[0:4])
	hex.Encode(v.token[9:], uuid[4:6])
	hex.Encode(v.token[14:], uuid[6:8])
	hex.Encode(v.token[19:], uuid[8:10])
	hex.Encode(v.token[24:], uuid[10:16])
}

// value returns a part's value, whole.
func (v *freshValues) value(p part) string {
	if p.fresh {
		return p.Value + string(v.sid[:])
	}
	return p.Value
}
