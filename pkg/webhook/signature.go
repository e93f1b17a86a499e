package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"hash"
)

// SignatureLen is the length of a signature in bytes: the Base64 of a SHA-1.
const SignatureLen = 28

// A Signer makes Twilio's signatures with one token. It allocates nothing and is
// not safe for concurrent use.
// Twilio: webhook security, "Validating requests are coming from Twilio".
type Signer struct {
	mac hash.Hash
	sum [sha1.Size]byte
}

// NewSigner returns a Signer for an account's auth token. An empty token is an
// error: it would sign requests that anybody could have signed.
func NewSigner(token string) (*Signer, error) {
	if token == "" {
		return nil, errors.New("the auth token is empty")
	}
	return &Signer{mac: hmac.New(sha1.New, []byte(token))}, nil
}

// Sign writes the signature of text to dst, which has room for [SignatureLen]
// bytes.
func (s *Signer) Sign(dst, text []byte) {
	s.mac.Reset()
	s.mac.Write(text)
	base64.StdEncoding.Encode(dst, s.mac.Sum(s.sum[:0]))
}

// Signature returns the signature of a text, or a wrong one on purpose. The token
// is not empty.
func Signature(token, text string, forged bool) string {
	signer, err := NewSigner(token)
	if err != nil {
		panic(err)
	}
	signature := make([]byte, SignatureLen)
	signer.Sign(signature, []byte(text))
	if forged {
		forge(signature)
	}
	return string(signature)
}

// forge makes a valid signature wrong, so that it still looks like one.
func forge(signature []byte) {
	const from, to = "AaZz09+/", "BbYy18/+"
	if i := bytes.IndexByte([]byte(from), signature[0]); i >= 0 {
		signature[0] = to[i]
		return
	}
	signature[0] = 'A'
}
