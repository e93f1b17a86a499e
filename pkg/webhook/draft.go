package webhook

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A draft is a text with holes for the values that are fresh in each request.
// Every fresh value has a fixed length, so a request is a copy of the text with
// the holes filled.
type draft struct {
	text  []byte
	holes []hole
	head  int // length of the head, if the text is a request
}

type hole struct {
	at    int
	value holeValue
}

type holeValue int

const (
	holeSID holeValue = iota
	holeToken
	holeSignature
)

var holeLen = [...]int{holeSID: 32, holeToken: 36, holeSignature: SignatureLen}

func (d *draft) add(text string) { d.text = append(d.text, text...) }

func (d *draft) addHole(value holeValue) {
	d.holes = append(d.holes, hole{len(d.text), value})
	d.text = append(d.text, bytes.Repeat([]byte{'-'}, holeLen[value])...)
}

// addValue adds a field's value; value is its text, encoded as the draft needs.
func (d *draft) addValue(p part, value string) {
	d.add(value)
	if p.fresh {
		d.addHole(holeSID)
	}
}

func (d *draft) addDraft(other draft) {
	for _, h := range other.holes {
		d.holes = append(d.holes, hole{len(d.text) + h.at, h.value})
	}
	d.text = append(d.text, other.text...)
}

// addHead adds the request line and the headers that Twilio sends.
// Twilio: captured requests; X-Home-Region and the idempotency token as in the
// webhook FAQ and the guide to connection overrides.
func (d *draft) addHead(method, rawURL, authorization string, bodyLen int) {
	host, target := hostAndTarget(rawURL)
	d.add(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n")
	if method == "POST" {
		d.add("Content-Type: application/x-www-form-urlencoded\r\n")
		d.add(fmt.Sprintf("Content-Length: %d\r\n", bodyLen))
	}
	if authorization != "" {
		d.add("Authorization: " + authorization + "\r\n")
	}
	d.add("X-Home-Region: us1\r\nX-Twilio-Signature: ")
	d.addHole(holeSignature)
	d.add("\r\nI-Twilio-Idempotency-Token: ")
	d.addHole(holeToken)
	d.add("\r\nAccept: */*\r\nUser-Agent: TwilioProxy/1.1\r\n\r\n")
	d.head = len(d.text)
}

// hostAndTarget splits a URL that passed CheckURL into the Host header and the
// request target, both byte for byte as written.
func hostAndTarget(url string) (host, target string) {
	url, _, _ = strings.Cut(url, "#")
	_, rest, _ := strings.Cut(url, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, target = rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return host, target
}

// body returns what follows the head.
func (d *draft) body() draft {
	body := draft{text: d.text[d.head:]}
	for _, h := range d.holes {
		if h.at >= d.head {
			body.holes = append(body.holes, hole{h.at - d.head, h.value})
		}
	}
	return body
}

// fill writes the text to buf, with values in its holes, and returns it.
func (d *draft) fill(buf []byte, values *freshValues) []byte {
	buf = append(buf[:0], d.text...)
	for _, h := range d.holes {
		switch h.value {
		case holeSID:
			copy(buf[h.at:], values.sid[:])
		case holeToken:
			copy(buf[h.at:], values.token[:])
		case holeSignature:
			copy(buf[h.at:], values.signature[:])
		}
	}
	return buf
}

func putUint64s(dst *[16]byte, random *rand.PCG) {
	binary.LittleEndian.PutUint64(dst[:8], random.Uint64())
	binary.LittleEndian.PutUint64(dst[8:], random.Uint64())
}
