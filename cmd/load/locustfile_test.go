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

// locustStandIn is as much of Locust as the locustfile needs to add up what workers
// report: a test's worth of reports on standard input, and the summary behind it.
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
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("the summary of many workers is not tried: there is no Python")
		return
	}
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
	told, err := json.Marshal(map[string]any{
		"locustfile": locustfile, "reports": []soFar{newSoFar(read(), pass), newSoFar(read(), pass)},
		"times": times, "max": both.Latency.Max, "sum": both.Latency.Mean * float64(both.Latency.Count),
	})
	if err != nil {
		t.Fatal(err)
	}
	summary := exec.Command(python, "-c", locustStandIn)
	summary.Stdin = bytes.NewReader(told)
	out, err := summary.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var text bytes.Buffer
	if err := (loadreport.Report{Result: both}).Text(&text); err != nil {
		t.Fatal(err)
	}
	compareLines(t, text.String(), string(out))
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
