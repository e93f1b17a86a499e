package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"slices"
	"strings"
)

// SignatureLen is the length of a signature in bytes: the Base64 of a SHA-1.
const SignatureLen = 28

// Signature returns the value of the X-Twilio-Signature header of a request.
// url is the URL as [SigningURL] gives it. row holds the form fields of a POST;
// it is empty for GET and for a JSON body (see [WithBodySHA256]).
// Twilio: webhook security, "Validating requests are coming from Twilio".
func Signature(token, url string, row Row) (string, error) {
	signer, err := NewSigner(token)
	if err != nil {
		return "", err
	}
	var signature [SignatureLen]byte
	signer.Sign(signature[:], signedText(url, row))
	return string(signature[:]), nil
}

// SigningURL returns what Twilio signs of a webhook's configured URL: all of it
// as it is written, but for user and password, the fragment and, for voice over
// HTTPS, the port. Nothing is encoded anew and no slash is added.
func SigningURL(kind Kind, url string) string {
	url, _, _ = strings.Cut(url, "#")
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if kind == Voice && strings.EqualFold(scheme, "https") {
		// The colons of an IPv6 address are inside brackets.
		if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
			host = host[:colon]
		}
	}
	return scheme + "://" + host + path
}

// WithBodySHA256 returns url with the parameter that makes the signature of a
// JSON request cover its body: the URL alone is signed then.
func WithBodySHA256(url string, body []byte) string {
	sum := sha256.Sum256(body)
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	return url + separator + "bodySHA256=" + hex.EncodeToString(sum[:])
}

// signedText returns the text that is signed: the URL, then each name with its
// value, names in byte order. A name given more than once contributes its
// distinct values, in byte order, as Twilio's PHP, Python and Node validators
// expect.
func signedText(url string, row Row) []byte {
	text := []byte(url)
	for _, f := range inSigningOrder(row) {
		text = append(append(text, f.Name...), f.Value...)
	}
	return text
}

func inSigningOrder(row Row) Row {
	sorted := slices.Clone(row)
	slices.SortFunc(sorted, func(a, b Field) int {
		if order := strings.Compare(a.Name, b.Name); order != 0 {
			return order
		}
		return strings.Compare(a.Value, b.Value)
	})
	return slices.Compact(sorted)
}

// A Signer signs many texts with one token and allocates nothing. It is not
// safe for concurrent use.
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

// forge makes a valid signature wrong, so that it still looks like one.
func forge(signature []byte) {
	const from, to = "AaZz09+/", "BbYy18/+"
	if i := bytes.IndexByte([]byte(from), signature[0]); i >= 0 {
		signature[0] = to[i]
		return
	}
	signature[0] = 'A'
}
