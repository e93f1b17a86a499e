package webhook

import "bytes"

// A layout is a text with slots for the values that are fresh in each request.
// Every fresh value has a fixed length, so a request is a copy of the text with
// its slots filled.
type layout struct {
	text  []byte
	slots []slot
}

type slot struct {
	at    int
	value freshValue
}

// A freshValue is one that is new in each request.
type freshValue int

const (
	freshSID freshValue = iota
	freshToken
	freshSignature
)

var freshLen = [...]int{freshSID: sidDigits, freshToken: 36, freshSignature: SignatureLen}

// sidDigits is how many hex digits follow the two letters of a SID.
const sidDigits = 32

func (l *layout) reset() { l.text, l.slots = l.text[:0], l.slots[:0] }

func (l *layout) add(text string) { l.text = append(l.text, text...) }

func (l *layout) addSlot(value freshValue) {
	l.slots = append(l.slots, slot{len(l.text), value})
	for range freshLen[value] {
		l.text = append(l.text, '-')
	}
}

func (l *layout) addLayout(other layout) {
	for _, s := range other.slots {
		l.slots = append(l.slots, slot{len(l.text) + s.at, s.value})
	}
	l.text = append(l.text, other.text...)
}

// clip frees the room that appending has left.
func (l *layout) clip() {
	l.text, l.slots = bytes.Clone(l.text), append([]slot(nil), l.slots...)
}

// fill writes the text to buf, which may be the text itself, with values in its
// slots, and returns it.
func (l *layout) fill(buf []byte, values *freshValues) []byte {
	buf = append(buf[:0], l.text...)
	for _, s := range l.slots {
		switch s.value {
		case freshSID:
			copy(buf[s.at:], values.sid[:])
		case freshToken:
			copy(buf[s.at:], values.token[:])
		case freshSignature:
			copy(buf[s.at:], values.signature[:])
		}
	}
	return buf
}
