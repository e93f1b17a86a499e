package cmd_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// The samples of JSON hold what the command writes: every name is there with a
// value of the same type, and texts are the same, as far as they are not cut off
// by an ellipsis.
func TestTheREADMEsJSON(t *testing.T) {
	t.Parallel()
	for _, readme := range readmes {
		for _, sample := range sections(t, readme, "json") {
			t.Run(sample.of, func(t *testing.T) {
				t.Parallel()
				dir := checkout(t)
				p := shellCommand(t, dir, nil, sample.of+" --json result.json")
				if status := p.status(t); status != 0 {
					t.Fatalf("exit status %d\n%s", status, p.stderr.String())
				}
				var want, got any
				if err := json.Unmarshal([]byte(strings.Join(sample.lines, "\n")), &want); err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal([]byte(readFile(t, filepath.Join(dir, "result.json"))), &got); err != nil {
					t.Fatal(err)
				}
				for _, problem := range lacks(got, want, "") {
					t.Error(problem)
				}
			})
		}
	}
}

// lacks returns what of a sample is not in the real JSON.
func lacks(got, want any, path string) []string {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return []string{path + " is no object"}
		}
		var problems []string
		for name, value := range want {
			if member, there := object[name]; there {
				problems = append(problems, lacks(member, value, path+"."+name)...)
			} else {
				problems = append(problems, "there is no "+path+"."+name)
			}
		}
		return problems
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) < len(want) {
			return []string{path + " is no list, or too short"}
		}
		var problems []string
		for i := range want {
			problems = append(problems, lacks(list[i], want[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
		return problems
	case float64:
		if _, ok := got.(float64); !ok {
			return []string{fmt.Sprintf("%s is %v, the sample says %v", path, got, want)}
		}
	case string:
		text, ok := got.(string)
		if start, cut := strings.CutSuffix(want, "…"); !ok || text != want && !(cut && strings.HasPrefix(text, start)) {
			return []string{fmt.Sprintf("%s is %v, the sample says %v", path, got, want)}
		}
	default:
		if got != want {
			return []string{fmt.Sprintf("%s is %v, the sample says %v", path, got, want)}
		}
	}
	return nil
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
