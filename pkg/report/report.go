// Package report shows finished runs: as text and as a page with charts for a
// person, and as JSON for a machine, three views of one record.
//
// It knows no other package of this project: the commands fill in its records.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// JSON writes a record, indented, with a newline at the end.
func JSON(w io.Writer, record any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(record)
}

// A table is lines of text, some of them a label and a value.
type table struct {
	strings.Builder
	rows []row // for the page
}

// A row is a label, empty where a value goes on, and a value.
type row struct{ Label, Value string }

func (t *table) line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

func (t *table) row(label, format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	t.rows = append(t.rows, row{label, value})
	fmt.Fprintf(t, "  %-19s %s\n", label, value)
}

// ifAny formats n, if it is not 0.
func ifAny(n int, format string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

// hintIf returns the hint if it is called for.
func hintIf(wanted bool, hint string) string {
	if wanted {
		return hint
	}
	return ""
}

// number writes a value with at most one decimal.
func number(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
