package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The command of the README's first lines: the sample, with nothing set up.
func TestTheSampleRunsDry(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	sample := []string{"--dry_run", "-f", filepath.Join(here, "tw_load.sample.ini"), "-d", filepath.Join(here, "tw_data.sample.txt")}
	f := finish(t, load(t, nil, append(sample, "--json", "result.json")...))
	if f.status != 0 || f.record.Requests.Accepted != 5000 || !f.record.DryRun || !strings.Contains(f.stderr, "DRY RUN") {
		t.Errorf("status %d, %+v\n%s", f.status, f.record.Requests, f.stderr)
	}
}

// Each row of the samples goes its way through the phone menu or the survey: so
// many steps have so many requests.
func TestTheSamplesOfConversationsRunDry(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for sample, want := range map[string]struct {
		begun int
		steps map[string]int
	}{
		// 125 calls of each of eight rows. All begin; one hangs up at once; one says
		// nothing; and so on.
		"tw_call": {1000, map[string]int{
			"POST /ivr/voice": 1000, "POST /ivr/topic": 6 * 125, "POST /ivr/account": 2 * 125, "POST /ivr/menu": 125, "POST /ivr/saved": 2 * 125,
			"POST /ivr/recording": 2 * 125, "POST /ivr/dialed": 2 * 125, "POST /ivr/agent": 2 * 125, "POST /ivr/goodbye": 4 * 125, "POST /ivr/status": 1000,
		}},
		// 200 chats of each of five rows, of 3, 4, 5, 4 and 1 texts; all but the last
		// replies have two callbacks.
		"tw_chat": {1000, map[string]int{"POST /sms": 17 * 200, "POST /status": 2 * 12 * 200}},
	} {
		file := filepath.Join(here, sample+".sample")
		f := finish(t, load(t, nil, "--dry_run", "-f", file+".ini", "-d", file+".txt", "--json", "result.json"))
		steps := make(map[string]int)
		for _, s := range f.record.Steps {
			steps[s.Name] = s.Requests
		}
		r, c := f.record.Requests, f.record.Conversations
		if f.status != 0 || c == nil || c.Begun != want.begun || c.AsMeant != want.begun || c.NoTaker != 0 || c.CallbacksIncomplete != 0 || r.Accepted != r.Sent || !maps.Equal(steps, want.steps) {
			t.Errorf("%s: status %d, %+v, %+v\n%v, want %v\n%s", sample, f.status, r, c, steps, want.steps, f.stderr)
		}
	}
}

// Each row of the sample goes its way with the voice agent. 50 calls of each of
// four: all are answered, one ends with the agent's end, one hangs up, and one cuts
// in.
func TestTheSampleOfVoiceAgentsRunsDry(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(here, "tw_agent.sample")
	f := finish(t, load(t, nil, "--dry_run", "-f", file+".ini", "-d", file+".txt", "--json", "result.json"))
	if len(f.record.Agents) != 1 {
		t.Fatalf("agents: %+v\n%s", f.record.Agents, f.stderr)
	}
	a, c := f.record.Agents[0], f.record.Conversations
	if c.AsMeant != 200 || a.Begun != 200 || a.Finished != 100 || a.EndedByAgent != 50 || a.HungUpByCaller != 50 ||
		a.Turns != 400 || a.Answered != 400 || a.Interruptions != 50 || a.Unfinished != 0 || len(a.Verdicts) != 0 {
		t.Errorf("status %d, %+v, %+v", f.status, c, a)
	}
	for _, s := range f.record.Steps {
		if s.Requests != 200 {
			t.Errorf("%d requests %s, want 200", s.Requests, s.Name)
		}
	}
}

// Streams take their time at any pace: each row goes its way.
func TestTheSampleOfStreamsRunsDry(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"tw.ini": "[Load]\nURI = http://nowhere.invalid/voice-agent\nKind = call\nUsers = 2\nConcurrency = 6\n"}
	f := finish(t, load(t, files, "--dry_run", "-f", "tw.ini", "-d", filepath.Join(here, "tw_stream.sample.txt"), "--json", "result.json"))
	if len(f.record.Agents) != 1 {
		t.Fatalf("agents: %+v\n%s", f.record.Agents, f.stderr)
	}
	a, c := f.record.Agents[0], f.record.Conversations
	if c.AsMeant != 12 || a.Begun != 12 || a.Finished != 8 || a.HungUpByCaller != 4 || a.Turns != 20 || a.Answered != 20 || a.Interruptions != 4 || len(a.Verdicts) != 0 || a.Frames < 1000 {
		t.Errorf("status %d, %+v, %+v", f.status, c, a)
	}
}

// Audio lies beside the data.
func TestAudioThatCannotBeRead(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "tw.txt")
	text := filepath.Join(filepath.Dir(data), "text.wav")
	for name, content := range map[string]string{
		data: `{}` + "\n" + `{"Then": [{"audio": "no.wav"}]}` + "\n" + `{"Then": [{"audio": "text.wav"}]}`,
		text: "hello",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{"tw.ini": "[Load]\nURI = http://nowhere.invalid/\nKind = call\nUsers = 1\nConcurrency = 1\n"}
	f := finish(t, load(t, files, "--dry_run", "-f", "tw.ini", "-d", data))
	for _, want := range []string{data + ":2: open " + filepath.Dir(data) + "/no.wav: no such file", data + ":3: " + text + ": it is not a WAV file"} {
		if f.status != 2 || !strings.Contains(f.stderr, want) {
			t.Errorf("status %d, want %s\n%s", f.status, want, f.stderr)
		}
	}
}

func TestDryRunsOfEveryKind(t *testing.T) {
	for kind, replies := range map[string]int{
		"sms": 100, "voice": 0, "status": 0, "raw": 100, "call": 0, "chat": 100,
		"sms\nMethod = GET": 100, "voice\nMethod = GET": 0, "sms\nMethod = GET\nSignURL = https://public.example/sms": 100,
		"call\nMethod = GET\nSignURL = https://public.example/calls": 0, "chat\nMethod = GET": 100,
	} {
		files := config("https://me:pass@nowhere.invalid:8443/hook?x=1#rc=1", "Kind = "+kind+"\nBadSignature = 20%\n")
		f := finish(t, load(t, files, append(common, "--dry_run")...))
		r, callbacks := f.record.Requests, 0
		if c := f.record.Conversations; c != nil {
			callbacks = c.Callbacks
		}
		if f.status != 0 || r.Accepted != 80+callbacks || r.Refused != 20 || f.record.Replies.Count != replies*8/10 {
			t.Errorf("%s: status %d, %+v, replies %+v\n%s", kind, f.status, r, f.record.Replies, f.stderr)
		}
		if strings.Contains(f.stdout+f.stderr, "pass") || strings.Contains(f.stdout+f.stderr, "x=1") {
			t.Errorf("%s: the password or the query is shown\n%s%s", kind, f.stdout, f.stderr)
		}
	}
}

func TestForgedRequestsThatPassAreWarnedOf(t *testing.T) {
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(open.Close)
	f := finish(t, load(t, config(open.URL, "BadSignature = 10%\n"), common...))
	if f.record.Requests.LetThrough != 10 || !strings.Contains(f.stdout, "this endpoint accepts forged requests") {
		t.Errorf("%+v\n%s", f.record.Requests, f.stdout)
	}
}
