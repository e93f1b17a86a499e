package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/attack"
	loadreport "call-load-tester/pkg/report/load"
)

// locustStandIn is as much of Locust as the locustfile needs. What a test has to say
// is on standard input; Python that it adds behind does the rest.
const locustStandIn = `
import json, sys, types

class Event:
    def add_listener(self, listener):
        return listener

locust, runners, rpc, gevent = (types.ModuleType(name) for name in ("locust", "locust.runners", "locust.rpc", "gevent"))
locust.User, locust.task = object, lambda f: f
locust.events = types.SimpleNamespace(init=Event(), test_start=Event(), test_stop=Event(), worker_report=Event())
runners.MasterRunner, rpc.Message = type("MasterRunner", (), {}), tuple
sys.modules.update({"locust": locust, "locust.runners": runners, "locust.rpc": rpc, "gevent": gevent})

told = json.load(sys.stdin)
exec(compile(told["locustfile"], "twilio.py", "exec"), globals())
`

// oneTest is a test's worth of reports, and the summary of them.
const oneTest = `
on_test_start(types.SimpleNamespace(runner=None))
for i, report in enumerate(told["reports"]):
    on_worker_report(f"worker_{i}", {"extra": json.dumps(report)})
    keep(types.SimpleNamespace(parsed_options=None), f"worker_{i}", b"")
times = {float(time): n for time, n in told["times"].items()}
total = types.SimpleNamespace(response_times=times, max_response_time=told["max"], total_response_time=told["sum"])
on_test_stop(types.SimpleNamespace(runner=None, stop_timeout=None, stats=types.SimpleNamespace(total=total)))
`

// checkSummaryOfMany checks that the master's summary of two workers that have
// each counted what a record has, is that of a machine that has counted both.
func checkSummaryOfMany(t *testing.T, record []byte, pass attack.Pass) {
	t.Helper()
	read := func() *attack.Result {
		r, err := attack.Read("result.json", record)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	both := attack.Merge([]*attack.Result{read(), read()})
	times := make(map[string]int)
	for took, n := range both.Histograms.Latency.Counts() {
		times[inMilliseconds(took)] = n
	}
	out := runLocustfile(t, oneTest, map[string]any{
		"reports": []soFar{newSoFar(read(), pass), newSoFar(read(), pass)},
		"times":   times, "max": both.Latency.Max, "sum": both.Latency.Mean * float64(both.Latency.Count),
	})
	var text bytes.Buffer
	if err := (loadreport.Report{Result: both}).Text(&text); err != nil {
		t.Fatal(err)
	}
	compareLines(t, text.String(), out)
}

// runLocustfile runs Python with the locustfile in place, which is told something,
// and returns what is printed.
func runLocustfile(t *testing.T, script string, told map[string]any) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no Python to run the locustfile")
	}
	told["locustfile"] = locustfile
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", locustStandIn+script)
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// Callers who are on the line when the master stops the test were interrupted: they
// are not judged. Where nobody is left to be judged, nothing was reached.
func TestCallersWhoAreInterruptedAreNotJudged(t *testing.T) {
	t.Parallel()
	atLeast := 99.0
	for _, tc := range []struct {
		what         string
		talks        attack.Conversations
		ended, judge string
	}{
		{"all others end as meant", attack.Conversations{Begun: 100, Finished: 40, AsMeant: 40, Forged: 10, Interrupted: 50}, "40 of 40", "passed"},
		{"one other fails", attack.Conversations{Begun: 100, Finished: 39, Failed: 1, AsMeant: 39, Forged: 10, Interrupted: 50}, "39 of 40", "missed"},
		{"all are interrupted", attack.Conversations{Begun: 100, Interrupted: 100}, "0 of 0", "missed"},
	} {
		r := attack.Result{Requests: attack.Requests{Sent: 100, Accepted: 100}, Conversations: &tc.talks}
		out := runLocustfile(t, oneTest, map[string]any{
			"reports": []soFar{newSoFar(&r, attack.Pass{MinAsMeant: &atLeast})}, "times": map[string]int{}, "max": 0, "sum": 0,
		})
		for _, want := range []string{"Ended as meant:       " + tc.ended + "\n", "Pass:                 " + tc.judge + "\n"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", tc.what, want, out)
			}
		}
	}
}

// compareLines checks the lines of the summary that one machine's has, too, by
// their labels: the first eleven, and of the others those that say as much.
func compareLines(t *testing.T, one, many string) {
	t.Helper()
	oneLines, manyLines := strings.Split(one, "\n"), strings.Split(many, "\n")
	for i := range 11 {
		if oneLines[i] != manyLines[i] && !strings.HasPrefix(oneLines[i], "Concurrency Level:") {
			t.Errorf("line %d of one is %q, of many %q", i+1, oneLines[i], manyLines[i])
		}
	}
	for _, label := range []string{"Latency:", "Messages received:", "Replies:", "Billed minutes:"} {
		has := func(line string) bool { return strings.HasPrefix(line, label) }
		i, k := slices.IndexFunc(oneLines, has), slices.IndexFunc(manyLines, has)
		if i >= 0 && (k < 0 || oneLines[i] != manyLines[k]) {
			t.Errorf("one has the line %q, and many have not:\n%s", oneLines[i], many)
		}
	}
	passed := func(lines []string) string {
		for _, line := range lines {
			if text, ok := strings.CutPrefix(line, "Pass:"); ok {
				return strings.Fields(text)[0]
			}
		}
		return "nothing asked"
	}
	if passed(oneLines) != passed(manyLines) {
		t.Errorf("Pass of one is %s, of many %s", passed(oneLines), passed(manyLines))
	}
}
