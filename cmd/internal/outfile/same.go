package outfile

import (
	"io/fs"
	"os"
	"path/filepath"
)

const maxLinks = 40 // that lead from one to the next: Linux follows no more

// Same reports whether two names lead to one file, so that writing one spoils
// the other. Either may be empty, or that of a file yet to be made.
func Same(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if leadsTo(os.Stdout, a) || leadsTo(os.Stdout, b) {
		return leadsTo(os.Stdout, a) && leadsTo(os.Stdout, b)
	}
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return holdsOneText(x) && os.SameFile(x, y)
	}
	return errX != nil && errY != nil && whole(a) == whole(b)
}

// holdsOneText reports whether what is written to a file mixes with what others
// write there; a device such as /dev/null keeps nothing.
func holdsOneText(info fs.FileInfo) bool {
	return info.Mode().IsRegular() || info.Mode()&fs.ModeNamedPipe != 0
}

// leadsTo reports whether a name is one of standard output or standard error:
// "/dev/stdout", "-" for short, or whatever name the same file or pipe has.
func leadsTo(standard *os.File, name string) bool {
	if name == standard.Name() || name == "-" && standard == os.Stdout {
		return true
	}
	x, errX := standard.Stat()
	y, errY := os.Stat(name)
	return errX == nil && errY == nil && holdsOneText(x) && os.SameFile(x, y)
}

// whole is the whole name of a file that is not there, but whose directory is. A
// symbolic link to it is another of its names.
func whole(name string) string {
	for range maxLinks {
		target, err := os.Readlink(name)
		if err != nil {
			break
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil && !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		name = target
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		return filepath.Clean(name)
	}
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	return filepath.Join(dir, filepath.Base(name))
}
