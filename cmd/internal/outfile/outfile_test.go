package outfile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"call-load-tester/cmd/internal/outfile"
)

func text(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOpeningLeavesEverythingAsItIs(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.json")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{old, filepath.Join(dir, "new.json"), "/dev/null"} {
		if _, err := outfile.Open(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{dir, filepath.Join(dir, "no", "new.json"), filepath.Join(old, "new.json")} {
		if _, err := outfile.Open(name); err == nil {
			t.Errorf("%s can be written", name)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 || content(t, old) != "old" {
		t.Errorf("%v, and %q in the old file", files, content(t, old))
	}
}

// One file has many names; one that is not there yet has, too.
func TestSame(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, err := range []error{
		os.WriteFile("a", nil, 0o600), os.WriteFile("b", nil, 0o600), os.Link("a", "hard"), os.Symlink("a", "soft"),
		os.Mkdir("d", 0o700), os.Symlink(dir, filepath.Join("d", "up")),
		os.Symlink("new", "dangling"), os.Symlink(filepath.Join("up", "dangling"), filepath.Join("d", "too")), os.Symlink("loop", "loop"),
	} {
		if err != nil {
			t.Skip(err)
		}
	}
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"a", "a", true}, {"a", "./a", true}, {"a", filepath.Join(dir, "a"), true}, {"a", "hard", true}, {"a", "soft", true}, {"a", "d/up/a", true},
		{"new", "new", true}, {"new", "d/../new", true}, {"new", filepath.Join(dir, "new"), true}, {"new", "d/up/new", true}, {"no/new", "no/new", true},
		{"new", "dangling", true}, {"new", "d/too", true}, {"dangling", "d/too", true}, {"dangling", "newer", false}, {"loop", "new", false},
		{"-", "-", true}, {"-", "/dev/stdout", true}, {"-", "a", false}, {"-", "", false},
		{"a", "b", false}, {"a", "new", false}, {"new", "newer", false}, {"new", "d/new", false}, {"", "", false}, {"a", "", false},
		{"/dev/null", "/dev/null", false}, // nothing is lost
	} {
		if outfile.Same(tc.a, tc.b) != tc.want || outfile.Same(tc.b, tc.a) != tc.want {
			t.Errorf("%q and %q are the same: %v, want %v", tc.a, tc.b, !tc.want, tc.want)
		}
	}
}

func TestAFileIsReplacedAtOnceOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	name, link := filepath.Join(dir, "a.json"), filepath.Join(dir, "link.json")
	if err := os.WriteFile(name, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	fails := errors.New("no room")
	err := open(t, name).Write(func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<20)) // more than any buffer holds
		if got := content(t, name); got != "old" {
			t.Errorf("while it is written the file holds %d bytes", len(got))
		}
		return fails
	})
	if !errors.Is(err, fails) || content(t, name) != "old" {
		t.Errorf("%v, and %d bytes in the file", err, len(content(t, name)))
	}
	full := open(t, name).Write(func(io.Writer) error { return &fs.PathError{Op: "write", Path: name + ".1.tmp", Err: fails} })
	if full == nil || full.Error() != "write "+name+": no room" {
		t.Errorf("the error %v does not name the file", full)
	}
	if err := open(t, link).Write(text("new")); err != nil || content(t, name) != "new" {
		t.Errorf("%v, and %q in the file", err, content(t, name))
	}
	info, err := os.Stat(name)
	if files, _ := os.ReadDir(dir); len(files) != 2 || err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, mode %v, %v; want the file with its mode, and the link", files, info.Mode(), err)
	}
}

func TestADeviceIsWrittenTo(t *testing.T) {
	if err := open(t, "/dev/null").Write(text("new")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/null is a plain file now, %v", err)
	}
	if err := open(t, "/dev/full").Write(text("new")); err == nil {
		t.Error("a full disk takes all")
	}
}

// What a shell has opened is written to as it was opened: >> adds to the file.
func TestADescriptorIsAddedTo(t *testing.T) {
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("old"); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("/dev/fd/%d", file.Fd())
	if _, err := os.Stat(name); err != nil {
		t.Skip(err)
	}
	if err := open(t, name).Write(text(" and new")); err != nil || content(t, file.Name()) != "old and new" {
		t.Errorf("%v, and %q in the file", err, content(t, file.Name()))
	}
}

func open(t *testing.T, name string) *outfile.File {
	t.Helper()
	file, err := outfile.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
