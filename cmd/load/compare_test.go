package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/cmd/internal/golden"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
	loadreport "call-load-tester/pkg/report/load"
)

// slowing is a run of twelve seconds against an endpoint that takes so long to
// answer "quick", and fails on "bad" if it is to; the rest of the configuration is
// at the end.
func slowing(t *testing.T, takes time.Duration, bad bool, more string, before *attack.Result) *attack.Result {
	t.Helper()
	p := goldenSetup(t, "[Load]\nUsers = 60\nConcurrency = 4\nRate = 20\n[Cost]\nUnit = 0.01\n"+more, []string{"quick", "quick", "quick", "bad"})
	answers := map[string]answer{"quick": {after: takes, text: http204}, "bad": {after: 2 * takes, text: http204}}
	if bad {
		answers["bad"] = answer{after: time.Millisecond, text: "HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n"}
	}
	p.attack.Before, p.attack.BeforeFile = before, "before.json"
	var result *attack.Result
	synctest.Test(t, func(t *testing.T) {
		p.attack.Connect = answering(p, answers)
		test, err := attack.New(p.attack)
		if err != nil {
			t.Fatal(err)
		}
		result = test.Run(context.Background())
		result.Began = result.Began.UTC()
		result.Command = "load"
		result.ExitStatus = status(result)
	})
	return result
}

func TestGoldenOfAComparison(t *testing.T) {
	before := slowing(t, 20*time.Millisecond, false, "", nil)
	for _, tc := range []struct {
		name  string
		takes time.Duration
		bad   bool
		more  string
		want  int // exit status
	}{
		{"compared_same", 20 * time.Millisecond, false, "[Pass]\nSlower = 0%\n", 0},
		{"compared_slower", 23 * time.Millisecond, true, "[Load]\nTimeout = 5s\n[Pass]\nSlower = 100%\n", 0},
		{"compared_too_slow", 23 * time.Millisecond, false, "[Pass]\nSlower = 10%\nP99 = 1s\n", 3},
	} {
		now := slowing(t, tc.takes, tc.bad, tc.more, before)
		if now.ExitStatus != tc.want {
			t.Errorf("%s: exit status %d, want %d", tc.name, now.ExitStatus, tc.want)
		}
		shown := loadreport.Report{Result: now}
		var text, json bytes.Buffer
		if err := errors.Join(shown.Text(&text), report.JSON(&json, shown)); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "golden/"+tc.name+".txt", text.String())
		golden.Check(t, "golden/"+tc.name+".json", string(encoded.ReplaceAllFunc(json.Bytes(), counted)))
		readAgain(t, json.Bytes())
	}
}

func TestRunsThatCannotBeCompared(t *testing.T) {
	t.Parallel()
	record, err := json.Marshal(slowing(t, time.Millisecond, false, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		what, before, more string
		args               []string
		want               string
	}{
		{"no such file", "", "", []string{"--compare", "no.json"}, "open no.json: no such file"},
		{"a file that is cut off", string(record[:len(record)/2]), "", nil, "--compare: before.json:1: cut off"},
		{"one of another version", strings.Replace(string(record), `"record_version":1`, `"record_version":7`, 1), "", nil,
			"--compare: before.json: a record of version 7, and this load reads version 1"},
		{"one of start", strings.Replace(string(record), `"command":"load"`, `"command":"start"`, 1), "", nil, `--compare: before.json: the result of "start", not of load`},
		{"one that was edited", strings.Replace(string(record), `"accepted":240`, `"accepted":250`, 1), "", nil, "as if it had been edited"},
		{"what would overwrite it", string(record), "", []string{"--compare", "before.json", "--json", "before.json"}, "--json would overwrite before.json, which is read"},
		{"a limit, and nothing to compare with", "", "[Pass]\nSlower = 10%\n", []string{"--report", "r.html"}, "[Pass] Slower needs an earlier run to compare with"},
		{"a worker's part", string(record), "", []string{"--worker", "--compare", "before.json"}, "--compare is not for a worker, which sees a part of the load"},
	} {
		if tc.args == nil {
			tc.args = []string{"--compare", "before.json"}
		}
		cmd := load(t, config("http://127.0.0.1:1", tc.more), append([]string{"-f", "c.ini", "-d", "d.txt"}, tc.args...)...)
		if err := os.WriteFile(filepath.Join(cmd.Dir, "before.json"), []byte(tc.before), 0o600); err != nil {
			t.Fatal(err)
		}
		if f := finish(t, cmd); f.status != 2 || !strings.Contains(f.stderr, tc.want) {
			t.Errorf("%s: status %d, no %q in\n%s", tc.what, f.status, tc.want, f.stderr)
		}
	}
}

// A limit is judged of what is made of several runs; without an earlier one that
// cannot be told.
func TestWorkersAreNotToBeSlower(t *testing.T) {
	t.Parallel()
	files := config(application(t), "")
	first := load(t, files, common...)
	finish(t, first)
	record, err := os.ReadFile(filepath.Join(first.Dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	files["before.json"] = string(record)
	files["worker.json"] = strings.Replace(string(record), `"command": "load"`, `"pass": {"passed": true, "max_slower_percent": 10}, "command": "load"`, 1)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--merge", "worker.json", "--compare", "before.json"}, "Pass:                 missed (p99 against before unknown: too little to tell"},
		{[]string{"--merge", "worker.json"}, "Pass:                 missed (p99 against before unknown: there is nothing to compare with"},
	} {
		if f := finish(t, load(t, files, tc.args...)); f.status != 3 || !strings.Contains(f.stdout, tc.want) {
			t.Errorf("%s: status %d, no %q in\n%s%s", tc.args, f.status, tc.want, f.stdout, f.stderr)
		}
	}
}

// A run is compared with an earlier one, and so is what is made of several.
func TestAComparisonFromTheFirstLineToTheLast(t *testing.T) {
	t.Parallel()
	files := config(application(t), "")
	first := load(t, files, append(common, "--failures", "/dev/null")...)
	finish(t, first)
	record, err := os.ReadFile(filepath.Join(first.Dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	files["before.json"] = string(record)
	files["c.ini"] = strings.Replace(files["c.ini"], "Users = 20", "Users = 30", 1) + "BadSignature = 1%\n"
	for _, args := range [][]string{append(common, "--compare", "before.json"), {"--merge", "before.json", "--compare", "before.json", "--json", "result.json"}} {
		cmd := load(t, files, args...)
		f := finish(t, cmd)
		if c := f.record.Comparison; f.status != 0 || c == nil || c.File != "before.json" || c.Lines[0].Verdict != attack.TooShort || !strings.Contains(f.stdout, "too little to tell") {
			t.Errorf("%s: status %d, %+v\n%s%s", args, f.status, c, f.stdout, f.stderr)
		}
		if warned := strings.Contains(f.stderr, "load: warning: the runs that are compared differ in bad signatures, in percent: 0 before, 1 now\n"); warned == (args[0] == "--merge") {
			t.Errorf("%s: warned %v\n%s", args, warned, f.stderr)
		}
	}
}
