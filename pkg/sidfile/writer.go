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

// flushEvery is the time between flushes: a power failure loses the SIDs of no
// more than this.
const flushEvery = time.Second

// ErrGone is wrapped in the error of a Writer whose file was deleted or
// replaced.
var ErrGone = errors.New("the file was deleted or replaced")

// A Writer appends call SIDs to a file of its own. It is safe for concurrent
// use.
type Writer struct {
	path string

	mu    sync.Mutex
	file  *os.File
	size  int64
	dirty bool  // written to since the last flush
	err   error // the first failure; nothing is written after it

	close   sync.Once
	stop    chan struct{} // closed by Close: ends the flusher
	flusher sync.WaitGroup
}

// Create creates a file in dir for a run that began at start, named
// call_sids_<unix seconds>.csv, or call_sids_<unix seconds>_dry_run.csv. It
// never touches an existing file: if the name is taken, a number is added.
func Create(dir string, start time.Time, dryRun bool) (*Writer, error) {
	return create(func(n int) string { return filepath.Join(dir, name(start.Unix(), n, dryRun)) })
}

// CreateLive creates a file beside the one at path, for those of its calls that
// are still live. Its name is that of path with _live before the extension, and
// a number if that is taken.
func CreateLive(path string) (*Writer, error) {
	return create(func(n int) string { return liveName(path, n) })
}

// create creates the first of the files choice(0), choice(1) … that does not
// exist yet.
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

// Append writes sid as a line of its own. Once it returns nil the kernel has
// the line, so it outlives this process; within a second it is on disk. After a
// failure (a full disk, or [ErrGone]) every Append returns that failure.
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
		_ = w.file.Truncate(w.size) // removes what may have been written of the line
		return err
	}
	w.size += int64(n)
	w.dirty = true
	return nil
}

// Err returns the first failure, or nil.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Close flushes the file to disk and closes it; an empty file is removed. It
// returns the Writer's first failure, or nil. Closing again changes nothing and
// returns the same.
func (w *Writer) Close() error {
	w.close.Do(func() {
		close(w.stop)
		w.flusher.Wait()
		w.flush()

		w.mu.Lock()
		defer w.mu.Unlock()
		w.fail(w.file.Close())
		if w.size == 0 && !errors.Is(w.err, ErrGone) {
			w.fail(os.Remove(w.path))
		}
		w.file = nil
	})
	return w.Err()
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

// flush writes to disk what Append has written, and checks that the file is
// still the one at its path. Append is not held up meanwhile.
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

// gone returns an error if the file is no longer the one at its path.
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

// fail keeps err if it is the first failure. It requires that w.mu is held.
func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
