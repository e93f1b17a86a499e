package cmd_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/twiliosim"
)

var update = flag.Bool("update", false, "write the help of the commands into their READMEs")

// readmes are all that show commands: the project's and each command's.
var readmes = []string{"README.md", "cmd/start/README.md", "cmd/end/README.md", "cmd/load/README.md"}

var sectionForm = regexp.MustCompile(`(?s)<!-- ([^\n]*) -->\n(.*?)<!-- end -->`)

// A section is what stands between <!-- kind: of --> and <!-- end --> in a
// README, without its indentation.
type section struct {
	kind, of string
	lines    []string
}

// sections returns those of one kind, in order.
func sections(t *testing.T, readme, kind string) []section {
	t.Helper()
	var found []section
	for _, m := range sectionForm.FindAllStringSubmatch(readFile(t, filepath.Join("..", readme)), -1) {
		s := section{}
		s.kind, s.of, _ = strings.Cut(m[1], ": ")
		if s.kind != kind {
			continue
		}
		for _, line := range lines(m[2]) {
			s.lines = append(s.lines, strings.TrimPrefix(line, "    "))
		}
		found = append(found, s)
	}
	return found
}

// rewriteHelp puts a command's help into its README.
func rewriteHelp(t *testing.T, readme, help string) {
	t.Helper()
	path := filepath.Join("..", readme)
	text := readFile(t, path)
	var section strings.Builder
	for _, line := range lines(help) {
		section.WriteString(strings.TrimRight("    "+line, " ") + "\n")
	}
	before, rest, _ := strings.Cut(text, "<!-- help -->\n")
	_, after, _ := strings.Cut(rest, "<!-- end -->")
	text = before + "<!-- help -->\n" + section.String() + "<!-- end -->" + after
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheREADMEsShowTheHelp(t *testing.T) {
	for _, name := range []string{"start", "end", "load"} {
		readme := "cmd/" + name + "/README.md"
		if *update {
			p := command(t, t.TempDir(), name, nil, "-help")
			p.status(t)
			rewriteHelp(t, readme, p.stdout.String())
		}
		shown := sections(t, readme, "help")
		if len(shown) != 1 {
			t.Fatalf("%s has %d sections <!-- help -->, want one", readme, len(shown))
		}
		want := strings.Join(shown[0].lines, "\n")
		for _, spelling := range []string{"-help", "--help"} {
			p := command(t, t.TempDir(), name, nil, spelling)
			if status := p.status(t); status != 0 || p.stderr.Len() != 0 {
				t.Errorf("%s %s: exit status %d, stderr %q; want 0 and nothing", name, spelling, status, p.stderr.String())
			}
			if got := strings.TrimSuffix(p.stdout.String(), "\n"); got != want {
				t.Errorf("%s %s prints\n%s\n%s shows\n%s", name, spelling, got, readme, want)
			}
			for _, line := range lines(p.stdout.String()) {
				if len(line) > 80 {
					t.Errorf("%s: help is wider than 80 columns: %q", name, line)
				}
			}
		}
	}
}

// accounts are those that transcripts name. A dry run needs none.
var accounts = map[string]twiliosim.Config{
	"an account that dials 5 a second": {CPS: 5, ResponseTime: 120 * time.Millisecond},
}

// Every command of a transcript prints every line shown there, in this order;
// times, SIDs and measurements may differ.
func TestTheREADMEsTranscripts(t *testing.T) {
	t.Parallel()
	for _, readme := range readmes {
		for i, transcript := range sections(t, readme, "transcript") {
			t.Run(fmt.Sprint(readme, " ", i+1), func(t *testing.T) {
				t.Parallel()
				var env []string
				if transcript.of != "" {
					cfg, known := accounts[transcript.of]
					if !known {
						t.Fatalf("there is no account %q", transcript.of)
					}
					env = newTwilio(t, cfg).env
				}
				follow(t, transcript.lines, env)
			})
		}
	}
}

// follow runs the commands of a transcript and compares what they print.
func follow(t *testing.T, transcript, env []string) {
	dir := t.TempDir()
	var output []string
	for _, line := range transcript {
		if shell, ok := strings.CutPrefix(line, "$ "); ok {
			p := shellCommand(t, dir, env, shell)
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

// shellCommand returns the command of a line as it is written in a README. A SID
// file that a command of the same README has made has another name each time.
func shellCommand(t *testing.T, dir string, env []string, line string) *process {
	t.Helper()
	words := strings.Fields(line)
	if words[0] == "go" {
		words = words[2:] // go run
	}
	for i, word := range words {
		if _, err := os.Stat(filepath.Join(dir, word)); err != nil && strings.HasPrefix(word, "call_sids_") {
			words[i] = filepath.Base(sidFile(t, dir))
		}
	}
	return command(t, dir, filepath.Base(words[0]), env, words[1:]...)
}

var (
	differs = regexp.MustCompile(`CA[0-9a-f]{32}|call_sids_\d+|\d+ms|run of [0-9.]+s|\d+\.\d+`)

	// What the account did is a matter of its clock, too.
	recorded = regexp.MustCompile(`^(  (Dialed|Never dialed|Live at once, peak|Wait in the queue) |The account dials slower)`)
	numbers  = regexp.MustCompile(`[0-9.]+`)
)

// anyRun hides what differs from run to run.
func anyRun(line string) string {
	if recorded.MatchString(line) {
		return numbers.ReplaceAllString(line, "…")
	}
	return differs.ReplaceAllString(line, "…")
}

// checkout returns a directory with the files that commands of READMEs name.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	samples, err := filepath.Glob("load/*.sample.*")
	if err != nil || os.MkdirAll(filepath.Join(dir, "cmd", "load"), 0o700) != nil {
		t.Fatal("the samples cannot be copied")
	}
	for _, sample := range samples {
		writeFile(t, dir, filepath.Join("cmd", sample), readFile(t, sample))
	}
	for _, name := range []string{"call_sids_1700000000.csv", "call_sids_1700000000_dry_run.csv"} {
		writeFile(t, dir, name, "CA00000000000000000000000000000001\nCA00000000000000000000000000000002\n")
	}
	return dir
}

var shown = regexp.MustCompile(`(?m)^    ((?:go run \./cmd/|bin/|cp ).*)$`)

// Every command that a README shows outside of transcripts and help can be run
// as it is written; those that would do something real, as dry runs. They need
// no other before them than cp, and run side by side.
func TestTheREADMEsCommands(t *testing.T) {
	t.Parallel()
	for _, readme := range readmes {
		t.Run(readme, func(t *testing.T) {
			t.Parallel()
			dir := checkout(t)
			text := sectionForm.ReplaceAllString(readFile(t, filepath.Join("..", readme)), "")
			var running []*process
			for _, line := range shown.FindAllStringSubmatch(text, -1) {
				if p := runShown(t, dir, placeholders.Replace(line[1])); p != nil {
					running = append(running, p)
				}
			}
			for _, p := range running {
				if status := p.wait(t); status != 0 {
					t.Errorf("%s: exit status %d\n%s", p, status, p.stderr.String())
				}
			}
		})
	}
}

var placeholders = strings.NewReplacer("YOUR_NUMBER", from, "YOUR_PHONE", to)

// runShown does what a line says, and returns the command that it has started,
// if any.
func runShown(t *testing.T, dir, line string) *process {
	t.Helper()
	if words := strings.Fields(line); words[0] == "cp" {
		writeFile(t, dir, words[2], readFile(t, filepath.Join(dir, words[1])))
		return nil
	}
	if !strings.Contains(line, "--dry_run") {
		line += " --dry_run"
	}
	p := shellCommand(t, dir, nil, line)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

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
