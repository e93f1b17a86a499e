package cli

import (
	"os"
	"slices"
	"sync"
	"time"
)

// flushGrace is how long the last lines are waited for after a wish to stop.
const flushGrace = 300 * time.Millisecond

// A stream writes what it is given, in order, in a goroutine of its own.
type stream struct {
	bar        *bar
	interrupts *Interrupts

	mu      sync.Mutex
	more    *sync.Cond
	waiting []text
	closed  bool
	written chan struct{} // closed when everything is written after close
}

// A text is to be written to a file.
type text struct {
	to    *end
	bytes []byte
}

// An end of a stream leads to one file.
type end struct {
	stream *stream
	file   *os.File
}

func newStream(bar *bar, interrupts *Interrupts) *stream {
	s := &stream{bar: bar, interrupts: interrupts, written: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	go s.writeAll()
	return s
}

// Write takes b and returns.
func (e *end) Write(b []byte) (int, error) {
	s := e.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, text{e, slices.Clone(b)})
	s.more.Signal()
	return len(b), nil
}

// writeAll writes until the stream is closed and empty.
func (s *stream) writeAll() {
	defer close(s.written)
	var broken []*os.File // nobody is there any more
	for {
		texts := s.take()
		if texts == nil {
			return
		}
		s.bar.hide()
		for _, t := range texts {
			if slices.Contains(broken, t.to.file) {
				continue
			}
			if _, err := t.to.file.Write(t.bytes); err != nil {
				broken = append(broken, t.to.file)
				s.interrupts.Wish()
			}
		}
		s.bar.show()
	}
}

// take returns what is waiting, once there is something; nil at the end.
func (s *stream) take() []text {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) == 0 {
		if s.closed {
			return nil
		}
		s.more.Wait()
	}
	texts := s.waiting
	s.waiting = nil
	return texts
}

// close waits until everything is written, or a moment after a wish to stop.
func (s *stream) close() {
	s.mu.Lock()
	s.closed = true
	s.more.Signal()
	s.mu.Unlock()
	select {
	case <-s.written:
		return
	case <-s.interrupts.Stop.Done():
	}
	select {
	case <-s.written:
	case <-time.After(flushGrace):
	}
}
