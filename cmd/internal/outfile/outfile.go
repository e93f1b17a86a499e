// Package outfile writes results to the files that a user names. They are
// checked before a run begins, and written when it is over.
package outfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// readerPatience is how long a pipe may take to find a reader.
const readerPatience = 5 * time.Second

// A File is where a result goes. A regular file appears, or changes, only when
// all of the result is written; anything else, such as a pipe, is opened once and
// written to.
type File struct {
	name string
	open *os.File // nil for a regular file
}

// Open returns the file of that name; "-" is standard output. It returns an
// error if the file cannot be written, or is a pipe that nobody opens for reading
// within five seconds. A regular file is left as it is.
func Open(name string) (*File, error) {
	for _, standard := range []*os.File{os.Stdout, os.Stderr} {
		if leadsTo(standard, name) {
			return &File{name, standard}, nil
		}
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		beside, err := createBeside(name)
		if err != nil {
			return nil, naming(name, err)
		}
		return &File{name: name}, errors.Join(beside.Close(), os.Remove(beside.Name()))
	case err != nil:
		return nil, err
	case info.Mode().IsRegular() && !isDescriptor(name):
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &File{name: name}, file.Close()
	}
	open, err := openWithin(readerPatience, name)
	return &File{name, open}, err
}

// IsStdout reports whether the file is standard output.
func (f *File) IsStdout() bool { return f.open == os.Stdout }

// Write writes the result. It is to be called once.
func (f *File) Write(result func(io.Writer) error) error {
	switch f.open {
	case nil:
		return replace(f.name, result)
	case os.Stdout, os.Stderr: // others write there, too
		return fill(f.open, result)
	}
	return errors.Join(fill(f.open, result), f.open.Close())
}

// Stream returns the file to be written to from now on, as it comes. It is to be
// called once, instead of Write.
func (f *File) Stream() (io.WriteCloser, error) {
	switch f.open {
	case nil:
		return os.Create(f.name)
	case os.Stdout, os.Stderr: // others write there, too
		return unclosed{f.open}, nil
	}
	return f.open, nil
}

// unclosed is a file that somebody else closes.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// isDescriptor reports whether a name is that of something the process was
// started with, which is there to be written to.
func isDescriptor(name string) bool {
	dir := filepath.Dir(filepath.Clean(name))
	return dir == "/dev/fd" || strings.HasPrefix(dir, "/proc/") && strings.HasSuffix(dir, "/fd")
}

// openWithin opens what is no regular file. A pipe waits for its reader.
func openWithin(patience time.Duration, name string) (*os.File, error) {
	var file *os.File
	opened := make(chan error, 1)
	go func() { // for ever, if nobody reads
		var err error
		file, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		opened <- err
	}()
	select {
	case err := <-opened:
		return file, err
	case <-time.After(patience):
		return nil, fmt.Errorf("nobody has opened the pipe %s for reading within %v", name, patience)
	}
}

// replace writes a regular file all at once: to one beside it, which then takes
// its name. Where none can be made beside it, the file itself is written to.
func replace(name string, result func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	beside, err := createBeside(name)
	if errors.Is(err, fs.ErrPermission) {
		return overwrite(name, result)
	}
	if err != nil {
		return naming(name, err)
	}
	if err = errors.Join(fill(beside, result), beside.Close()); err == nil {
		if old, missing := os.Stat(name); missing == nil {
			_ = os.Chmod(beside.Name(), old.Mode().Perm())
		}
		err = os.Rename(beside.Name(), name)
	}
	if err != nil {
		_ = os.Remove(beside.Name())
	}
	return naming(name, err)
}

func createBeside(name string) (*os.File, error) {
	return os.OpenFile(fmt.Sprintf("%s.%08x.tmp", name, rand.Uint32()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// naming makes an error about the file beside one of the other: the user knows of
// no file beside it.
func naming(name string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Path = name
	}
	return err
}

func overwrite(name string, result func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	return errors.Join(fill(file, result), file.Close())
}

func fill(file *os.File, result func(io.Writer) error) error {
	buffer := bufio.NewWriter(file)
	if err := result(buffer); err != nil {
		return err
	}
	return buffer.Flush()
}
