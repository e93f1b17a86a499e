// Package failures writes a line of JSON for each failure of a run, while the
// run goes on.
//
// Whoever adds a line is never kept waiting: a writer of its own takes the lines
// from a bounded queue, and what a slow disk or a slow reader of a pipe leaves no
// room for is counted instead of written.
package failures

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"
)

// DefaultMax is how many lines are written at most where nothing else is asked.
const DefaultMax = 10_000

const (
	queued   = 4096                  // lines that wait for the writer
	rest     = 20 * time.Millisecond // in which they gather: to wake for each costs more than to write it
	batch    = 64 << 10              // bytes that are written at once, about
	patience = 2 * time.Second       // for the last lines, when all is over
)

// Counts say what became of the failures of a run. Each is in one of them.
type Counts struct {
	Written   int `json:"written"`
	OverLimit int `json:"over_limit"`
	TooSlow   int `json:"too_slow"` // could not be written in time, or at all
}

// All returns how many failures there were.
func (c Counts) All() int { return c.Written + c.OverLimit + c.TooSlow }

// A Log takes the failures of one run. A nil Log takes none. Its methods are safe
// for concurrent use.
type Log struct {
	to    io.WriteCloser
	max   int
	queue chan any
	room  chan struct{} // a place in the queue
	done  chan struct{} // closed by the writer at its end
	half  bool          // the file ends with half a line; the writer's

	mu       sync.Mutex
	counts   Counts
	accepted int   // written, or to be written
	err      error // the first of writing
	left     bool  // Close waits no longer
}

// New returns a Log that writes at most so many lines to a file, which it closes.
// Where failures are missing from the file, a last line says how many, if there is
// room for it:
//
//	{"missing": 12, "over_limit": 10, "too_slow": 2}
func New(to io.WriteCloser, max int) *Log {
	l := &Log{
		to: to, max: max,
		queue: make(chan any, queued), room: make(chan struct{}, queued), done: make(chan struct{}),
	}
	go l.write()
	return l
}

// A Draft is a line that is worked out by the writer, where what that takes costs
// nobody time.
type Draft interface {
	Line() any
}

// Add adds a failure. If there is room for it, line is called at once, and what
// it returns, or draws up as a [Draft], is written later by encoding/json: a flat
// struct, so that every tool can read it. Add never waits for the file.
func (l *Log) Add(line func() any) {
	if l == nil || !l.reserve() {
		return
	}
	l.queue <- line() // there is room
}

// reserve takes a place in the queue, or counts why there is none.
func (l *Log) reserve() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.accepted == l.max {
		l.counts.OverLimit++
		return false
	}
	select {
	case l.room <- struct{}{}:
		l.accepted++
		return true
	default:
		l.counts.TooSlow++
		return false
	}
}

// write writes what is queued, as much at once as there is.
func (l *Log) write() {
	defer close(l.done)
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for line := range l.queue {
		<-l.room
		if draft, ok := line.(Draft); ok {
			line = draft.Line()
		}
		if err := encoder.Encode(line); err != nil {
			l.fail(err)
		}
		idle := len(l.queue) == 0
		if idle || lines.Len() >= batch {
			l.flush(&lines)
		}
		if idle {
			time.Sleep(rest)
		}
	}
	missing := l.missing()
	if n := missing.OverLimit + missing.TooSlow; n > 0 {
		if l.half {
			lines.WriteByte('\n')
		}
		_ = encoder.Encode(struct {
			Missing   int `json:"missing"`
			OverLimit int `json:"over_limit"`
			TooSlow   int `json:"too_slow"`
		}{n, missing.OverLimit, missing.TooSlow})
		l.put(lines.Bytes())
	}
	if err := l.to.Close(); err != nil {
		l.fail(err)
	}
}

// flush writes lines, and counts those that are written whole.
func (l *Log) flush(lines *bytes.Buffer) {
	defer lines.Reset()
	l.mu.Lock()
	failed := l.err != nil
	l.mu.Unlock()
	if failed {
		return
	}
	whole := l.put(lines.Bytes())
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.left {
		l.counts.Written += bytes.Count(whole, []byte("\n"))
	}
}

// put writes lines, and returns those that are written whole. Of a line that is
// not, as on a full disk, it takes back what is in the file, if that can be: the
// room may do for the line that says what is missing.
func (l *Log) put(lines []byte) (whole []byte) {
	n, err := l.to.Write(lines)
	if err == nil {
		return lines
	}
	l.fail(err)
	whole = lines[:bytes.LastIndexByte(lines[:n], '\n')+1]
	if l.half = len(whole) < n; l.half {
		l.half = takeBack(l.to, n-len(whole)) != nil
	}
	return whole
}

// takeBack takes the last bytes of a file out of it again.
func takeBack(from io.Writer, bytes int) error {
	file, ok := from.(interface {
		io.Seeker
		Truncate(size int64) error
	})
	if !ok {
		return errors.ErrUnsupported
	}
	end, err := file.Seek(-int64(bytes), io.SeekCurrent)
	if err != nil {
		return err
	}
	return file.Truncate(end)
}

func (l *Log) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// missing returns the counts when all that can be written is written.
func (l *Log) missing() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts
	c.TooSlow += l.accepted - c.Written
	return c
}

// Close writes what is still queued, as far as that can be done within two
// seconds, and returns what became of all failures, and the first error of
// writing. Nothing is to be added any more.
func (l *Log) Close() (Counts, error) {
	close(l.queue)
	select {
	case <-l.done:
	case <-time.After(patience):
	}
	l.mu.Lock()
	l.left = true
	err := l.err
	l.mu.Unlock()
	return l.missing(), err
}
