//go:build linux

package cmd_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/calls"
)

// plans are a dry run of each command.
var plans = map[string][]string{
	"start": {"--dry_run", "-c", from, "-d", to},
	"end":   {"--dry_run", "-f", "calls.csv"},
	"load":  {"--dry_run", "-f", "c.ini", "-d", "d.txt"},
}

// plan prepares a dry run of a command.
func plan(t *testing.T, name string, args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "calls.csv", "CA00000000000000000000000000000001\n")
	writeFile(t, dir, "c.ini", "[Load]\nUsers = 2\nConcurrency = 2\nURI = http://127.0.0.1/\n")
	writeFile(t, dir, "d.txt", `{"Body": "4566"}`)
	return command(t, dir, name, nil, append(plans[name][:len(plans[name]):len(plans[name])], args...)...)
}

// The JSON and the page may go to named pipes, which are opened once: the reader
// gets all of it, and then the end.
func TestNamedPipes(t *testing.T) {
	t.Parallel()
	for name := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, name, "--json", "json", "--report", "page")
			makePipe(t, p.dir, "json")
			makePipe(t, p.dir, "page")
			texts := map[string]<-chan string{}
			for _, pipe := range []string{"json", "page"} {
				text := make(chan string, 1)
				go func() {
					all, _ := os.ReadFile(filepath.Join(p.dir, pipe))
					text <- string(all)
				}()
				texts[pipe] = text
			}
			if status := p.status(t); status != 0 {
				t.Errorf("exit status %d, want 0\n%s", status, p.stderr.String())
			}
			if text := <-texts["json"]; !json.Valid([]byte(text)) || !strings.Contains(text, `"command": "`+name+`"`) {
				t.Errorf("JSON\n%s", text)
			}
			if text := <-texts["page"]; !strings.HasPrefix(text, "<!DOCTYPE html>") || !strings.Contains(text, "</html>") {
				t.Errorf("page\n%s", text)
			}
		})
	}
}

// A pipe that nobody reads is told of before anything is begun.
func TestAPipeWithoutAReader(t *testing.T) {
	t.Parallel()
	p := plan(t, "start", "--json", "pipe")
	makePipe(t, p.dir, "pipe")
	before := fileNames(t, p.dir)
	if status := p.status(t); status != 2 || p.stdout.Len() > 0 || len(fileNames(t, p.dir)) != len(before) {
		t.Errorf("exit status %d, stdout %q, files %q; want 2 and nothing begun", status, p.stdout.String(), fileNames(t, p.dir))
	}
	want := "start: error: --json: nobody has opened the pipe pipe for reading within 5s\n"
	if !strings.HasPrefix(p.stderr.String(), want) {
		t.Errorf("told\n%swant\n%s", p.stderr.String(), want)
	}
}

// A reader who does not read what is more than the pipe holds, and one who is
// gone, cost no more than the result.
func TestAReaderWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		what   string
		closes bool
		status int
		told   string
	}{
		{"gone", true, 3, "start: error: write pipe: broken pipe\n"},
		{"stalled", false, 130, "start: left at once; the result was not written\n"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			p := plan(t, "start", "--report", "pipe", "-h", "1")
			makePipe(t, p.dir, "pipe")
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			reader, err := os.Open(filepath.Join(p.dir, "pipe"))
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			if tc.closes {
				_ = reader.Close()
			} else {
				shrink(t, reader)
				await(t, "writing to the pipe", func() bool {
					n, err := unix.IoctlGetInt(int(reader.Fd()), unix.TIOCINQ)
					return err == nil && n > 0
				})
				if err := p.Process.Signal(syscall.SIGINT); err != nil {
					t.Fatal(err)
				}
			}
			if status := p.wait(t); status != tc.status || !strings.HasSuffix(p.stderr.String(), tc.told) {
				t.Errorf("exit status %d, told\n%swant %d and last %s", status, p.stderr.String(), tc.status, tc.told)
			}
			if !strings.Contains(p.stdout.String(), "  Ended               1\n") {
				t.Errorf("the summary is missing:\n%s", p.stdout.String())
			}
		})
	}
}

// What goes to standard output by any name is alone there.
func TestResultsOnStandardOutput(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--json", "--report"} {
		for _, name := range []string{"-", "/dev/stdout", "/dev/fd/1", "out"} {
			t.Run(flag+" "+name, func(t *testing.T) {
				t.Parallel()
				p := plan(t, "start", flag, name)
				file, err := os.Create(filepath.Join(p.dir, "out"))
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				p.Stdout = file
				if status := p.status(t); status != 0 {
					t.Fatalf("exit status %d\n%s", status, p.stderr.String())
				}
				text := readFile(t, file.Name())
				if flag == "--json" && !json.Valid([]byte(text)) || flag == "--report" && !strings.HasPrefix(text, "<!DOCTYPE html>") {
					t.Errorf("stdout\n%s", text)
				}
				if !strings.Contains(p.stderr.String(), "Started call 1. SID: CA") {
					t.Errorf("the lines are not on stderr:\n%s", p.stderr.String())
				}
			})
		}
	}
}

// Process substitution, for what is written and what is read.
func TestProcessSubstitution(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	p := plan(t, "start")
	script := strings.Join([]string{
		`set -e`,
		`start --dry_run -c ` + from + ` -d ` + to + ` --json >(cat > start.json) --report >(cat > start.html) >/dev/null 2>&1`,
		`end --dry_run -f <(cat calls.csv calls.csv) --json >(cat > end.json) >/dev/null 2>&1`,
		`load --dry_run -f <(cat c.ini) -d <(cat d.txt) --json >(cat > load.json) >/dev/null 2>&1`,
	}, "\n")
	shell := command(t, p.dir, "start", []string{"BASH_ENV="}, nil...)
	shell.Path, shell.Args = bash, []string{"bash", "-c", `PATH="` + bin + `:$PATH"` + "\n" + script}
	if status := shell.status(t); status != 0 {
		t.Fatalf("exit status %d\n%s", status, shell.stderr.String())
	}
	var start, end calls.Result
	var load attack.Result
	for name, record := range map[string]any{"start": &start, "end": &end, "load": &load} {
		if err := json.Unmarshal([]byte(readFile(t, filepath.Join(p.dir, name+".json"))), record); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if start.Starts.Accepted != 1 || end.HangUps.Ended != 1 || end.HangUps.Duplicates != 1 || load.Requests.Accepted != 4 {
		t.Errorf("%+v, %+v, %+v", start.Starts, end.HangUps, load.Requests)
	}
	if page := readFile(t, filepath.Join(p.dir, "start.html")); !strings.Contains(page, "</html>") {
		t.Errorf("page\n%s", page)
	}
}

// A regular file is not there before all of it is.
func TestAResultAppearsWhole(t *testing.T) {
	t.Parallel()
	p := plan(t, "start", "--json", "out.json", "--report", "out.html", "-h", "1")
	p.Stdout = nil
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if during := strings.Join(fileNames(t, p.dir), " "); strings.Contains(during, "out") || strings.Contains(during, "tmp") {
		t.Errorf("files %s during the run", during)
	}
	_, _ = io.Copy(io.Discard, stdout)
	if status := p.wait(t); status != 0 {
		t.Errorf("exit status %d\n%s", status, p.stderr.String())
	}
	if after := strings.Join(fileNames(t, p.dir), " "); !strings.Contains(after, "out.html out.json") || strings.Contains(after, "tmp") {
		t.Errorf("files %s after the run", after)
	}
}
