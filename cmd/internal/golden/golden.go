// Package golden compares what a test has with what is kept in its testdata.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Check fails the test unless the file of that name in testdata, with hyphens
// for spaces, holds the text. With -update it writes it there.
func Check(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-"))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if text != string(want) {
		t.Errorf("%s differs; go test -update, and look at what git diff says. Got\n%s", path, text)
	}
}

// Lines is a file of lines in memory.
type Lines struct{ bytes.Buffer }

// Close does nothing.
func (l *Lines) Close() error { return nil }

// Sorted returns the lines in order, since several things may happen at one moment.
// Of what is random only the first group is kept.
func (l *Lines) Sorted(random *regexp.Regexp) string {
	text := random.ReplaceAllString(l.String(), "$1…")
	return strings.Join(slices.Sorted(strings.Lines(text)), "")
}
