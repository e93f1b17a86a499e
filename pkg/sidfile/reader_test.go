package sidfile_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"call-load-tester/pkg/sidfile"
)

func TestReaderForgivesSpreadsheets(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for _, tc := range []struct {
		what, file string
		want       []string
		errs       []string
	}{
		{"the original's format", sidA + "\n" + sidB + "\n", []string{sidA, sidB}, nil},
		{"no newline at the end", sidA + "\n" + sidB, []string{sidA, sidB}, nil},
		{"an empty file", "", nil, nil},
		{"CRLF", sidA + "\r\n" + sidB + "\r\n", []string{sidA, sidB}, nil},
		{"CR alone", sidA + "\r" + sidB + "\r", []string{sidA, sidB}, nil},
		{"a byte-order mark", "\ufeff" + sidA + "\n", []string{sidA}, nil},
		{"blank lines and blank cells", "\n  \n,,\n" + sidA + "\n\t;\n", []string{sidA}, nil},
		{"quotes and spaces", ` "` + sidA + `" ` + "\n'" + sidB + "'\n", []string{sidA, sidB}, nil},
		{"a header", "SID,Started\n" + sidA + ",noon\n", []string{sidA}, nil},
		{"further columns, the SID not first", "1," + sidA + ",+14155550100\n" + sidB + ";x\n" + sidC + "\ty\n", []string{sidA, sidB, sidC}, nil},
		{"the first cell that is a SID", sidA + "," + sidB + "\n", []string{sidA}, nil},
		{"duplicates once", sidA + "\n" + sidB + "\n" + sidA + "\n", []string{sidA, sidB}, nil},
		{"a spoilt SID in line 1 is no header", "CAnotasid\n" + sidA + "\n", []string{sidA}, []string{`f.csv:1: no call SID in "CAnotasid"`}},
		{"a digit in line 1 is no header", "calls of 2026\n" + sidA + "\n", []string{sidA}, []string{`f.csv:1: no call SID in "calls of 2026"`}},
		{"a header is in line 1 only", sidA + "\nSID\n" + sidB + "\n", []string{sidA, sidB}, []string{`f.csv:2: no call SID in "SID"`}},
		{"every bad line is named, the rest is read", sidA + "\nCA12\n\n" + sidB + "\nnonsense\n",
			[]string{sidA, sidB}, []string{`f.csv:2: no call SID in "CA12"`, `f.csv:5: no call SID in "nonsense"`}},
		{"a stray quote swallows nothing", `"oops` + "\n" + sidA + "\n", []string{sidA}, nil},
		{"a cut SID", sidA[:20] + "\n", nil, []string{`f.csv:1: no call SID in "` + sidA[:20] + `"`}},
		{"an endless line", long + "\n" + sidA + "\n", []string{sidA}, nil},
		{"an endless line with a digit", "1" + long + "\n" + sidA + "\n", []string{sidA}, []string{`f.csv:1: no call SID in "1` + long[:39] + `…"`}},
		{"a SID after the first 64 KiB of a line is not seen", "1" + strings.Repeat(",", 65_502) + sidA + "\n", nil,
			[]string{`f.csv:1: no call SID in "1` + strings.Repeat(",", 39) + `…"`}},
		{"a SID that ends the first 64 KiB of a line is seen", "1," + strings.Repeat(" ", 65_500) + sidA + "\n", []string{sidA}, nil},
		{"a text of 40 characters is quoted whole", "1" + long[:39] + "\n", nil, []string{`f.csv:1: no call SID in "1` + long[:39] + `"`}},
		{"a text of 41 is cut", "1" + long[:40] + "\n", nil, []string{`f.csv:1: no call SID in "1` + long[:39] + `…"`}},
		{"UTF-16", "\xff\xfeC\x00A\x00", nil, []string{"f.csv: the file is UTF-16 text; save it as CSV in UTF-8"}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(tc.file), iotest.OneByteReader(strings.NewReader(tc.file))} {
				var got, errs []string
				for sid, err := range sidfile.NewReader(r, "f.csv").SIDs() {
					if err != nil {
						errs = append(errs, err.Error())
					} else {
						got = append(got, sid)
					}
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("SIDs %q, want %q", got, tc.want)
				}
				if !slices.Equal(errs, tc.errs) {
					t.Errorf("errors %q, want %q", errs, tc.errs)
				}
			}
		})
	}
}

func TestReaderCountsDuplicates(t *testing.T) {
	upper := "CA" + strings.ToUpper(sidA[2:])
	r := sidfile.NewReader(strings.NewReader(sidA+"\n"+sidA+"\n"+upper+"\n"), "f.csv")
	for range r.SIDs() {
	}
	if r.Duplicates() != 2 {
		t.Errorf("%d duplicates, want 2 (the case of hex digits does not matter)", r.Duplicates())
	}
}

func TestReaderReportsAFailingFile(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(sidA+"\n"), iotest.ErrReader(errors.New("disk on fire")))
	var got []string
	for sid, err := range sidfile.NewReader(broken, "f.csv").SIDs() {
		got = append(got, fmt.Sprint(sid, err))
	}
	if want := []string{sidA + "<nil>", "f.csv: disk on fire"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A million lines of the same few calls take no more memory than a few lines.
func TestReaderStreams(t *testing.T) {
	const lines = 1_000_000
	reader, writer := io.Pipe()
	go func() {
		chunk := strings.Repeat(sidA+","+sidB+"\r\n", 1000)
		for range lines / 1000 {
			_, _ = io.WriteString(writer, chunk)
		}
		_ = writer.Close()
	}()
	r := sidfile.NewReader(reader, "f.csv")
	for _, err := range r.SIDs() {
		if err != nil {
			t.Fatal(err)
		}
	}
	if r.Duplicates() != lines-1 {
		t.Errorf("%d duplicates, want %d", r.Duplicates(), lines-1)
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > 16<<20 {
		t.Errorf("%d MiB on the heap after a million lines", after.HeapAlloc>>20)
	}
}

func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		"", sidA, "\ufeffSID\r\n" + sidA + ",\"x\"\r\n", "CA12\n\n;;\n" + sidB, "\xff\xfe", "\"\n'" + sidA + "'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		seen := map[string]bool{}
		last := 0
		for sid, err := range sidfile.NewReader(strings.NewReader(file), "f.csv").SIDs() {
			var bad *sidfile.LineError
			switch {
			case errors.As(err, &bad):
				if bad.Line <= last {
					t.Errorf("line %d reported after line %d", bad.Line, last)
				}
				last = bad.Line
			case err != nil:
				if !errors.Is(err, sidfile.ErrUTF16) {
					t.Errorf("unexpected error %v", err)
				}
			case !sidfile.IsSID(sid) || seen[strings.ToLower(sid)]:
				t.Errorf("%q is no SID, or came twice", sid)
			default:
				seen[strings.ToLower(sid)] = true
			}
		}
	})
}

func ExampleReader_SIDs() {
	file := strings.NewReader("SID\nCA0123456789abcdef0123456789abcdef\nCA12\n")
	for sid, err := range sidfile.NewReader(file, "calls.csv").SIDs() {
		fmt.Println(sid, err)
	}
	// Output:
	// CA0123456789abcdef0123456789abcdef <nil>
	//  calls.csv:3: no call SID in "CA12"
}

// A file as start writes it: one SID a line.
func BenchmarkReader(b *testing.B) {
	const lines = 10_000
	var file strings.Builder
	for i := range lines {
		fmt.Fprintf(&file, "CA%032x\n", i)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range sidfile.NewReader(strings.NewReader(file.String()), "calls.csv").SIDs() {
			n++
		}
		if n != lines {
			b.Fatalf("%d lines, want %d", n, lines)
		}
	}
}
