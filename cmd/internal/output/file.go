package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// sameFile reports whether two names lead to one file whose content would be
// overwritten. Either may be empty, or that of a file yet to be made.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return x.Mode().IsRegular() && os.SameFile(x, y)
	}
	return a != "" && b != "" && errX != nil && errY != nil && place(a) == place(b)
}

// place is the whole name of a file that is not there, but whose directory is.
func place(name string) string {
	dir, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		return filepath.Clean(name)
	}
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return filepath.Join(dir, filepath.Base(name))
}

// checkWritable returns an error unless a file of that name can be written. It
// leaves what is there as it is.
func checkWritable(name string) error {
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return file.Close()
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(name))
}

// replace writes a file all at once: to one beside it, which then takes its
// name. What is not a plain file, such as a pipe, or has no room beside it, is
// written to.
func replace(name string, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	old, err := os.Stat(name)
	if err == nil && !old.Mode().IsRegular() {
		return writeTo(name, os.O_WRONLY, write)
	}
	beside := fmt.Sprintf("%s.%d.tmp", name, os.Getpid())
	if err := writeTo(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, write); err != nil {
		_ = os.Remove(beside)
		if errors.Is(err, fs.ErrPermission) {
			return writeTo(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, write)
		}
		return err
	}
	if old != nil {
		_ = os.Chmod(beside, old.Mode().Perm())
	}
	if err := os.Rename(beside, name); err != nil {
		_ = os.Remove(beside)
		return err
	}
	return nil
}

func writeTo(name string, flags int, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, flags, 0o666)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
