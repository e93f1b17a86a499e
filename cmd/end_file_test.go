package cmd_test

import (
	"strings"
	"testing"

	"call-load-tester/pkg/twiliosim"
)

// What is wrong in a file of SIDs is said by line; the rest is ended.
func TestASpoiltFileIsEndedAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{})
	for _, sid := range []string{"CA00000000000000000000000000000001", "CA00000000000000000000000000000002"} {
		twilio.Put(sid, from, to)
	}
	dir := t.TempDir()
	writeFile(t, dir, "calls.csv", "\ufeffSID;note\r\n\"CA00000000000000000000000000000001\";x\r\nCA12;y\r\n\r\n"+
		"1,CA00000000000000000000000000000002\r\nCA00000000000000000000000000000001\r\nCA00000000000000000000000000000009\r\n")
	end := command(t, dir, "end", twilio.env, "-f", "calls.csv")
	if status := end.status(t); status != 3 || len(twilio.Live()) != 0 {
		t.Errorf("exit status %d, %d live; want 3 and none", status, len(twilio.Live()))
	}
	if !strings.Contains(end.stderr.String(), "end: error: calls.csv:3: no call SID in \"CA12;y\"\n") {
		t.Errorf("the bad line is not named:\n%s", end.stderr.String())
	}
	for _, row := range []string{"Calls to end        3 (1 duplicate left out) (1 line without a SID)", "Ended               2", "Not found           1"} {
		if !strings.Contains(end.stdout.String(), row) {
			t.Errorf("no row %q in\n%s", row, end.stdout.String())
		}
	}
}

// Of a file of something else one line is told, and how many there are.
func TestAFileWithoutAnySID(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "page.html", strings.Repeat("<p>hello</p>\n", 5000))
	end := command(t, dir, "end", nil, "--dry_run", "-f", "page.html")
	status := end.status(t)
	want := "end: error: page.html:2: no call SID in \"<p>hello</p>\"\nend: hint: a call SID is CA and 32 hex digits\n" +
		"end: error: 4998 more lines of page.html have no call SID\n"
	if !strings.HasPrefix(end.stderr.String(), want) || status != 1 {
		t.Errorf("exit status %d\n%s", status, end.stderr.String())
	}
}
