// Package pagetest checks what holds for the page of every kind of report.
package pagetest

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/report"
)

// A Report is one of any kind.
type Report interface {
	Text(io.Writer) error
	HTML(io.Writer) error
}

// Of returns a report's page.
func Of(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.HTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// IsViewOfJSON checks that the page is drawn from what the JSON holds, and from
// nothing else: of a report that has been through JSON, into back, it is the
// same, to the last byte.
func IsViewOfJSON(t *testing.T, r, back Report) {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), back); err != nil {
		t.Fatal(err)
	}
	if Of(t, r) != Of(t, back) {
		t.Error("the page shows what is not in the JSON")
	}
}

// ShowsText checks that every value of the text stands on the page.
func ShowsText(t *testing.T, r Report) {
	t.Helper()
	var text strings.Builder
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	page := html.UnescapeString(Of(t, r))
	for _, line := range strings.Split(text.String(), "\n") {
		value := regexp.MustCompile(`^(  .{19} |.{22})`).ReplaceAllString(line, "")
		if strings.HasPrefix(line, "Warning") || strings.HasPrefix(line, "---") {
			continue
		}
		if !strings.Contains(page, value) {
			t.Errorf("the page does not show %q", value)
		}
	}
}

// Has checks the headings of the page, in order, and that so many charts are
// drawn, each for paper and for a phone, with a sentence each.
func Has(t *testing.T, what string, r Report, charts int, want ...string) {
	t.Helper()
	page := Of(t, r)
	var headings []string
	for _, match := range regexp.MustCompile(`<h2>(.*?)</h2>`).FindAllStringSubmatch(page, -1) {
		headings = append(headings, html.UnescapeString(match[1]))
	}
	if !slices.Equal(headings, want) {
		t.Errorf("%s: headings %q, want %q", what, headings, want)
	}
	if n := strings.Count(page, "<svg "); n != 2*charts {
		t.Errorf("%s: %d drawings, want %d", what, n, 2*charts)
	}
	if n := strings.Count(page, "<figcaption>"); n != strings.Count(page, "<figure>") || strings.Contains(page, "<figcaption></figcaption>") {
		t.Errorf("%s: a figure without a sentence", what)
	}
}

// IsSmall checks that the page is quick to open.
func IsSmall(t *testing.T, r Report) {
	t.Helper()
	if n := len(Of(t, r)); n >= 500_000 {
		t.Errorf("the page has %d bytes, want fewer than 500,000", n)
	} else {
		t.Logf("%d bytes", n)
	}
}

// Hostile is a name that would be markup.
const Hostile = `"'></td></svg><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`

// IsHarmless checks that Hostile, which r has for names, is text on the page,
// and that the page fetches nothing.
func IsHarmless(t *testing.T, r Report) {
	t.Helper()
	page := Of(t, r)
	for _, markup := range []string{"<script", "<img", "javascript:", "src=", "url(", "@import", "ZgotmplZ"} {
		if strings.Contains(strings.ReplaceAll(page, html.EscapeString("<img src=x"), ""), markup) {
			t.Errorf("the page contains %s", markup)
		}
	}
	if !strings.Contains(html.UnescapeString(page), Hostile) {
		t.Error("the page does not show the name")
	}
}

// Says checks that the page contains a text.
func Says(t *testing.T, what string, r Report, want string) {
	t.Helper()
	if page := html.UnescapeString(Of(t, r)); !strings.Contains(page, want) {
		t.Errorf("%s: no %q in\n%s", what, want, regexp.MustCompile(`(?s)<style>.*?</style>|<svg.*?</svg>`).ReplaceAllString(page, ""))
	}
}
