package failures_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"call-load-tester/pkg/failures"
)

// A fullDisk is a file on a disk that has room for so many bytes.
type fullDisk struct {
	*os.File
	room int
	more int // bytes that others delete, once it was full
}

func (f *fullDisk) Write(text []byte) (int, error) {
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	left := f.room - int(size)
	if len(text) <= left {
		return f.File.Write(text)
	}
	n, _ := f.File.Write(text[:left])
	f.room += f.more
	return n, errors.New("no space left")
}

// A fullPipe is the same, and what was written is gone.
type fullPipe struct{ disk *fullDisk }

func (p fullPipe) Write(text []byte) (int, error) { return p.disk.Write(text) }
func (p fullPipe) Close() error                   { return p.disk.Close() }

// Of what does not fit there is no half line, and if there is room the last line
// says how much is missing.
func TestAFullDiskKeepsNoHalfLine(t *testing.T) {
	const missing = `{"missing":7,"over_limit":2,"too_slow":5}` + "\n"
	type long struct {
		Text string `json:"text"`
	}
	whole := `{"text":"` + strings.Repeat("a", 89) + `"}` + "\n" // 101 bytes
	for _, tc := range []struct {
		what       string
		room, more int
		pipe       bool
		want       string
	}{
		{"room for the last line", 303 + 60, 0, false, strings.Repeat(whole, 3) + missing},
		{"no room for the last line", 303 + 20, 0, false, strings.Repeat(whole, 3)},
		{"full to the byte", 303, 0, false, strings.Repeat(whole, 3)},
		{"a file that keeps what is written", 303 + 60, 0, true, strings.Repeat(whole, 3) + whole[:60]},
		{"such a file, and others make room", 303 + 60, 100, true, strings.Repeat(whole, 3) + whole[:60] + "\n" + missing},
	} {
		name := filepath.Join(t.TempDir(), "failed.ndjson")
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		var to io.WriteCloser = &fullDisk{file, tc.room, tc.more}
		if tc.pipe {
			to = fullPipe{&fullDisk{file, tc.room, tc.more}}
		}
		l := failures.New(to, 8)
		for range 10 {
			l.Add(func() any { return long{strings.Repeat("a", 89)} })
		}
		counts, err := l.Close()
		text, _ := os.ReadFile(name)
		if want := (failures.Counts{Written: 3, OverLimit: 2, TooSlow: 5}); err == nil || counts != want || string(text) != tc.want {
			t.Errorf("%s: %+v, %v, and the file is\n%s\nwant\n%s", tc.what, counts, err, text, tc.want)
		}
	}
}
