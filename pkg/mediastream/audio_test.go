package mediastream

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zaf/g711"
)

// wav returns a WAV file.
func wav(f format, data []byte) []byte {
	var file bytes.Buffer
	var chunks bytes.Buffer
	chunk := func(id string, data []byte) {
		chunks.WriteString(id)
		_ = binary.Write(&chunks, binary.LittleEndian, uint32(len(data)))
		chunks.Write(data)
		chunks.Write(make([]byte, len(data)%2))
	}
	var head bytes.Buffer
	_ = binary.Write(&head, binary.LittleEndian, f)
	chunk("LIST", []byte("odd"))
	chunk("fmt ", head.Bytes())
	chunk("data", data)
	file.WriteString("RIFF")
	_ = binary.Write(&file, binary.LittleEndian, uint32(4+chunks.Len()))
	file.WriteString("WAVE")
	file.Write(chunks.Bytes())
	return file.Bytes()
}

// tone returns samples of a tone as PCM of so many bytes each.
func tone(hertz, rate, samples, size int) []byte {
	var data []byte
	for i := range samples {
		s := int32(math.Round(0.5 * math.MaxInt16 * math.Sin(2*math.Pi*float64(hertz)*(float64(i)+0.25)/float64(rate))))
		if size == 1 {
			data = append(data, byte(s>>8+128))
			continue
		}
		var all [4]byte
		binary.LittleEndian.PutUint32(all[:], uint32(s<<16))
		data = append(data, all[4-size:]...)
	}
	return data
}

func decoded(t *testing.T, a *Audio) (mulaw []byte) {
	t.Helper()
	for _, frame := range a.frames {
		b, err := base64.StdEncoding.DecodeString(frame)
		if err != nil || len(b) != frameBytes {
			t.Fatalf("a frame of %d bytes, %v", len(b), err)
		}
		mulaw = append(mulaw, b...)
	}
	return mulaw
}

func TestAudioIsMadeIntoMulawOfWhateverItIs(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"PCM of 16 bits, 8 kHz":  wav(format{Tag: tagPCM, Channels: 1, Rate: 8000, Bits: 16}, tone(400, 8000, 800, 2)),
		"PCM of 8 bits, 8 kHz":   wav(format{Tag: tagPCM, Channels: 1, Rate: 8000, Bits: 8}, tone(400, 8000, 800, 1)),
		"PCM of 24 bits, 8 kHz":  wav(format{Tag: tagPCM, Channels: 1, Rate: 8000, Bits: 24}, tone(400, 8000, 800, 3)),
		"PCM of 16 bits, 16 kHz": wav(format{Tag: tagPCM, Channels: 1, Rate: 16000, Bits: 16}, tone(400, 16000, 1600, 2)),
		"mu-law, 8 kHz":          wav(format{Tag: tagMulaw, Channels: 1, Rate: 8000, Bits: 8}, g711.EncodeUlaw(tone(400, 8000, 800, 2))),
		"mu-law, 16 kHz":         wav(format{Tag: tagMulaw, Channels: 1, Rate: 16000, Bits: 8}, g711.EncodeUlaw(tone(400, 16000, 1600, 2))),
	} {
		a, err := readWAV(bytes.NewReader(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.Length() != 100*time.Millisecond {
			t.Errorf("%s: %v, want 100ms", name, a.Length())
		}
		got, want := g711.DecodeUlaw(decoded(t, a)), tone(400, 8000, 800, 2)
		for i := 0; i < len(want); i += 2 {
			g, w := int(int16(binary.LittleEndian.Uint16(got[i:]))), int(int16(binary.LittleEndian.Uint16(want[i:])))
			if d := g - w; d < -1500 || d > 1500 { // of 16,384: mu-law is coarse where it is loud, and the 16 kHz are half a sample off
				t.Errorf("%s: sample %d is %d, want about %d", name, i/2, g, w)
				break
			}
		}
	}
}

// A WAVE_FORMAT_EXTENSIBLE names its format further on.
func TestExtensibleFormat(t *testing.T) {
	t.Parallel()
	var head bytes.Buffer
	_ = binary.Write(&head, binary.LittleEndian, format{Tag: tagExtensible, Channels: 1, Rate: 8000, Bits: 16})
	head.WriteString("\x16\x00\x10\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")
	file := []byte("RIFF\x00\x00\x01\x00WAVEfmt \x28\x00\x00\x00" + head.String() + "data\x40\x01\x00\x00")
	a, err := readWAV(bytes.NewReader(append(file, tone(400, 8000, 160, 2)...)))
	if err != nil || a.Length() != 20*time.Millisecond {
		t.Errorf("%v, %v", a, err)
	}
}

// A program that writes a file into a pipe cannot say how long it is. ffmpeg says
// 0xffffffff, sox 0x7ffff000; what follows is the audio, to the end of the file.
func TestAudioOfAFileThatDoesNotKnowHowLongItIs(t *testing.T) {
	t.Parallel()
	f := format{Tag: tagPCM, Channels: 1, Rate: 16000, Bits: 16}
	file := wav(f, tone(400, 16000, 1600, 2))
	want, err := readWAV(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	unknown := func(file []byte, length uint32) []byte {
		file = bytes.Clone(file)
		binary.LittleEndian.PutUint32(file[4:], length)
		binary.LittleEndian.PutUint32(file[bytes.Index(file, []byte("data"))+4:], length)
		return file
	}
	for _, length := range []uint32{0xffffffff, 0x7ffff000} {
		got, err := readWAV(bytes.NewReader(unknown(file, length)))
		if err != nil || !slices.Equal(got.frames, want.frames) {
			t.Errorf("%#x: %v, %v, want %v", length, got, err, want.Length())
		}
		odd, err := readWAV(bytes.NewReader(unknown(file[:len(file)-1], length)))
		if err != nil || odd.Length() != want.Length() {
			t.Errorf("%#x, half a sample less: %v, %v", length, odd, err)
		}
		long := wav(format{Tag: tagMulaw, Channels: 1, Rate: 8000, Bits: 8}, make([]byte, 10*60*8000+1))
		if _, err := readWAV(bytes.NewReader(unknown(long, length))); err == nil || err.Error() != "it is longer than 10m0s" {
			t.Errorf("%#x, of a file that is too long: %v", length, err)
		}
	}
}

func TestWhatIsAbove4KilohertzIsNotHeardAsNoise(t *testing.T) {
	t.Parallel()
	f := format{Tag: tagPCM, Channels: 1, Rate: 16000, Bits: 16}
	loudest := func(hertz int) (most int) {
		for _, s := range halved(f.linear(tone(hertz, 16000, 1600, 2)))[10:790] {
			most = max(most, int(s), -int(s))
		}
		return most
	}
	if low, high := loudest(1000), loudest(7000); low < 16000 || high > low/50 {
		t.Errorf("1 kHz comes to %d, 7 kHz to %d", low, high)
	}
}

func TestSilenceAtTheEndOfAudioIsLeftOut(t *testing.T) {
	t.Parallel()
	loud := bytes.Repeat([]byte{0x80}, 200)
	a, err := newAudio(append(loud, bytes.Repeat([]byte{silence}, 8000)...))
	if err != nil {
		t.Fatal(err)
	}
	want := append(loud, bytes.Repeat([]byte{silence}, 120)...)
	if got := decoded(t, a); !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want two frames that end with silence", len(got))
	}
}

func TestBadAudio(t *testing.T) {
	t.Parallel()
	pcm := tone(400, 8000, 800, 2)
	good := wav(format{Tag: tagPCM, Channels: 1, Rate: 8000, Bits: 16}, pcm)
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "it is not a WAV file"},
		{"text", []byte("hello, this is text"), "it is not a WAV file"},
		{"another RIFF", append([]byte("RIFF\x04\x00\x00\x00AVI "), good[12:]...), "it is not a WAV file"},
		{"cut off", good[:len(good)-100], "its audio is missing or cut off"},
		{"head only", good[:30], "its audio is missing or cut off"},
		{"a short fmt", append(bytes.Clone(good[:12]), "fmt \x02\x00\x00\x00\x01\x00"...), "it is not a WAV file"},
		{"a fmt cut off", append(bytes.Clone(good[:12]), "fmt \x12\x00\x00\x00\x01\x00"...), "it is not a WAV file"},
		{"no fmt", append(bytes.Clone(good[:12]), "data\x02\x00\x00\x00\x00\x00"...), "it is not a WAV file"},
		{"A-law", wav(format{Tag: 6, Channels: 1, Rate: 8000, Bits: 8}, pcm), "its audio is neither PCM nor mu-law (format 6); ffmpeg"},
		{"stereo", wav(format{Tag: tagPCM, Channels: 2, Rate: 8000, Bits: 16}, pcm), "2 channels: it must have one; ffmpeg"},
		{"44 kHz", wav(format{Tag: tagPCM, Channels: 1, Rate: 44100, Bits: 16}, pcm), "44100 samples a second: it must be 8000 or 16000; ffmpeg"},
		{"12 bits", wav(format{Tag: tagPCM, Channels: 1, Rate: 8000, Bits: 12}, pcm), "12 bits a sample cannot be read; ffmpeg"},
		{"silent", wav(format{Tag: tagPCM, Channels: 1, Rate: 8000, Bits: 16}, make([]byte, 1600)), "nothing is heard in it: it is silent"},
		{"long", wav(format{Tag: tagMulaw, Channels: 1, Rate: 8000, Bits: 8}, make([]byte, 10*60*8000+1)), "it is longer than 10m0s"},
	} {
		name := filepath.Join(t.TempDir(), "hello.wav")
		if err := os.WriteFile(name, test.file, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadAudio(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+": "+test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if _, err := ReadAudio("no such file.wav"); err == nil || !strings.Contains(err.Error(), "no such file.wav") {
		t.Errorf("%v, want the file's name", err)
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(format{Tag: tagPCM, Channels: 1, Rate: 16000, Bits: 16}, tone(400, 16000, 160, 2)))
	f.Add(wav(format{Tag: tagMulaw, Channels: 1, Rate: 8000, Bits: 8}, []byte{0x80, 0x80, 0xff}))
	f.Add(wav(format{Tag: tagExtensible, Channels: 1, Rate: 8000, Bits: 32}, tone(400, 8000, 9, 4)))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := readWAV(bytes.NewReader(file))
		if err != nil {
			return
		}
		mulaw := decoded(t, a)
		if _, _, ok := heard(mulaw[max(0, len(mulaw)-frameBytes):]); !ok {
			t.Error("nothing is heard in the last frame")
		}
	})
}
