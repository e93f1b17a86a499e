//go:build linux

package cmd_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// On a terminal of any width the progress is one line that is drawn over and goes
// away; no escape codes are needed for that.
func TestTheProgressOnATerminal(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		columns uint16
		bar     string // while the call is held
	}{
		{200, `^holding 1/2, live 1, 1s left  50% \|█{15} {15}\|`},
		{80, `^holding 1/2, live 1, 1s left  50% \|█{15} {15}\|`},
		{50, `^holding 1/2, live 1, 1s left  50% \|█{5} {6}\|`},
		{30, `^holding 1/2, live   50% \| \|`},
	} {
		t.Run(fmt.Sprintf("%d columns", tc.columns), func(t *testing.T) {
			t.Parallel()
			start := plan(t, "start", "-h", "2")
			terminal := openTerminal(t)
			terminal.resize(t, tc.columns)
			start.Stderr = terminal.tty
			if status := start.status(t); status != 0 {
				t.Errorf("exit status %d", status)
			}
			terminal.await(t, "\r"+strings.Repeat(" ", int(tc.columns)-1)+"\r") // the last bar is erased
			text := terminal.shown.String()
			bar, drawn := regexp.MustCompile(tc.bar), 0
			for line := range strings.SplitSeq(text, "\n") {
				for shown := range strings.SplitSeq(line, "\r") {
					if bar.MatchString(shown) {
						drawn++
					}
					if strings.Contains(shown, "|") && utf8.RuneCountInString(shown) >= int(tc.columns) {
						t.Errorf("a bar of %d columns: %q", utf8.RuneCountInString(shown), shown)
					}
				}
			}
			if drawn == 0 {
				t.Errorf("no bar like %s in\n%q", tc.bar, text)
			}
			if strings.Contains(text, "\x1b") {
				t.Errorf("escape codes in\n%q", text)
			}
		})
	}
}
