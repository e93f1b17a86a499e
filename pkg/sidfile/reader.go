package sidfile

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// maxLine is how many bytes of a line are read; the rest is skipped.
const maxLine = 64 << 10

// ErrUTF16 is wrapped in the error for a file in UTF-16, in which spreadsheets
// save "Unicode text".
var ErrUTF16 = errors.New("the file is UTF-16 text; save it as CSV in UTF-8")

// A LineError reports a line without a call SID.
type LineError struct {
	File string
	Line int    // from 1
	Text string // the line, cut after 40 characters
}

func (e *LineError) Error() string {
	return fmt.Sprintf("%s:%d: no call SID in %q", e.File, e.Line, e.Text)
}

// A Reader reads call SIDs from a file, a line at a time. It remembers the 16
// bytes of each distinct SID; nothing else grows with the file.
//
// Lines end in LF, CRLF or CR; commas, semicolons and tabs separate cells. The
// SID of a line is the first cell that has the form of one. Skipped are a
// byte-order mark, a header in line 1, blank lines and cells, and the quotes
// and spaces around a cell.
type Reader struct {
	name       string
	lines      *bufio.Reader
	line       int
	seen       map[[16]byte]struct{}
	duplicates int
}

// NewReader returns a Reader of r. Its errors begin with the name.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{name: name, lines: bufio.NewReaderSize(r, maxLine), seen: map[[16]byte]struct{}{}}
}

// Duplicates returns how many lines were left out so far because an earlier
// line had the same SID.
func (r *Reader) Duplicates() int { return r.duplicates }

// SIDs returns the distinct call SIDs of the file, in order. A line without one
// yields a [*LineError], and reading goes on. Any other error ([ErrUTF16], or
// one of the underlying reader) ends it. SIDs can be ranged over once.
func (r *Reader) SIDs() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := r.skipBOM(); err != nil {
			yield("", fmt.Errorf("%s: %w", r.name, err))
			return
		}
		for {
			text, err := r.readLine()
			if err == nil && !r.take(text, yield) {
				return
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield("", fmt.Errorf("%s: %w", r.name, err))
				return
			}
		}
	}
}

// take yields the SID or the error of a line, if it has either, and reports
// whether to go on.
func (r *Reader) take(text []byte, yield func(string, error) bool) bool {
	r.line++
	cells := cellsOf(text)
	if len(cells) == 0 || r.line == 1 && isHeader(cells) {
		return true
	}
	for _, cell := range cells {
		if !IsSID(cell) {
			continue
		}
		var id [16]byte
		if _, err := hex.Decode(id[:], []byte(cell[2:])); err != nil {
			continue // cannot happen: IsSID has checked every digit
		}
		if _, again := r.seen[id]; again {
			r.duplicates++
			return true
		}
		r.seen[id] = struct{}{}
		return yield(cell, nil)
	}
	return yield("", &LineError{r.name, r.line, shorten(text)})
}

// cellsOf returns the cells of a line that are not blank, without the quotes
// and spaces around them.
func cellsOf(line []byte) []string {
	isSeparator := func(c rune) bool { return c == ',' || c == ';' || c == '\t' }
	var cells []string
	for _, cell := range strings.FieldsFunc(string(line), isSeparator) {
		if cell = strings.Trim(cell, " \u00a0\v\f\"'"); cell != "" {
			cells = append(cells, cell)
		}
	}
	return cells
}

// isHeader reports whether the first line is a header. A damaged SID is not:
// it begins with CA or has digits.
func isHeader(cells []string) bool {
	for _, cell := range cells {
		if strings.HasPrefix(cell, "CA") || strings.ContainsAny(cell, "0123456789") {
			return false
		}
	}
	return true
}

// shorten returns the line as text of at most 40 characters.
func shorten(line []byte) string {
	const most = 40
	text := []rune(strings.ToValidUTF8(strings.TrimSpace(string(line)), "\ufffd"))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

// skipBOM skips a UTF-8 byte-order mark.
func (r *Reader) skipBOM() error {
	start, err := r.lines.Peek(3)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, err = r.lines.Discard(3)
		return err
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return ErrUTF16
	}
	return nil
}

// readLine returns the next line, without its end and no more than maxLine of
// it. The slice is good until the next call. After the last line it returns
// io.EOF.
func (r *Reader) readLine() ([]byte, error) {
	line, err := r.readThrough()
	if err == io.EOF && len(line) > 0 {
		return line, nil
	}
	return line, err
}

// readThrough reads through the next line end: LF, CRLF or CR.
func (r *Reader) readThrough() ([]byte, error) {
	var line []byte
	for {
		buffered, err := r.lines.Peek(max(1, r.lines.Buffered()))
		if err != nil {
			return line, err
		}
		end := bytes.IndexAny(buffered, "\r\n")
		part := buffered
		if end >= 0 {
			part = buffered[:end]
		}
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		if end < 0 {
			r.discard(len(part))
			continue
		}
		isCR := buffered[end] == '\r'
		r.discard(end + 1)
		if next, _ := r.lines.Peek(1); isCR && len(next) == 1 && next[0] == '\n' {
			r.discard(1)
		}
		return line, nil
	}
}

// discard skips n bytes that are known to be buffered, which cannot fail.
func (r *Reader) discard(n int) { _, _ = r.lines.Discard(n) }
