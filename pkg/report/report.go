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
	"time"
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

// count writes how many there are of what a noun names.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// ifAny puts how many there are into the format, if there are any.
func ifAny(n int, noun, format string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, count(n, noun))
}

// hintIf returns the hint if it is called for.
func hintIf(wanted bool, hint string) string {
	if wanted {
		return hint
	}
	return ""
}

// number writes a value with at most one decimal.
func number(v float64) string { return decimals(v, 1) }

// decimals writes a value with at most n decimals, n > 0.
func decimals(v float64, n int) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', n, 64), "0"), ".")
}

// apart writes a value with one decimal, or with as many more as it takes to
// read unlike those of the others that it differs from.
func apart(v float64, others ...float64) string {
	for n := 1; ; n++ {
		text := decimals(v, n)
		same := func(other float64) bool { return other != v && decimals(other, n) == text }
		if n == 9 || !slices.ContainsFunc(others, same) {
			return text
		}
	}
}

// percent writes a share, which reads as nothing or all only if it is; nothing
// of nothing is 0 %.
func percent(part, whole int) string {
	if whole == 0 {
		return "0\u00a0%"
	}
	return apart(100*float64(part)/float64(whole), 0, 100) + "\u00a0%"
}

// runOf says what kind of run it was, and how long it took.
func runOf(interrupted, dry bool, seconds float64) string {
	return fmt.Sprintf("a%s%s run of %v", hintIf(interrupted, "n interrupted"), hintIf(dry, " dry"), took(seconds))
}

// took returns a time that is worth reading: of less than a second to the
// millisecond.
func took(seconds float64) time.Duration {
	exact := time.Duration(seconds * float64(time.Second))
	if exact < time.Second {
		return exact.Round(time.Millisecond)
	}
	return exact.Round(100 * time.Millisecond)
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
