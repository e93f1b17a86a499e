// Package cmd_test runs the built commands as a user does: real processes, real
// signals, real exit statuses; Twilio is a simulated account, in the process for
// dry runs and behind HTTPS on 127.0.0.1 otherwise.
package cmd_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"call-load-tester/cmd/internal/signals"
	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
	"call-load-tester/pkg/twiliosim/loopback"
)

// bin is the directory of the built commands.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "24"); err != nil { // these tests wait more than they work
		panic(err)
	}
	signals.Unignore()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "call-load-tester")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		bin = dir
		build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./...")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "building the commands:", err)
			return 1
		}
		return m.Run()
	}())
}

const (
	from       = "+15005550006"
	to         = "+14155550100"
	accountSID = "AC0123456789abcdef0123456789abcdef"
	authToken  = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
)

// A process is a command that runs in a directory of its own.
type process struct {
	*exec.Cmd
	dir            string
	stdout, stderr written
}

// written is what was written so far. It may be asked meanwhile.
type written struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func (w *written) Len() int { return len(w.String()) }

// command prepares a command that takes no longer than five minutes. Its
// environment has nothing of Twilio but what is given.
func command(t *testing.T, dir, name string, env []string, args ...string) *process {
	t.Helper()
	return longCommand(t, 5*time.Minute, dir, name, env, args...)
}

// longCommand prepares a command that may take longer.
func longCommand(t *testing.T, limit time.Duration, dir, name string, env []string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, filepath.Join(bin, name), args...), dir: dir}
	p.Dir = dir
	p.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	return p
}

// status runs the process to its end and returns its exit status.
func (p *process) status(t *testing.T) int {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p.wait(t)
}

// wait returns the exit status of a started process.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	err := p.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// simple is an account where nothing is out of the ordinary.
var simple = twiliosim.Config{}

// simulated is a simulated account behind HTTPS on 127.0.0.1.
type simulated struct {
	*twiliosim.Account
	env []string // leads a command there, with the credentials
}

func newTwilio(t *testing.T, cfg twiliosim.Config) *simulated {
	t.Helper()
	return newTwilioBehind(t, cfg, func(account http.Handler) http.Handler { return account })
}

// newTwilioBehind is an account whose requests pass something first.
func newTwilioBehind(t *testing.T, cfg twiliosim.Config, first func(http.Handler) http.Handler) *simulated {
	t.Helper()
	cfg.SID, cfg.Password = accountSID, authToken
	account := twiliosim.New(cfg)
	server, err := loopback.Start(first(account), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Close()
		account.Close()
	})
	env := append(server.Env(), "TWILIO_ACCOUNT_SID="+accountSID, "TWILIO_AUTH_TOKEN="+authToken)
	return &simulated{account, env}
}

// sidFile returns the one SID file in a directory.
func sidFile(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "call_sids_*.csv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("SID files %q (error %v), want one", files, err)
	}
	return files[0]
}

// callsRecord reads the JSON that a start or an end has written.
func callsRecord(t *testing.T, p *process, name string) (record calls.Result) {
	t.Helper()
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(p.dir, name))), &record); err != nil {
		t.Fatal(err)
	}
	return record
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lines returns the lines of a text.
func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// await waits until something has come.
func await(t *testing.T, what string, come func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !come(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it has not come to that", what)
		}
	}
}

// fileNames returns the names of the files in a directory.
func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
