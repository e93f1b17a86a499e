// Package transcripttest runs the transcripts in a package's testdata: each says
// one promise, and what comes of it. go test -rewrite writes what follows ----
// anew.
package transcripttest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// Run plays each transcript, and fails the test where something else comes of it
// than is written.
func Run(t *testing.T, play func(*testing.T, *datadriven.TestData) string) {
	t.Helper()
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string { return play(t, d) })
	})
}

var source = regexp.MustCompile(`https://www\.twilio\.com/|Twilio documents (nothing|none)|The (row|run|configuration)`)

// CheckSources fails the test if the comment of a transcript does not tell which
// page of Twilio's says so, or that none does; or if there are fewer than so many.
// commands is an expression for what transcripts begin with.
func CheckSources(t *testing.T, commands string, least int) {
	t.Helper()
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile(`(?m)((?:^#.*\n)*)^(?:`+commands+`)\b.*`).FindAllStringSubmatch(string(content), -1) {
			count++
			if !source.MatchString(block[1]) {
				t.Errorf("%s: no page of Twilio's for %s", file, block[0])
			}
		}
	}
	if count < least {
		t.Errorf("%d transcripts, want at least %d", count, least)
	}
}

var sid = regexp.MustCompile(`\b([A-Z]{2})[0-9a-f]{32}`)

// WithoutSIDs shortens the SIDs in a text, which are at random.
func WithoutSIDs(text string) string { return sid.ReplaceAllString(text, "$1…") }
