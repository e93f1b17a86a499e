package cli

import (
	"os"
	"slices"
	"sync"
	"time"
)

// flushGrace is how long the last lines are waited for after a wish to stop.
const flushGrace = 300 * time.Millisecond

// A stream writes what it is given, in order, in a goroutine of its own, which
// alone waits for the reader: no lock is held while it writes. On a terminal it
// shows progress below what it has written.
type stream struct {
	console *Console
	bar     bar           // of the writing goroutine
	written chan struct{} // closed when everything is written after close

	mu       sync.Mutex // guards what follows
	more     *sync.Cond
	waiting  []text
	progress *progress // nil if none is shown
	stale    bool      // the bar does not show the progress as it is
	closed   bool
}

// A text is to be written to a file.
type text struct {
	to      *writer
	bytes   []byte
	written chan struct{} // if not nil, closed when it is; there are no bytes then
}

// A writer of a stream writes to one file.
type writer struct {
	stream *stream
	file   *os.File
}

// newStream returns a stream whose progress, if any, is shown on the given
// terminal.
func newStream(terminal *os.File, console *Console) *stream {
	s := &stream{bar: bar{to: terminal}, console: console, written: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	go s.writeAll()
	return s
}

// Write takes b and returns.
func (w *writer) Write(b []byte) (int, error) {
	w.stream.add(text{to: w, bytes: slices.Clone(b)})
	return len(b), nil
}

func (s *stream) add(t text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, t)
	s.more.Signal()
}

// writeAll writes until the stream is closed and empty.
func (s *stream) writeAll() {
	defer close(s.written)
	var unread []*os.File // nobody is there any more
	for more := true; more; {
		var texts []text
		var progress *progress
		texts, progress, more = s.take()
		if len(texts) > 0 || progress == nil {
			s.bar.erase()
		}
		for _, t := range texts {
			if t.written != nil {
				close(t.written)
				continue
			}
			if slices.Contains(unread, t.to.file) {
				continue
			}
			switch _, err := t.to.file.Write(t.bytes); {
			case err == nil:
			case isUnread(err):
				unread = append(unread, t.to.file)
				go s.console.Interrupts.unread() // which may wait for this goroutine
			default:
				s.console.lost(t.to, err)
			}
		}
		if progress != nil {
			s.bar.draw(progress)
		}
	}
}

// take returns what is waiting and the progress to show below it, once there is
// something to do, and whether there may be more.
func (s *stream) take() (texts []text, progress *progress, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) == 0 && !s.stale && !s.closed {
		s.more.Wait()
	}
	texts, s.waiting = s.waiting, nil
	s.stale = false
	return texts, s.progress, !s.closed
}

// show shows progress instead of any other.
func (s *stream) show(p *progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress = p
	s.refresh()
}

// hide ends the showing of progress, unless other is shown already.
func (s *stream) hide(p *progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress == p {
		s.progress = nil
		s.refresh()
	}
}

// redraw shows the progress as it is now.
func (s *stream) redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
}

// refresh requires that s.mu is held.
func (s *stream) refresh() {
	s.stale = true
	s.more.Signal()
}

// flush waits until everything is written.
func (s *stream) flush() {
	written := make(chan struct{})
	s.add(text{written: written})
	s.await(written)
}

// close ends the stream when everything is written, and waits for that.
func (s *stream) close() {
	s.mu.Lock()
	s.closed, s.progress = true, nil
	s.more.Signal()
	s.mu.Unlock()
	s.await(s.written)
}

// await waits until something is written, after a wish to stop only for a moment.
func (s *stream) await(written <-chan struct{}) {
	select {
	case <-written:
		return
	case <-s.console.Interrupts.Stop.Done():
	}
	select {
	case <-written:
	case <-time.After(flushGrace):
	}
}
