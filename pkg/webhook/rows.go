package webhook

import (
	"errors"
	"fmt"
	"strings"
)

// maxProblems is how many bad lines are worth showing at once.
const maxProblems = 20

// ParseLines reads a text of rows, one a line as parse reads them. Blank lines
// and lines that start with # are skipped. All bad lines are reported in one
// error, a line each, as name:line: what is wrong; a text without any row is an
// error too. lines are the numbers of the rows' lines.
func ParseLines[T any](name, text string, parse func(line string) (T, error)) (rows []T, lines []int, err error) {
	var problems []error
	text = strings.TrimPrefix(text, "\ufeff")
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		row, err := parse(line)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s:%d: %w", name, number, err))
			continue
		}
		rows, lines = append(rows, row), append(lines, number)
	}
	if len(problems) > maxProblems {
		more := fmt.Errorf("%s: %d more bad lines", name, len(problems)-maxProblems)
		problems = append(problems[:maxProblems], more)
	}
	if len(rows) == 0 && len(problems) == 0 {
		return nil, nil, fmt.Errorf("%s:%d: the file holds no row", name, max(1, number))
	}
	return rows, lines, errors.Join(problems...)
}
