package cmd_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"call-load-tester/pkg/twiliosim"
)

var update = flag.Bool("update", false, "write the help of the commands into the README")

// section returns what stands between <!-- name --> and <!-- end --> in the
// README, without its indentation.
func section(t *testing.T, name string) []string {
	t.Helper()
	_, rest, found := strings.Cut(readFile(t, filepath.Join("..", "README.md")), "<!-- "+name+" -->\n")
	text, _, ended := strings.Cut(rest, "<!-- end -->")
	if !found || !ended {
		t.Fatalf("the README has no section <!-- %s --> … <!-- end -->", name)
	}
	var section []string
	for _, line := range lines(text) {
		section = append(section, strings.TrimPrefix(line, "    "))
	}
	return section
}

// rewrite puts text into a section of the README.
func rewrite(t *testing.T, name string, text []string) {
	t.Helper()
	path := filepath.Join("..", "README.md")
	before, rest, _ := strings.Cut(readFile(t, path), "<!-- "+name+" -->\n")
	_, after, _ := strings.Cut(rest, "<!-- end -->")
	var section strings.Builder
	for _, line := range text {
		section.WriteString(strings.TrimRight("    "+line, " ") + "\n")
	}
	readme := before + "<!-- " + name + " -->\n" + section.String() + "<!-- end -->" + after
	if err := os.WriteFile(path, []byte(readme), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheREADMEShowsTheHelp(t *testing.T) {
	for _, name := range []string{"start", "end", "load"} {
		if *update {
			p := command(t, t.TempDir(), name, nil, "-help")
			p.status(t)
			rewrite(t, "help "+name, lines(p.stdout.String()))
		}
		for _, spelling := range []string{"-help", "--help"} {
			p := command(t, t.TempDir(), name, nil, spelling)
			if status := p.status(t); status != 0 || p.stderr.Len() != 0 {
				t.Errorf("%s %s: exit status %d, stderr %q; want 0 and nothing", name, spelling, status, p.stderr.String())
			}
			want := strings.Join(section(t, "help "+name), "\n")
			if got := strings.TrimSuffix(p.stdout.String(), "\n"); got != want {
				t.Errorf("%s %s prints\n%s\nthe README shows\n%s", name, spelling, got, want)
			}
			for _, line := range lines(p.stdout.String()) {
				if len(line) > 80 {
					t.Errorf("%s: help is wider than 80 columns: %q", name, line)
				}
			}
		}
	}
}

// Every command of the transcript prints every line shown there, in this order;
// times, SIDs and measurements may differ.
func TestTheREADMEsTranscript(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var output []string
	for _, line := range section(t, "transcript") {
		if shell, ok := strings.CutPrefix(line, "$ go run ./cmd/"); ok {
			args := strings.Fields(shell)
			if args[0] == "end" {
				args[len(args)-1] = filepath.Base(sidFile(t, dir))
			}
			p := command(t, dir, args[0], nil, args[1:]...)
			if status := p.status(t); status != 0 {
				t.Fatalf("%s: exit status %d\n%s", line, status, p.stderr.String())
			}
			output = lines(p.stdout.String())
			continue
		}
		want := anyRun(line)
		for len(output) > 0 && anyRun(output[0]) != want {
			output = output[1:]
		}
		if len(output) == 0 {
			t.Fatalf("no line like %q, or not in this place", line)
		}
		output = output[1:]
	}
}

var differs = regexp.MustCompile(`CA[0-9a-f]{32}|call_sids_\d+|\d+ms|run of [0-9.]+s|\d\.\d+`)

// anyRun hides what differs from run to run.
func anyRun(line string) string { return differs.ReplaceAllString(line, "…") }

// The file of SIDs is the original's: one a line, no header, nothing else; and
// the original's can be ended.
func TestSIDFilesAreTheOriginals(t *testing.T) {
	t.Parallel()
	twilio := newTwilio(t, twiliosim.Config{})
	start := command(t, t.TempDir(), "start", twilio.env, "-c", from, "-d", to, "--call_count", "5", "--cps", "5", "-e", "no")
	if status := start.status(t); status != 0 {
		t.Fatalf("exit status %d\n%s", status, start.stderr.String())
	}
	path := sidFile(t, start.dir)
	if text := readFile(t, path); !regexp.MustCompile(`^(CA[0-9a-f]{32}\n){5}$`).MatchString(text) {
		t.Errorf("the file holds %q", text)
	}
	if name := filepath.Base(path); !regexp.MustCompile(`^call_sids_\d{10}\.csv$`).MatchString(name) {
		t.Errorf("the file is %s", name)
	}

	var sids []string
	for _, call := range twilio.Calls() {
		sids = append(sids, call.SID)
	}
	dir := t.TempDir()
	writeFile(t, dir, "call_sids_1612345678.csv", strings.Join(sids, "\n")+"\n")
	end := command(t, dir, "end", twilio.env, "--file=call_sids_1612345678.csv", "-v")
	if status := end.status(t); status != 0 || len(twilio.Live()) != 0 {
		t.Errorf("exit status %d, %d live; want 0 and none", status, len(twilio.Live()))
	}
}

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

// With --json - standard output is JSON and nothing else.
func TestJSONOnStandardOutput(t *testing.T) {
	t.Parallel()
	p := command(t, t.TempDir(), "start", nil, "--dry_run", "-c", from, "-d", to, "--json", "-")
	if status := p.status(t); status != 0 {
		t.Fatalf("exit status %d", status)
	}
	if out := p.stdout.String(); !strings.HasPrefix(out, "{\n  \"command\": \"start\",\n") || !strings.HasSuffix(out, "\n}\n") {
		t.Errorf("stdout\n%s", out)
	}
	if !strings.Contains(p.stderr.String(), "Started call 1. SID: CA") {
		t.Errorf("the originals' lines are not on stderr:\n%s", p.stderr.String())
	}
}
