package webhook

import (
	"encoding/hex"
	"math/rand/v2"
	"net/url"
)

// An Envelope holds what the requests of a run have in common.
type Envelope struct {
	Kind       Kind
	URL        string // where requests go; see [CheckURL]
	SignURL    string // what is signed, as Twilio would have it configured; empty: URL
	AccountSID string // empty: a made-up one
	Get        bool   // ask with GET: the fields are in the URL's query
}

// A Template is a row made ready to be sent many times: the bytes of the whole
// request, head and body, with holes for what is fresh in each. It is not
// changed by use and safe for concurrent use.
type Template struct {
	Segments int  // message segments that Twilio would bill for receiving it
	TollFree bool // replies go from a toll-free number to the US or Canada

	kind   Kind
	wire   draft // the request
	signed draft // the text its signature covers

	prefix int   // of a POST: the length of the URL in signed; the fields follow
	query  draft // of a GET: the fields
}

// NewTemplate returns the template of a row. The envelope's URL must have passed
// [CheckURL], and SignURL [CheckLocation].
func NewTemplate(e Envelope, row Row) *Template {
	parts := e.Kind.complete(row, e.AccountSID)
	t := &Template{
		Segments: e.Kind.receivedSegments(row),
		TollFree: tollFree(parts),
		kind:     e.Kind,
	}
	signURL := e.SignURL
	if signURL == "" {
		signURL = e.URL
	}
	signURL = SigningURL(e.Kind, signURL)
	if e.Get {
		t.query = encoded(parts, percentEncode)
		t.signed.add(signURL)
		t.signed.addQuery(t.query)
		t.wire = newRequest("GET", e.URL, t.query, draft{}, "")
	} else {
		t.prefix = len(signURL)
		t.signed = signedText(signURL, parts)
		t.wire = newRequest("POST", e.URL, draft{}, encoded(parts, url.QueryEscape), "")
	}
	t.wire.clip()
	t.signed.clip()
	return t
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
// the signature of the new URL. signURL is the URL to sign. The request carries
// the fields as the template says, or without fields it is a bare GET.
// authorization, if not empty, is the value of that header.
func (w *Writer) Again(t *Template, url, signURL string, fields bool, authorization string) []byte {
	var signed, wire draft
	signed.add(SigningURL(t.kind, signURL))
	switch {
	case !fields:
		wire = newRequest("GET", url, draft{}, draft{}, authorization)
	case t.prefix == 0:
		signed.addQuery(t.query)
		wire = newRequest("GET", url, t.query, draft{}, authorization)
	default:
		signed.addDraft(t.signed.from(t.prefix))
		wire = newRequest("POST", url, draft{}, t.wire.from(t.wire.head), authorization)
	}
	w.sign(signed.fill(nil, &w.fresh))
	return wire.fill(nil, &w.fresh)
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
