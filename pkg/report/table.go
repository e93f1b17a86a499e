package report

import (
	"fmt"
	"strings"
)

// A Table is lines of text, some of them a label and a value.
type Table struct {
	strings.Builder
	Rows []Row // for the page
}

// A Row is a label, empty where a value goes on, and a value.
type Row struct{ Label, Value string }

// Line adds a line.
func (t *Table) Line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

// Row adds a line of a label and a value.
func (t *Table) Row(label, format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	t.Rows = append(t.Rows, Row{label, value})
	fmt.Fprintf(t, "  %-19s %s\n", label, value)
}
