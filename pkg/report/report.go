// Package report has what the reports of all commands share: tables of text, a
// page with charts, numbers that are easy to read, and JSON. The reports
// themselves are in the packages below it, one a kind of run, so that no
// command carries what another needs.
package report

import (
	"encoding/json"
	"io"
)

// JSON writes a record, indented, with a newline at the end.
func JSON(w io.Writer, record any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(record)
}
