package sidfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// flushEvery bounds how much a power cut can lose.
const flushEvery = time.Second

// ErrGone is in the error of a Writer whose file was deleted or replaced.
var ErrGone = errors.New("the file was deleted or replaced")

// A Writer appends call SIDs to a file of its own. It is safe for concurrent
// use.
type Writer struct {
	path string

	mu    sync.Mutex
	file  *os.File
	size  int64
	dirty bool  // something was written since the last flush
	err   error // the first failure; nothing is written after it

	stop    chan struct{}
	flusher sync.WaitGroup
}

// Create makes a new file in dir for a run that began at start, named
// call_sids_<unix seconds>.csv, or with _dry_run before the extension. A file
// that is there already is never touched: a taken name gets a suffix.
func Create(dir string, start time.Time, dryRun bool) (*Writer, error) {
	return create(func(n int) string { return filepath.Join(dir, name(start.Unix(), n, dryRun)) })
}

// CreateLive makes a new file beside the one at path for those of its calls
// that are still live.
func CreateLive(path string) (*Writer, error) {
	return create(func(n int) string { return liveName(path, n) })
}

func create(choice func(n int) string) (*Writer, error) {
	for n := 0; ; n++ {
		path := choice(n)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		w := &Writer{path: path, file: file, stop: make(chan struct{})}
		w.flusher.Go(w.flushAll)
		return w, nil
	}
}

// Path returns the path of the file.
func (w *Writer) Path() string { return w.path }

// Append writes sid as a line of its own. When it returns nil the line is with
// the kernel, so the end of this process does not lose it; within a second it
// is on disk. After a failure (a full disk, or [ErrGone]) every Append returns
// that failure.
func (w *Writer) Append(sid string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return os.ErrClosed
	}
	if w.err != nil {
		return w.err
	}
	n, err := w.file.WriteString(sid + "\n")
	if err != nil {
		w.err = err
		if n > 0 { // leave no half line behind; if that fails too, it is the lesser evil
			_ = w.file.Truncate(w.size)
		}
		return err
	}
	w.size += int64(n)
	w.dirty = true
	return nil
}

// Err returns the first failure, if there was one.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Close flushes the file to disk and closes it; a file with nothing in it is
// removed. It returns the first failure of the Writer's life. Closing again
// does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.file == nil {
		w.mu.Unlock()
		return w.err
	}
	close(w.stop)
	w.mu.Unlock()
	w.flusher.Wait()

	w.flush()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail(w.file.Close())
	if w.size == 0 && !errors.Is(w.err, ErrGone) {
		w.fail(os.Remove(w.path))
	}
	w.file = nil
	return w.err
}

// flushAll flushes every second until Close.
func (w *Writer) flushAll() {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.flush()
		case <-w.stop:
			return
		}
	}
}

// flush brings what was written to disk, without holding up Append, and looks
// whether the file is still the one at its path.
func (w *Writer) flush() {
	w.mu.Lock()
	dirty := w.dirty
	w.dirty = false
	w.mu.Unlock()

	var err error
	if dirty {
		err = w.file.Sync()
	}
	if err == nil {
		err = w.gone()
	}
	w.mu.Lock()
	w.fail(err)
	w.mu.Unlock()
}

func (w *Writer) gone() error {
	ours, err := w.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(w.path)
	if err != nil || !os.SameFile(ours, there) {
		return fmt.Errorf("%s: %w", w.path, ErrGone)
	}
	return nil
}

// fail remembers the first failure. It requires that w.mu is held.
func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
