package mediastream

import (
	"bytes"
	"time"
)

// Heard returns audio that long in which something is heard all the time.
func Heard(d time.Duration) *Audio {
	a, err := newAudio(bytes.Repeat([]byte{0x80}, int(d*rate/time.Second)))
	if err != nil {
		panic(err)
	}
	return a
}
