package calls_test

import (
	"os"
	"strings"
	"testing"
)

// FAULTS.md has a line for every row of the matrix.
func TestTheFaultMatrixIsWrittenDown(t *testing.T) {
	text, err := os.ReadFile("FAULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faultMatrix() {
		if !strings.Contains(string(text), "\n| "+fault.what+" | ") {
			t.Errorf("FAULTS.md has no row %q", fault.what)
		}
	}
}
