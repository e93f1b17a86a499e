package failures_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/failures"
)

type line struct {
	K int `json:"k"`
}

// A file is one in memory, which may be slow, or full after so many bytes.
type file struct {
	mu     sync.Mutex
	text   bytes.Buffer
	each   time.Duration // that a write takes
	holds  int           // bytes; 0: all
	closed bool
}

func (f *file) Write(text []byte) (int, error) {
	time.Sleep(f.each)
	f.mu.Lock()
	defer f.mu.Unlock()
	if left := f.holds - f.text.Len(); f.holds > 0 && len(text) > left {
		f.text.Write(text[:left])
		return left, errors.New("no space left")
	}
	return f.text.Write(text)
}

func (f *file) Close() error {
	f.closed = true
	return nil
}

// lines reads back the lines, and the last one if it says what is missing.
func (f *file) lines(t *testing.T) (lines []line, missing failures.Counts) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for text := range strings.Lines(f.text.String()) {
		var read struct {
			line
			Missing int
			failures.Counts
		}
		if err := json.Unmarshal([]byte(text), &read); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if read.Missing > 0 {
			if missing = read.Counts; read.Missing != missing.OverLimit+missing.TooSlow {
				t.Errorf("%q does not add up", text)
			}
			continue
		}
		lines = append(lines, read.line)
	}
	return lines, missing
}

func add(l *failures.Log, n int) {
	for k := range n {
		l.Add(func() any { return line{k} })
	}
}

func TestWhatBecomesOfFailures(t *testing.T) {
	for _, tc := range []struct {
		what string
		file *file
		max  int
		add  func(l *failures.Log)
		want failures.Counts
	}{
		{"none", &file{}, 10, func(l *failures.Log) {}, failures.Counts{}},
		{"fewer than may be", &file{}, 10, func(l *failures.Log) { add(l, 9) }, failures.Counts{Written: 9}},
		{"as many as may be", &file{}, 10, func(l *failures.Log) { add(l, 10) }, failures.Counts{Written: 10}},
		{"more than may be", &file{}, 10, func(l *failures.Log) { add(l, 25) }, failures.Counts{Written: 10, OverLimit: 15}},
		{"none may be", &file{}, 0, func(l *failures.Log) { add(l, 25) }, failures.Counts{OverLimit: 25}},
		// The first write is of what was there when the writer began; the queue fills up meanwhile.
		{"a file that stands still", &file{each: time.Hour}, 1_000_000, func(l *failures.Log) {
			add(l, 1)
			synctest.Wait()
			add(l, 10_000)
		}, failures.Counts{TooSlow: 10_001}},
		{"a slow file, and one that came meanwhile", &file{each: 500 * time.Millisecond}, 1_000_000, func(l *failures.Log) {
			add(l, 1)
			synctest.Wait()
			add(l, 5000)
			time.Sleep(750 * time.Millisecond)
			add(l, 7)
		}, failures.Counts{Written: 1 + 4096 + 7, TooSlow: 5000 - 4096}},
		{"what is too slow leaves room below the limit", &file{each: 500 * time.Millisecond}, 4100, func(l *failures.Log) {
			add(l, 1)
			synctest.Wait()
			add(l, 5000)
			time.Sleep(750 * time.Millisecond)
			add(l, 7)
		}, failures.Counts{Written: 4100, TooSlow: 904, OverLimit: 4}},
		{"a full disk", &file{holds: 75}, 100, func(l *failures.Log) { add(l, 50) }, failures.Counts{Written: 9, TooSlow: 41}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := tc.file
			l := failures.New(f, tc.max)
			tc.add(l)
			counts, err := l.Close()
			if counts != tc.want {
				t.Errorf("%s: %+v, want %+v", tc.what, counts, tc.want)
			}
			if f.holds > 0 {
				if err == nil {
					t.Errorf("%s: no error", tc.what)
				}
				return
			}
			if err != nil {
				t.Errorf("%s: %v", tc.what, err)
			}
			if f.each > time.Minute {
				time.Sleep(2 * f.each * 10_001)
				return
			}
			lines, missing := f.lines(t)
			if len(lines) != counts.Written || missing.OverLimit != counts.OverLimit || missing.TooSlow != counts.TooSlow || !f.closed {
				t.Errorf("%s: %d lines in the file, which says that %+v are missing; want %+v", tc.what, len(lines), missing, counts)
			}
		})
	}
}

// Lines are there while the run goes on.
func TestALineIsWrittenSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &file{}
		l := failures.New(f, 10)
		add(l, 2)
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		if lines, _ := f.lines(t); len(lines) != 2 || lines[1].K != 1 {
			t.Errorf("%v in the file, want 0 and 1", lines)
		}
		if _, err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Whoever adds a line does not wait, and none is counted twice.
func TestManyAddAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &file{each: time.Millisecond}
		l := failures.New(f, 50_000)
		began := time.Now()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { add(l, 2000) })
		}
		all.Wait()
		if waited := time.Since(began); waited > 0 {
			t.Errorf("they waited for %v", waited)
		}
		counts, err := l.Close()
		if lines, _ := f.lines(t); counts.All() != 100_000 || len(lines) != counts.Written || counts.Written < 4096 || err != nil {
			t.Errorf("%+v, %d lines in the file, %v", counts, len(lines), err)
		}
	})
}

func TestNoLogTakesNone(t *testing.T) {
	var l *failures.Log
	l.Add(func() any { panic("nobody wants it") })
}

func TestFields(t *testing.T) {
	at := time.Date(2026, 11, 25, 4, 5, 6, 7_999_999, time.FixedZone("", 3600))
	text, err := json.Marshal(failures.Time(at))
	if err != nil || string(text) != `"2026-11-25T04:05:06.007+01:00"` {
		t.Errorf("%s, %v", text, err)
	}
	for text, want := range map[string]string{
		"":                                 "",
		"  a \r\n\t b\x00\x1bc\xff é 😀 \n": "a bc é 😀",
		strings.Repeat("é", 300):           strings.Repeat("é", 200),
		strings.Repeat("a ", 300):          strings.Repeat("a ", 100),
	} {
		if got := failures.Printable([]byte(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
