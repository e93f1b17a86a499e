package webhook

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
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

// from returns the rest of a draft, from a place that is in no hole.
func (d *draft) from(at int) draft {
	rest := draft{text: d.text[at:]}
	for _, h := range d.holes {
		if h.at >= at {
			rest.holes = append(rest.holes, hole{h.at - at, h.value})
		}
	}
	return rest
}

// clip frees the room that appending has left.
func (d *draft) clip() {
	d.text, d.holes = bytes.Clone(d.text), append([]hole(nil), d.holes...)
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
