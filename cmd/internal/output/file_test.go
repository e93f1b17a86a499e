package output

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
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

func TestCheckingLeavesEverythingAsItIs(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.json")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{old, filepath.Join(dir, "new.json"), "/dev/null"} {
		if err := checkWritable(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{dir, filepath.Join(dir, "no", "new.json")} {
		if checkWritable(name) == nil {
			t.Errorf("%s can be written", name)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 || content(t, old) != "old" {
		t.Errorf("%v, and %q in the old file", files, content(t, old))
	}
}

// One file has many names; one that is not there yet has, too.
func TestSameFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, err := range []error{
		os.WriteFile("a", nil, 0o600), os.WriteFile("b", nil, 0o600), os.Link("a", "hard"), os.Symlink("a", "soft"),
		os.Mkdir("d", 0o700), os.Symlink(dir, filepath.Join("d", "up")),
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
		{"a", "b", false}, {"a", "new", false}, {"new", "newer", false}, {"new", "d/new", false}, {"", "", false}, {"a", "", false},
		{"/dev/null", "/dev/null", false}, // nothing is lost
	} {
		if sameFile(tc.a, tc.b) != tc.want || sameFile(tc.b, tc.a) != tc.want {
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
	err := replace(name, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		if got := content(t, name); got != "old" {
			t.Errorf("while it is written the file holds %q", got)
		}
		return fails
	})
	if !errors.Is(err, fails) || content(t, name) != "old" {
		t.Errorf("%v, and %q in the file", err, content(t, name))
	}
	if err := replace(link, text("new")); err != nil || content(t, name) != "new" {
		t.Errorf("%v, and %q in the file", err, content(t, name))
	}
	info, err := os.Stat(name)
	if files, _ := os.ReadDir(dir); len(files) != 2 || err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, mode %v, %v; want the file with its mode, and the link", files, info.Mode(), err)
	}
	if err := replace("/dev/null", text("new")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/null is a plain file now, %v", err)
	}
}
