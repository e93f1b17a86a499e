package main

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// failuresMax are the runs whose failures are written, and how many lines at most.
var failuresMax = map[string]int{"faults": 20, "open_faults": 100, "let_through": 10, "own_limit": 0, "calls_faults": 1000}

var randomSID = regexp.MustCompile(`("sid":"..)[0-9a-f]{32}`)

// encoded finds histograms. How they are compressed is up to a version of Go, so a
// golden file has their counts instead.
var encoded = regexp.MustCompile(`"HISTF[^"]*"`)

func counted(text []byte) []byte {
	h, err := hdrhistogram.DecodePacked(bytes.Trim(text, `"`))
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, `"HISTF…, %d times"`, h.TotalCount())
}

// readAgain reads a record, and writes it as it was.
func readAgain(t *testing.T, record []byte) {
	t.Helper()
	again, err := attack.Read("record.json", record)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := report.JSON(&text, again); err != nil || !bytes.Equal(text.Bytes(), record) {
		t.Errorf("%v; a record that is read and written is\n%s\nwant\n%s", err, text.Bytes(), record)
	}
}
