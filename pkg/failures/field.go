package failures

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Time is written as RFC 3339 has it, in milliseconds.
type Time time.Time

// MarshalText writes the time.
func (t Time) MarshalText() ([]byte, error) {
	return time.Time(t).AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

// MaxText is how many characters of a foreign text are worth keeping.
const MaxText = 200

// Printable returns the first characters of a text that can be printed, at most
// [MaxText] of them. White space, however long, becomes one space.
func Printable(text []byte) string {
	var b strings.Builder
	b.Grow(min(len(text), MaxText))
	space := false
	for n := 0; len(text) > 0 && n < MaxText; {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
			n++
		}
		if n < MaxText {
			b.WriteRune(r)
			n++
		}
	}
	return b.String()
}
