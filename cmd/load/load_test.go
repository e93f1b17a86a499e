package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"call-load-tester/cmd/internal/signals"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
)

// These tests run the built command as a user does, against endpoints on
// 127.0.0.1.

const secret = "0f0e0d0c0b0a09080706050403020100"

var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // tests of time wait more than they work
		panic(err)
	}
	signals.Unignore()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "load")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "load")
		if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building load: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// A finished run of the command.
type finished struct {
	status         int
	stdout, stderr string
	record         attack.Result // if there is a result.json
}

// load prepares the command in a directory with these files.
func load(t *testing.T, files map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	return cmd
}

// finish runs the command to its end.
func finish(t *testing.T, cmd *exec.Cmd) finished {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	f := finished{status: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if text, err := os.ReadFile(filepath.Join(cmd.Dir, "result.json")); err == nil {
		if err := json.Unmarshal(text, &f.record); err != nil {
			t.Fatal(err)
		}
		if f.record.ExitStatus != f.status {
			t.Errorf("the record says status %d, the process %d", f.record.ExitStatus, f.status)
		}
	}
	for _, text := range []string{stdout.String(), stderr.String()} {
		if strings.Contains(text, secret) || strings.Contains(text, "\x1b") {
			t.Errorf("a secret or an escape code in\n%s", text)
		}
	}
	return f
}

func config(url, more string) map[string]string {
	return map[string]string{
		"c.ini": "[Auth]\nToken = " + secret + "\n[Load]\nUsers = 20\nConcurrency = 5\nURI = " + url + "\n" + more,
		"d.txt": `{"Body": "4566", "From": "+14155550101"}` + "\n" + `{"Body": "1234", "From": "+14155550102"}` + "\n",
	}
}

var common = []string{"-f", "c.ini", "-d", "d.txt", "--json", "result.json"}

// application is a webhook that lets nobody in but Twilio. It refuses wrong
// codes with a reply.
func application(t *testing.T) string {
	validator := client.NewRequestValidator(secret)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !validator.ValidateBody("http://"+r.Host+r.RequestURI, body, r.Header.Get("X-Twilio-Signature")) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		if bytes.Contains(body, []byte("Body=4566")) {
			_, _ = io.WriteString(w, "<Response/>")
			return
		}
		_, _ = io.WriteString(w, "<Response><Message>There is no such code</Message></Response>")
	}))
	t.Cleanup(server.Close)
	return server.URL + "/sms"
}

func TestARunFromTheFirstLineToTheLast(t *testing.T) {
	files := config(application(t), "BadSignature = 10%\n[Cost]\nReceive = 0.01\nSend = 0.02\n")
	files["d.txt"] = `{"Body": "a wrong code", "From": "+14155550101"}`
	f := finish(t, load(t, files, common...))
	r := f.record.Requests
	if f.status != 0 || r.Sent != 100 || r.Accepted != 90 || r.BadSignatures != 10 || r.Refused != 10 || r.Completed != 100 {
		t.Errorf("status %d, %+v\n%s", f.status, r, f.stderr)
	}
	if f.record.Received != 90 || f.record.Replies != (webhook.Replies{Count: 90, Segments: 90}) || f.record.Cost.Total != 0.9+1.8 {
		t.Errorf("received %d, replies %+v, cost %+v; want 90, 90 and $2.70", f.record.Received, f.record.Replies, f.record.Cost)
	}
	var labels []string
	for line := range strings.Lines(f.stdout) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), ":  ")
		labels = append(labels, line)
	}
	got := strings.Join(labels, "\n")
	url := strings.TrimSuffix(f.record.Plan.Endpoint, "/sms") + "/sms"
	want := "Benchmarking " + url + ` (be patient).....
Done!
Document Path
Concurrency Level
Users
Completed requests
Failed requests
Total time
Time per request
-----------------------------------
Total recv
Total sent
Approx cost

Requests`
	if !strings.HasPrefix(got, want) {
		t.Errorf("lines\n%s\nwant\n%s", got, want)
	}
	const cost = "Total recv:           90\nTotal sent:           90\nApprox cost:          $2.70\n"
	if !strings.Contains(f.stdout, "Document Path:        "+url+"\n") || !strings.Contains(f.stdout, cost) || !strings.Contains(f.stdout, "10 sent, 10 refused, 0 let through") {
		t.Errorf("%s", f.stdout)
	}
}

func TestExitStatuses(t *testing.T) {
	good := application(t)
	failing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(failing.Close)
	voice := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, "<Response><Say>Hello</Say></Response>")
	}))
	t.Cleanup(voice.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, tc := range []struct {
		what   string
		files  map[string]string
		args   []string
		want   int
		stderr string // the first error
	}{
		{"done", config(good, ""), common, 0, ""},
		{"limits reached", config(good, "[Pass]\nFailed = 0\nP99 = 30s\n"), common, 0, ""},
		{"failures are a result", config(failing.URL, ""), common, 0, ""},
		{"too many failures", config(failing.URL, "[Pass]\nFailed = 99.5%\n"), common, 3, ""},
		{"too slow", config(good, "[Pass]\nP99 = 1us\n"), common, 3, ""},
		{"calls as meant", config(voice.URL, "Kind = call\n[Pass]\nConversations = 100%\n"), common, 0, ""},
		{"calls that are not as meant", config(failing.URL, "Kind = call\n[Pass]\nConversations = 1%\n"), common, 3, ""},
		{"calls that fail are a result", config(failing.URL, "Kind = call\n"), common, 0, ""},
		{"calls that nobody answers", config(gone.URL, "Kind = call\n[Pass]\nConversations = 1%\n"), common, 1, ""},
		{"bad turns", map[string]string{"c.ini": config(good, "Kind = call\n")["c.ini"], "d.txt": `{"Then": "1"}`}, common, 2, `load: error: d.txt:1: "Then" must be a list of turns`},
		{"no answer at all", config(gone.URL, ""), common, 1, ""},
		{"no answer at all, with limits", config(gone.URL, "[Pass]\nFailed = 1%\n"), common, 1, ""},
		{"no configuration", nil, []string{"-d", "d.txt"}, 2, "load: error: --file is missing"},
		{"no such file", config(good, ""), []string{"-f", "x.ini", "-d", "d.txt"}, 2, "load: error: open x.ini: no such file or directory"},
		{"a bad configuration", config(good, "Kind = fax\n"), common, 2, "load: error: c.ini:7: [Load] Kind"},
		{"an unknown flag", config(good, ""), append(common, "--dryrun"), 2, "load: error: "},
		{"an argument too many", config(good, ""), append(common, "x"), 2, `load: error: unexpected argument "x"`},
		{"a result that cannot be written", config(good, ""), append(common, "--json", "no/such/dir"), 2, "load: error: --json: open no/such/dir"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			f := finish(t, load(t, tc.files, tc.args...))
			if f.status != tc.want || !strings.Contains(f.stderr, tc.stderr) {
				t.Errorf("status %d, want %d and %q\n%s%s", f.status, tc.want, tc.stderr, f.stdout, f.stderr)
			}
			if tc.want == 2 && f.stdout != "" {
				t.Errorf("wrong usage, and yet there is a result:\n%s", f.stdout)
			}
		})
	}
}

func TestTheTokenMayComeFromElsewhere(t *testing.T) {
	const sid = "AC0123456789abcdef0123456789abcdef"
	files := config(application(t), "")
	files["c.ini"] = strings.Replace(files["c.ini"], "Token = "+secret+"\n", "", 1)
	for _, tc := range []struct {
		what string
		env  []string
		file string
		want int
	}{
		{"the environment", []string{"TWILIO_ACCOUNT_SID=" + sid, "TWILIO_AUTH_TOKEN=" + secret}, "", 0},
		{"the environment, without an account", []string{"TWILIO_AUTH_TOKEN=" + secret}, "", 0},
		{"the environment, with an API key too", []string{"TWILIO_AUTH_TOKEN=" + secret, "TWILIO_API_KEY=SK0123456789abcdef0123456789abcdef", "TWILIO_API_SECRET=x"}, "", 0},
		{"twilio.env", nil, "export TWILIO_ACCOUNT_SID='" + sid + "'\nexport TWILIO_AUTH_TOKEN='" + secret + "'\n", 0},
		{"an API key does not sign", []string{"TWILIO_ACCOUNT_SID=" + sid, "TWILIO_API_KEY=SK0123456789abcdef0123456789abcdef", "TWILIO_API_SECRET=" + secret}, "", 2},
		{"nowhere", nil, "", 2},
	} {
		cmd := load(t, files, common...)
		cmd.Env = append(cmd.Env, tc.env...)
		if tc.file != "" {
			if err := os.WriteFile(filepath.Join(cmd.Dir, "twilio.env"), []byte(tc.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f := finish(t, cmd)
		if f.status != tc.want || tc.want == 0 && f.record.Requests.Accepted != 100 {
			t.Errorf("%s: status %d, %+v, want %d\n%s", tc.what, f.status, f.record.Requests, tc.want, f.stderr)
		}
	}
}

// What looks like a result, but is not what was meant, is told of.
func TestWarnings(t *testing.T) {
	good := application(t)
	for _, tc := range []struct{ what, config, data, want string }{
		{"a share that comes to nothing", "BadSignature = 0.1%\n", "", "warning: so few requests make no bad signature"},
		{"a share in numbers", "BadSignature = 7%\n", "", "7 % of them, 7, with a signature"},
		{"a field that seems misspelt", "", `{"Body": "hi", "Fron": "+14155550101"}`, `Twilio sends no field "Fron": is From meant?`},
		{"a repeated name", "", `[{"name": "a", "value": 1}, {"name": "a", "value": 2}]`, "warning: 1 of the rows repeat a name"},
		{"chats that cannot be told apart", "Kind = chat\n", "", "warning: 2 pairs of numbers may have two conversations at once"},
		{"the hosts that are asked", "Kind = call\nStatusURI = http://localhost:9/\n[Call]\nHosts = a.example\n", "", "asked are only the hosts 127.0.0.1, a.example, localhost\n"},
		{"all refused", "SignURL = http://another.example\n", "", "hint: is the token that of the endpoint's account"},
	} {
		files := config(good, tc.config)
		files["d.txt"] += tc.data + "\n"
		if f := finish(t, load(t, files, common...)); f.status != 0 || !strings.Contains(f.stderr, tc.want) {
			t.Errorf("%s: status %d, no %q in\n%s", tc.what, f.status, tc.want, f.stderr)
		}
	}
	if f := finish(t, load(t, config(good, ""), common...)); strings.Contains(f.stderr, "warning") {
		t.Errorf("a warning of nothing:\n%s", f.stderr)
	}
}

// A class of 60 texts a code four times each within five seconds, half of them
// a wrong one; the application answers these with a reply.
func TestTheFlashLoad(t *testing.T) {
	t.Parallel()
	good := application(t)
	for what, loop := range map[string]string{"closed loop": "", "open loop": "Rate = 48\n"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			files := config(good, loop+"[Cost]\nUnit = 0.01\n")
			files["c.ini"] = strings.Replace(files["c.ini"], "Users = 20\nConcurrency = 5\n", "Users = 60\nConcurrency = 4\n", 1)
			f := finish(t, load(t, files, common...))
			r := f.record.Requests
			if f.status != 0 || r.Sent != 240 || r.Accepted != 240 || f.record.Messages != 240 || f.record.Replies.Count != 120 || math.Round(100*f.record.Cost.Total) != 360 {
				t.Errorf("status %d, %+v, %+v, cost %+v; want 240 accepted, 120 replies, $3.60\n%s", f.status, r, f.record.Replies, f.record.Cost, f.stderr)
			}
			if loop == "" {
				return
			}
			if len(f.record.Timeline) != 5 || f.record.Rate > 48 {
				t.Errorf("%d seconds at %v a second, want 5 at no more than 48", len(f.record.Timeline), f.record.Rate)
			}
			for _, second := range f.record.Timeline {
				if second.Sent != 48 {
					t.Errorf("%d requests are due in second %v, want 48", second.Sent, second.Start)
				}
			}
		})
	}
}

func TestHelp(t *testing.T) {
	f := finish(t, load(t, nil, "-help"))
	if f.status != 0 || f.stdout != help || f.stderr != "" {
		t.Errorf("status %d, stderr %q\n%s", f.status, f.stderr, f.stdout)
	}
	for line := range strings.Lines(help) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
	for _, flag := range regexp.MustCompile(`--[a-z_-]+`).FindAllString(help, -1) {
		if _, problems := parse([]string{flag, "x"}); len(problems) > 0 && strings.Contains(problems[0].Error(), "flag") {
			t.Errorf("the help names %s: %v", flag, problems[0])
		}
	}
}
