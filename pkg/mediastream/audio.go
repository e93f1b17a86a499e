package mediastream

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/zaf/g711"
)

const (
	// Frame is how much audio a media message has. Twilio: none of its pages says
	// so; all captures show it.
	Frame = 20 * time.Millisecond

	rate       = 8000 // samples a second. Twilio: Media Streams, WebSocket messages, start.mediaFormat
	frameBytes = rate / 50
	maxAudio   = 10 * time.Minute
)

// An Audio is what a caller says in one turn, ready to be sent. The silence at
// its end is left out: silence follows anyway, and who is to answer hears the end
// of the words, not that of the file.
type Audio struct {
	frames []string // the payloads of media messages
}

// Length returns how long the audio is, in whole frames.
func (a *Audio) Length() time.Duration { return time.Duration(len(a.frames)) * Frame }

// ReadAudio reads a WAV file: one channel of PCM, or of mu-law, with 8,000 or
// 16,000 samples a second, of 10 minutes at most. Errors name the file.
func ReadAudio(name string) (*Audio, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	a, err := readWAV(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// A format is the contents of a fmt chunk.
// Microsoft: Multiple channel audio data and WAVE files; RFC 2361.
type format struct {
	Tag, Channels uint16
	Rate          uint32
	_             [6]byte // bytes a second, and of a block
	Bits          uint16
}

const (
	tagPCM        = 1
	tagMulaw      = 7
	tagExtensible = 0xfffe // the tag is in the extension
	tagOffset     = 24     // there
)

var (
	errNoWAV  = errors.New("it is not a WAV file")
	errNoData = errors.New("its audio is missing or cut off")
)

// A chunk is what a RIFF file consists of: its name, its length, and so many bytes.
type chunk struct {
	Name   [4]byte
	Length uint32
}

// readWAV reads a WAV file. What it says of its own length is not looked at: a
// program that writes into a pipe does not know it.
func readWAV(r io.Reader) (*Audio, error) {
	var file struct {
		chunk
		Form [4]byte
	}
	err := binary.Read(r, binary.LittleEndian, &file)
	if err != nil || string(file.Name[:]) != "RIFF" || string(file.Form[:]) != "WAVE" {
		return nil, errNoWAV
	}
	var f format
	for {
		var c chunk
		if err := binary.Read(r, binary.LittleEndian, &c); err != nil {
			return nil, errNoData
		}
		contents := io.LimitReader(r, int64(c.Length))
		switch string(c.Name[:]) {
		case "fmt ":
			if f, err = readFormat(contents); err != nil {
				return nil, err
			}
		case "data":
			samples, err := f.readSamples(contents, int64(c.Length))
			if err != nil {
				return nil, err
			}
			return newAudio(f.mulaw(samples))
		}
		_, _ = io.Copy(io.Discard, contents)
		_, _ = io.CopyN(io.Discard, r, int64(c.Length%2)) // chunks begin at even bytes
	}
}

// readSamples reads audio that is so many bytes long. What would be too long is
// read to the end of the file: so long is the data chunk of who does not know,
// 0xffffffff bytes by ffmpeg, and 0x7ffff000 by sox.
func (f format) readSamples(r io.Reader, length int64) ([]byte, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	most := int64(maxAudio/time.Second) * int64(f.Rate) * int64(f.Bits/8)
	samples, err := io.ReadAll(io.LimitReader(r, most+1))
	switch read := int64(len(samples)); {
	case err != nil, read < length && length <= most:
		return nil, errNoData
	case read > most:
		return nil, fmt.Errorf("it is longer than %v", maxAudio)
	}
	return samples, nil
}

func readFormat(r io.Reader) (f format, err error) {
	all, err := io.ReadAll(io.LimitReader(r, 64))
	if err != nil {
		return f, errNoData
	}
	if err := binary.Read(bytes.NewReader(all), binary.LittleEndian, &f); err != nil {
		return f, errNoWAV
	}
	if f.Tag == tagExtensible && len(all) >= tagOffset+2 {
		f.Tag = binary.LittleEndian.Uint16(all[tagOffset:])
	}
	return f, nil
}

// check returns an error if audio of that format cannot be used.
func (f format) check() error {
	const convert = "; ffmpeg -i IN -ac 1 -ar 8000 -c:a pcm_mulaw OUT makes a file that is right"
	switch {
	case f.Channels == 0:
		return errNoWAV // no fmt chunk before the data
	case f.Tag != tagPCM && f.Tag != tagMulaw:
		return fmt.Errorf("its audio is neither PCM nor mu-law (format %d)"+convert, f.Tag)
	case f.Tag == tagMulaw && f.Bits != 8, f.Bits%8 != 0, f.Bits == 0, f.Bits > 32:
		return fmt.Errorf("%d bits a sample cannot be read"+convert, f.Bits)
	case f.Channels != 1:
		return fmt.Errorf("%d channels: it must have one"+convert, f.Channels)
	case f.Rate != rate && f.Rate != 2*rate:
		return fmt.Errorf("%d samples a second: it must be 8000 or 16000"+convert, f.Rate)
	}
	return nil
}

// mulaw returns the audio in mu-law, 8,000 samples a second.
func (f format) mulaw(samples []byte) []byte {
	if f.Tag == tagMulaw && f.Rate == rate {
		return samples
	}
	linear := f.linear(samples)
	if f.Rate == 2*rate {
		linear = halved(linear)
	}
	mulaw := make([]byte, len(linear))
	for i, s := range linear {
		mulaw[i] = g711.EncodeUlawFrame(s)
	}
	return mulaw
}

// linear returns the upper 16 bits of each sample. Those of 8 bits have no sign.
func (f format) linear(samples []byte) []int16 {
	size := int(f.Bits / 8)
	linear := make([]int16, len(samples)/size)
	for i := range linear {
		sample := samples[i*size : (i+1)*size]
		switch {
		case f.Tag == tagMulaw:
			linear[i] = g711.DecodeUlawFrame(sample[0])
		case size == 1:
			linear[i] = int16(int(sample[0])-128) << 8
		default:
			linear[i] = int16(binary.LittleEndian.Uint16(sample[size-2:]))
		}
	}
	return linear
}

// halved returns every other sample of what a half-band filter leaves of the
// lower half of the frequencies: the upper half would sound as noise.
func halved(samples []int16) []int16 {
	at := func(i int) int { return int(samples[min(max(i, 0), len(samples)-1)]) }
	half := make([]int16, len(samples)/2)
	for i := range half {
		j := 2 * i
		sum := 16*at(j) + 9*(at(j-1)+at(j+1)) - (at(j-3) + at(j+3))
		half[i] = int16(min(max(sum/32, -1<<15), 1<<15-1))
	}
	return half
}

func newAudio(mulaw []byte) (*Audio, error) {
	_, to, ok := heard(mulaw)
	if !ok {
		return nil, errors.New("nothing is heard in it: it is silent")
	}
	mulaw = mulaw[:to]
	a := &Audio{}
	for len(mulaw) > 0 {
		n := min(len(mulaw), frameBytes)
		frame := append(bytes.Clone(mulaw[:n]), bytes.Repeat([]byte{silence}, frameBytes-n)...)
		a.frames = append(a.frames, base64.StdEncoding.EncodeToString(frame))
		mulaw = mulaw[n:]
	}
	return a, nil
}

// silence is a sample of 0.
const silence = 0xff

// silentFrame is a payload in which nothing is heard.
var silentFrame = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{silence}, frameBytes))

// audible says of each sample whether it is heard: louder than -36 dB of the
// loudest. Speech is, and the noise of a quiet line is not. The limit is made up.
var audible = func() (is [256]bool) {
	for i := range is {
		s := g711.DecodeUlawFrame(uint8(i))
		is[i] = s > 512 || s < -512
	}
	return is
}()

// heard returns the first sample that is heard, and the one after the last.
func heard(mulaw []byte) (from, to int, ok bool) {
	for from < len(mulaw) && !audible[mulaw[from]] {
		from++
	}
	for to = len(mulaw); to > from && !audible[mulaw[to-1]]; {
		to--
	}
	return from, to, from < to
}
