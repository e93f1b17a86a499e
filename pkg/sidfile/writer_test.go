package sidfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/pkg/sidfile"
)

var start = time.Unix(1_700_000_000, 999)

func create(t *testing.T, dir string, dryRun bool) *sidfile.Writer {
	t.Helper()
	w, err := sidfile.Create(dir, start, dryRun)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func TestANewFileIsNeverAnOldOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, tc := range []struct {
		dryRun bool
		want   string
	}{
		{false, "call_sids_1700000000.csv"},
		{false, "call_sids_1700000000_1.csv"},
		{false, "call_sids_1700000000_2.csv"},
		{true, "call_sids_1700000000_dry_run.csv"},
		{true, "call_sids_1700000000_1_dry_run.csv"},
	} {
		if got := filepath.Base(create(t, dir, tc.dryRun).Path()); got != tc.want {
			t.Errorf("created %s, want %s", got, tc.want)
		}
	}
	for _, want := range []string{"call_sids_1700000000_live.csv", "call_sids_1700000000_live_1.csv"} {
		w, err := sidfile.CreateLive(filepath.Join(dir, "call_sids_1700000000.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if got := filepath.Base(w.Path()); got != want {
			t.Errorf("created %s, want %s", got, want)
		}
	}
}

func TestCreateSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	if _, err := sidfile.Create(filepath.Join(t.TempDir(), "missing"), start, false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Create in a missing directory: %v, want os.ErrNotExist", err)
	}
}

func TestAnAppendedSIDIsInTheFileAtOnce(t *testing.T) {
	t.Parallel()
	w := create(t, t.TempDir(), false)
	for i, sid := range []string{sidA, sidB} {
		if err := w.Append(sid); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(w.Path())
		if want := strings.Join([]string{sidA, sidB}[:i+1], "\n") + "\n"; err != nil || string(got) != want {
			t.Errorf("file holds %q (error %v), want %q", got, err, want)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	w := create(t, t.TempDir(), false)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if err := w.Append(fmt.Sprintf("CA%032x", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read := 0
	for _, err := range sidfile.NewReader(file, w.Path()).SIDs() {
		if err != nil {
			t.Error(err)
		}
		read++
	}
	if read != 100 {
		t.Errorf("read %d distinct SIDs, want 100", read)
	}
}

func TestAnEmptyFileIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	w := create(t, t.TempDir(), false)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(w.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the empty file is still there (%v)", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if err := w.Append(sidA); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Append after Close: %v, want os.ErrClosed", err)
	}
}

func TestCloseMayBeCalledTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := create(t, t.TempDir(), false)
	if err := w.Append(sidA); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestADeletedOrReplacedFileIsNoticedWithinASecond(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(path string) error{
		"deleted":  os.Remove,
		"replaced": replace,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := create(t, t.TempDir(), false)
			if err := w.Append(sidA); err != nil {
				t.Fatal(err)
			}
			if err := spoil(w.Path()); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(10 * time.Second); w.Err() == nil && time.Now().Before(deadline); {
				time.Sleep(50 * time.Millisecond)
			}
			if err := w.Append(sidB); !errors.Is(err, sidfile.ErrGone) {
				t.Errorf("Append to a %s file: %v, want ErrGone", what, err)
			}
			if err := w.Close(); !errors.Is(err, sidfile.ErrGone) {
				t.Errorf("Close: %v, want ErrGone", err)
			}
		})
	}
}

// replace puts a copy in the place of a file, as editors do.
func replace(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// TestAFullDisk uses the device that is always full.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	dir := t.TempDir()
	w := create(t, dir, false)
	if err := w.Append(sidA); err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	sidfile.SwapFile(w, full)
	first := w.Append(sidB)
	if first == nil || w.Append(sidC) != first || w.Close() != first {
		t.Errorf("Append on a full disk: %v; later calls must return the same", first)
	}
}
