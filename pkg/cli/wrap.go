package cli

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Print prints a text of up to 80 columns as a result, wrapped where the
// terminal is narrower.
func (c *Console) Print(text string) {
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); c.outTerminal && err == nil && width < 80 {
		text = wrap(text, width)
	}
	_, _ = io.WriteString(c.Out, text)
}

// wrap breaks lines that are longer than width. They go on below their text, or
// below the description behind a flag; a paragraph is filled anew.
func wrap(text string, width int) string {
	var wrapped []string
	for _, line := range strings.Split(text, "\n") {
		if len(wrapped) > 0 && isProse(wrapped[len(wrapped)-1]) && isProse(line) {
			wrapped[len(wrapped)-1] += " " + line
		} else {
			wrapped = append(wrapped, line)
		}
	}
	for i, line := range wrapped {
		wrapped[i] = wrapLine(line, width)
	}
	return strings.Join(wrapped, "\n")
}

// isProse reports whether a line is part of a paragraph.
func isProse(line string) bool { return line != "" && line[0] != ' ' }

func wrapLine(line string, width int) string {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	if gap := strings.LastIndex(line, "  "); gap > indent {
		indent = gap + 2
	}
	var wrapped strings.Builder
	for len(line) > width {
		end := strings.LastIndex(line[:width+1], " ")
		if end <= indent {
			break // a word that does not fit
		}
		wrapped.WriteString(strings.TrimRight(line[:end], " ") + "\n")
		line = strings.Repeat(" ", indent) + line[end+1:]
	}
	return wrapped.String() + line
}
