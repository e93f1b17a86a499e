package calls_test

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of the fault matrix into FAULTS.md anew")

const (
	faultsFile  = "FAULTS.md"
	matrixBegin = "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
)

// writeMatrix puts the lines in the place of those of the table.
func writeMatrix(t *testing.T, lines []string) {
	text, err := os.ReadFile(faultsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(text), matrixBegin)
	_, after, _ = strings.Cut(after, "\n\n")
	text = []byte(before + matrixBegin + strings.Join(lines, "") + "\n" + after)
	if err := os.WriteFile(faultsFile, text, 0o644); err != nil {
		t.Error(err)
	}
}

// FAULTS.md has a line for every row of the matrix.
func TestTheFaultMatrixIsWrittenDown(t *testing.T) {
	text, err := os.ReadFile(faultsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faultMatrix() {
		if !strings.Contains(string(text), "\n| "+fault.what+" | ") {
			t.Errorf("%s has no row %q; go test -run FaultMatrix -update writes it", faultsFile, fault.what)
		}
	}
}
