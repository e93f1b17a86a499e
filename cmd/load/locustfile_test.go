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
events = ("init", "test_start", "spawning_complete", "worker_report", "test_stopping", "test_stop")
locust.events = types.SimpleNamespace(**{event: Event() for event in events})
runners.MasterRunner, rpc.Message = type("MasterRunner", (), {}), tuple
sys.modules.update({"locust": locust, "locust.runners": runners, "locust.rpc": rpc, "gevent": gevent})

told = json.load(sys.stdin)
exec(compile(told["locustfile"], "twilio.py", "exec"), globals())
`

// oneTest is a test's worth of reports, and the summary of them.
const oneTest = `
lengths = {float(length): n for length, n in told["times"].items()}
total = types.SimpleNamespace(response_times=lengths, max_response_time=told["max"], total_response_time=told["sum"])
environment = types.SimpleNamespace(
    runner=types.SimpleNamespace(user_count=told["users"], target_user_count=told["users"]),
    parsed_options=None, stop_timeout=None, stats=types.SimpleNamespace(total=total))
on_test_start(environment)
for i, report in enumerate(told["reports"]):
    on_worker_report(f"worker_{i}", {"extra": json.dumps(report)})
    keep(environment, f"worker_{i}", b"")
on_test_stop(environment)
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
		"users":   both.Plan.Users, "times": times, "max": both.Latency.Max, "sum": both.Latency.Mean * float64(both.Latency.Count),
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

// The summary of many says that a run was a dry one, and warns of who lets anybody
// in, in the words of one machine.
func TestTheSummaryOfManyWarns(t *testing.T) {
	t.Parallel()
	r := attack.Result{
		DryRun: true, Requests: attack.Requests{Sent: 3, Completed: 2, Accepted: 2, BadSignatures: 1, LetThrough: 1},
		Agents: []attack.Agent{{URL: "wss://a.example/agent", Begun: 1, Forged: 1, LetThrough: 1}, {URL: "wss://b.example/agent", Begun: 1}},
	}
	var text bytes.Buffer
	if err := (loadreport.Report{Result: &r}).Text(&text); err != nil {
		t.Fatal(err)
	}
	out := runLocustfile(t, oneTest, map[string]any{"reports": []soFar{newSoFar(&r, attack.Pass{})}, "users": 0, "times": map[string]int{}, "max": 0, "sum": 0})
	compareLines(t, text.String(), out)
	if !strings.Contains(out, "(a dry run:") || strings.Count(out, "\nWarning: ") != 2 {
		t.Errorf("a dry run with two that let anybody in:\n%s", out)
	}
}

// Workers that are not all in a dry run are told of, as those of several endpoints.
func TestWorkersOfAnotherConfiguration(t *testing.T) {
	t.Parallel()
	dry, elsewhere := newSoFar(&attack.Result{DryRun: true}, attack.Pass{}), newSoFar(new(attack.Result), attack.Pass{})
	elsewhere.Endpoint = "http://b.example/"
	out := runLocustfile(t, oneTest, map[string]any{"reports": []soFar{dry, dry, elsewhere}, "users": 0, "times": map[string]int{}, "max": 0, "sum": 0})
	if want := "WARNING: worker_2 has another configuration than worker_0 (endpoint, dry_run): their sum says little\n"; !strings.HasPrefix(out, want) || strings.Count(out, "WARNING") != 1 {
		t.Errorf("no %q in\n%s", want, out)
	}
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
		{"one other fails", attack.Conversations{Begun: 100, Finished: 39, Failed: 1, AsMeant: 39, Forged: 10, Interrupted: 50}, "39 of 40", "missed: Conversations"},
		{"all are interrupted", attack.Conversations{Begun: 100, Interrupted: 100}, "0 of 0", "missed: Conversations"},
	} {
		r := attack.Result{Requests: attack.Requests{Sent: 100, Accepted: 100}, Conversations: &tc.talks}
		out := runLocustfile(t, oneTest, map[string]any{
			"reports": []soFar{newSoFar(&r, attack.Pass{MinAsMeant: &atLeast})}, "users": 100, "times": map[string]int{}, "max": 0, "sum": 0,
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
	for _, said := range []string{"(a dry run:", "accepts forged requests", "accepts forged handshakes", "pretend to be Twilio."} {
		says := func(text string) (all []string) {
			for line := range strings.Lines(text) {
				if strings.Contains(line, said) {
					all = append(all, line)
				}
			}
			return all
		}
		if !slices.Equal(says(one), says(many)) {
			t.Errorf("one says %q, and many %q", says(one), says(many))
		}
	}
	passed := func(lines []string) string {
		for _, line := range lines {
			if text, ok := strings.CutPrefix(line, "Pass:"); ok {
				return strings.TrimSuffix(strings.Fields(text)[0], ":")
			}
		}
		return "nothing asked"
	}
	if passed(oneLines) != passed(manyLines) {
		t.Errorf("Pass of one is %s, of many %s", passed(oneLines), passed(manyLines))
	}
}

// severalTests are tests of one master, each in a second of its own.
const severalTests = `
import os, time
os.chdir(told["dir"])
total = types.SimpleNamespace(response_times={}, max_response_time=0, total_response_time=0)
environment = types.SimpleNamespace(
    runner=types.SimpleNamespace(user_count=0, target_user_count=0),
    parsed_options=types.SimpleNamespace(csv_prefix=told["csv"]), stop_timeout=None, stats=types.SimpleNamespace(total=total))
for test in told["tests"]:
    time.time = lambda: test["at"]
    on_test_start(environment)
    for environment.runner.user_count, environment.runner.target_user_count in test["users"] or []:
        count_users()
    for worker in ("a_1", "b/2"):
        on_worker_report(worker, {"extra": json.dumps(told["report"])})
        keep(environment, worker, b"")
    on_test_stop(environment)
print(*sorted(os.path.join(dir, name) for dir, _, names in os.walk(".") for name in names), sep="\n")
`

// The records of a test have names that no other has, and the summary says how to
// make one of them.
func TestRecordsOfSeveralTests(t *testing.T) {
	t.Parallel()
	type test struct {
		At    float64  `json:"at"`
		Users [][2]int `json:"users"`
	}
	out := runLocustfile(t, severalTests, map[string]any{
		"dir": t.TempDir(), "csv": "out/my run", "report": newSoFar(new(attack.Result), attack.Pass{}), "tests": []test{{At: 1700000000.9}, {At: 1700000060.2}},
	})
	for _, want := range []string{
		"Put together by:      load --merge 'out/my run_record_1700000000_'*.json\n",
		"Put together by:      load --merge 'out/my run_record_1700000060_'*.json\n",
		"\n./out/my run_record_1700000000_a_1.json\n./out/my run_record_1700000000_b_2.json\n./out/my run_record_1700000060_a_1.json\n./out/my run_record_1700000060_b_2.json\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// How many users there were is the master's count: those of a worker that is lost
// are not counted again when others have taken them over.
func TestUsersAreThoseOfTheMaster(t *testing.T) {
	t.Parallel()
	type test struct {
		Users [][2]int `json:"users"` // that run, and that are wanted
		At    int      `json:"at"`
	}
	for _, tc := range []struct {
		what  string
		users [][2]int
		want  string
	}{
		{"a worker is lost, and its users are dealt out again", [][2]int{{60, 60}, {40, 60}, {60, 60}}, "60"},
		{"a worker takes over before others have said that they gave away", [][2]int{{60, 60}, {80, 60}, {60, 60}}, "60"},
		{"the test is stopped before all are there", [][2]int{{20, 60}, {40, 60}}, "40"},
		{"the page asks for more, and then for less", [][2]int{{60, 60}, {60, 90}, {90, 90}, {90, 30}, {30, 30}}, "90"},
	} {
		out := runLocustfile(t, severalTests, map[string]any{
			"dir": t.TempDir(), "csv": "run", "report": newSoFar(new(attack.Result), attack.Pass{}), "tests": []test{{At: 1, Users: [][2]int{{500, 500}}}, {At: 2, Users: tc.users}},
		})
		if want := "Users:                " + tc.want + "\n"; strings.Count(out, want) != 1 || !strings.Contains(out, "Users:                500\n") {
			t.Errorf("%s: no %q in\n%s", tc.what, want, out)
		}
	}
}
