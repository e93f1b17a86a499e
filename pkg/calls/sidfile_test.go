package calls_test

import (
	"errors"
	"testing"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/sidfile"
)

func TestFileErrorsSayWhatToDo(t *testing.T) {
	for err, want := range map[error]string{
		sidfile.ErrGone: "leave the file alone while the calls are placed",
		errFull:         "make room on the disk, or run in a directory that can be written",
	} {
		if got := (&calls.FileError{Err: err}); got.Hint() != want || !errors.Is(got, err) {
			t.Errorf("%v: hint %q, want %q", got, got.Hint(), want)
		}
	}
}
