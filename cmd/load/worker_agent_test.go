package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// voiceApplication is an endpoint that answers each call with a document, in which
// HOST is its own, and each prompt of a session with a word. If its agent is down no
// session is opened.
func voiceApplication(t *testing.T, document string, down bool) (url string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			w.Header().Set("Content-Type", "text/xml")
			_, _ = w.Write([]byte("<Response>" + strings.ReplaceAll(document, "HOST", r.Host) + "</Response>"))
			return
		case down:
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		conn, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for {
				text, err := wsutil.ReadClientText(conn)
				if err != nil {
					return
				}
				if strings.Contains(string(text), `"prompt"`) {
					_ = wsutil.WriteServerText(conn, []byte(`{"type":"text","token":"Hello.","last":true}`))
				}
			}
		}()
	}))
	t.Cleanup(server.Close)
	return server.URL + "/call"
}

const (
	agentAlone = `<Connect><ConversationRelay url="ws://HOST/agent"/></Connect>`
	andForked  = `<Start><Stream url="ws://HOST/listen"/></Start>` + agentAlone
)

// A worker comes to its end, and tells all, whatever its voice agents say: nothing,
// since they are down, or since they only hear.
func TestAWorkerWithVoiceAgents(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		what, document string
		down           bool
		passed         bool
	}{
		{"an agent that answers", agentAlone, false, true},
		{"an agent that is down", agentAlone, true, false},
		{"a listener beside the agent", andForked, false, true},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			m := listen(t)
			files := map[string]string{
				"c.ini": "[Auth]\nToken = 123\n[Load]\nURI = " + voiceApplication(t, tc.document, tc.down) + "\nKind = call\nRate = 5\n[Pass]\nFirstWord = 20s\n",
				"d.txt": `{"From": "+14155550101", "Then": ["Where is my order?"]}` + "\n",
			}
			cmd, _, wait := startWorker(t, m, files, "--json", "result.json")
			m.wait("client_ready", 1)
			m.spawn(5)
			m.wait("stats", 1)
			time.Sleep(time.Second)
			m.say("stop", nil)
			m.wait("client_ready", 2)
			m.say("quit", nil)
			f := wait()

			kinds, _, last, record := ofTest(m.all(), 1)
			if want := []string{"client_ready", "spawning", "spawning_complete", "stats", "record", "client_stopped"}; f.status != 0 || !slices.Equal(kinds, want) {
				t.Fatalf("status %d, the worker says %v\n%s", f.status, kinds, f.stderr)
			}
			if len(record.Agents) == 0 || record.Pass.Passed != tc.passed {
				t.Errorf("passed %v: %+v", record.Pass.Passed, record.Agents)
			}
			for _, a := range record.Agents {
				told := last.Counts.Agents[a.URL]
				if a.Begun == 0 || told.Begun != a.Begun || told.Answered != a.Answered || told.Unopened != a.Unopened() || tc.down != (a.Unopened() > 0) {
					t.Errorf("the master is told %+v of %+v", told, a)
				}
			}
			text, err := os.ReadFile(filepath.Join(cmd.Dir, "result.json"))
			if err != nil {
				t.Fatal(err)
			}
			checkSummaryOfMany(t, text, last.Pass)
		})
	}
}
