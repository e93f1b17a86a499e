package webhook

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
)

// A Writer makes the bytes of requests, each signed and with an idempotency
// token. Bytes are good until its next call. It is not safe for concurrent use:
// each worker has its own.
type Writer struct {
	signer *Signer
	random *rand.PCG

	// Of the last request.
	fresh  freshValues
	forged bool

	// Room to write in.
	wire, signed []byte
	layouts      layouts
	parts        []part
	form         layout
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

// Request returns the bytes of a new request of a template, with fresh SIDs;
// with forged set the signature is a wrong one.
func (w *Writer) Request(t *Template, forged bool) []byte {
	w.fresh.renewSID(w.random)
	w.fresh.renewToken(w.random)
	w.forged = forged
	w.signed = t.signed.fill(w.signed, &w.fresh)
	w.sign(w.signed)
	w.wire = t.wire.fill(w.wire, &w.fresh)
	return w.wire
}

// Sent returns what the last request said, if it was of this template.
func (w *Writer) Sent(t *Template) Request {
	return t.envelope.Request(t.row, string(w.fresh.sid[:]))
}

// SID returns that of the message or the call of the last request, if it was of
// this template; empty if it had none.
func (w *Writer) SID(t *Template) string {
	if t.sid.fresh {
		return t.sid.Value + string(w.fresh.sid[:])
	}
	return t.sid.Value
}

// Write returns the bytes of a request; with forged set the signature is a
// wrong one.
func (w *Writer) Write(r *Request, forged bool) []byte {
	w.fresh.renewToken(w.random)
	w.forged = forged
	return w.Again(r)
}

// Again returns the bytes of the last request anew, changed to r, as after a
// redirect or a demand for a password: the token is the same, the signature is
// of r, and as wrong as it was.
func (w *Writer) Again(r *Request) []byte {
	w.parts = w.parts[:0]
	for _, f := range r.Fields {
		w.parts = append(w.parts, part{Field: f})
	}
	w.layouts.layOut(r, w.parts, &w.form)
	w.sign(w.layouts.signed.text)
	return w.layouts.wire.fill(w.layouts.wire.text, &w.fresh)
}

func (w *Writer) sign(text []byte) {
	w.signer.Sign(w.fresh.signature[:], text)
	if w.forged {
		forge(w.fresh.signature[:])
	}
}

// freshValues are those that are new in each request.
type freshValues struct {
	sid       [sidDigits]byte // the hex digits of a SID
	token     [36]byte        // a UUID
	signature [SignatureLen]byte
}

func (v *freshValues) renewSID(random *rand.PCG) {
	var sid [16]byte
	putRandom(&sid, random)
	hex.Encode(v.sid[:], sid[:])
}

func (v *freshValues) renewToken(random *rand.PCG) {
	var uuid [16]byte
	putRandom(&uuid, random)
	uuid[6] = uuid[6]&0x0f | 0x40 // version 4
	uuid[8] = uuid[8]&0x3f | 0x80 // variant 1
	v.token[8], v.token[13], v.token[18], v.token[23] = '-', '-', '-', '-'
	hex.Encode(v.token[0:], uuid[0:4])
	hex.Encode(v.token[9:], uuid[4:6])
	hex.Encode(v.token[14:], uuid[6:8])
	hex.Encode(v.token[19:], uuid[8:10])
	hex.Encode(v.token[24:], uuid[10:16])
}

func putRandom(dst *[16]byte, random *rand.PCG) {
	binary.LittleEndian.PutUint64(dst[:8], random.Uint64())
	binary.LittleEndian.PutUint64(dst[8:], random.Uint64())
}
