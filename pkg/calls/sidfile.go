package calls

import (
	"errors"

	"call-load-tester/pkg/sidfile"
)

// A SIDFile keeps the SIDs of the calls that were placed. When Append returns
// nil, the SID is safe from the end of this process.
type SIDFile interface {
	Append(sid string) error
}

// A FileError means that a SID could not be written to its file.
type FileError struct{ Err error }

func (e *FileError) Error() string { return "the SID file cannot be written: " + e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// Hint says what to do about the error.
func (e *FileError) Hint() string {
	if errors.Is(e.Err, sidfile.ErrGone) {
		return "leave the file alone while the calls are placed"
	}
	return "make room on the disk, or run in a directory that can be written"
}
