package attack_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/webhook"
)

// failuresOf runs an attack, and returns what is written of its failures, with
// fixed digits in SIDs.
func failuresOf(t *testing.T, cfg attack.Config) string {
	t.Helper()
	var file lines
	cfg.Failures = failures.New(&file, 1000)
	a, err := attack.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.Run(t.Context())
	if _, err := cfg.Failures.Close(); err != nil {
		t.Error(err)
	}
	return regexp.MustCompile(`(SM|CA)[0-9a-f]{32}`).ReplaceAllString(file.String(), "$1…")
}

// A line holds all that it takes to find the request in another log, and no
// secret: not of the URL, nor of what the endpoint says of it.
func TestALineOfAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(nil)
		app.paths["/sms"] = func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(250 * time.Millisecond)
			w.Header().Set("X-Request-Id", "8f14e45f")
			w.Header().Set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprintf(w, "<h1>\n\tNo\x00 \"upstream\"</h1> for http://me:password@app.example/sms?key=password %s", strings.Repeat("é", 300))
		}
		got := failuresOf(t, attack.Config{
			Envelope: webhook.Envelope{Kind: webhook.SMS, URL: "http://me:password@app.example/sms?key=password"}, Token: token,
			Rows: []webhook.Row{{{Name: "Body", Value: "a"}}, {{Name: "MessageSid", Value: "SMown"}}}, DataFile: "data/rows.txt", Lines: []int{3, 7},
			Total: 4, Rate: 2, MaxInFlight: 2, Connect: app.connect,
		})
		const line = `{"time":"2000-01-01T00:00:0%s","due":"2000-01-01T00:00:0%[1]s","failure":"error","row":"data/rows.txt:%d","sid":"SM%s",` +
			`"url":"http://app.example/sms?…","status":502,"code":11217,"name":"HTTP status 4xx or 5xx","latency_ms":250,"service_ms":250,` +
			`"body":"<h1> No \"upstream\"</h1> for http://…@app.example/sms?… %s","request_id":"8f14e45f",` +
			`"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}` + "\n"
		for _, want := range []string{
			fmt.Sprintf(line, "0.000Z", 3, "…", strings.Repeat("é", 145)), fmt.Sprintf(line, "0.000Z", 7, "own", strings.Repeat("é", 145)),
			fmt.Sprintf(line, "1.000Z", 3, "…", strings.Repeat("é", 145)), fmt.Sprintf(line, "1.000Z", 7, "own", strings.Repeat("é", 145)),
		} {
			if !strings.Contains(got, want) {
				t.Errorf("no\n%sin\n%s", want, got)
			}
		}
		if n := strings.Count(got, "\n"); n != 4 {
			t.Errorf("%d lines, want 4", n)
		}
	})
}

// In a conversation a line names the step, and the row of the person; a callback's
// is that of whose conversation it tells.
func TestALineOfAConversation(t *testing.T) {
	inEveryLoop(t, func(t *testing.T, how string, loop func(*attack.Config)) {
		app := documents(map[string]string{"/first": gatherNext})
		app.paths["/next"] = redirect("/lost?key=password", 302)
		app.paths["/lost"] = after(20*time.Second, response(""))
		app.paths["/over"] = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }
		cfg := conversations(t, webhook.Call, app, 3, `{"Then": ["1"]}`, `{"Then": ["2"]}`)
		loop(&cfg)
		cfg.Rules.StatusURI, cfg.Token = "http://app.example/over", token
		cfg.DataFile, cfg.Lines = "callers.txt", []int{1, 5}
		got := failuresOf(t, cfg)
		for line, want := range map[string]int{
			`"row":"callers.txt:1","step":"POST /next","sid":"CA…","url":"http://app.example/lost?…","code":11205,"name":"no answer in time","cause":"time is up","latency_ms":15000,"service_ms":15000}`: 2,
			`"row":"callers.txt:5","step":"POST /next","sid":"CA…","url":"http://app.example/lost?…","code":11205`:                                                                                        1,
			`"row":"callers.txt:1","step":"POST /over","sid":"CA…","url":"http://app.example/over","status":500,"code":11217`:                                                                             2,
			`"row":"callers.txt:5","step":"POST /over","sid":"CA…","url":"http://app.example/over","status":500,"code":11217`:                                                                             1,
		} {
			if n := strings.Count(got, line); n != want {
				t.Errorf("%s: %d times %s, want %d, in\n%s", how, n, line, want, got)
			}
		}
	})
}

// Of an answer that is too long there is the beginning, however it comes.
func TestALineOfALongAnswer(t *testing.T) {
	const page = "<h1>The stack of the error, from the first line on: "
	body := page + strings.Repeat("x", 70<<10)
	for what, answer := range map[string]func(http.ResponseWriter){
		"of a length": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			_, _ = io.WriteString(w, body)
		},
		"of a length, after the head": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.(http.Flusher).Flush()
			time.Sleep(time.Second)
			_, _ = io.WriteString(w, body)
		},
		"in chunks": func(w http.ResponseWriter) {
			for part := range slices.Chunk([]byte(body), 5000) {
				_, _ = w.Write(part)
				w.(http.Flusher).Flush()
			}
		},
		"in a large chunk after a small one": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, body[:10])
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, body[10:])
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			app := documents(nil)
			app.paths["/sms"] = func(w http.ResponseWriter, r *http.Request) { answer(w) }
			cfg := attack.Config{Token: token, Rows: oneRow, Total: 2, Concurrency: 1, Connect: app.connect}
			cfg.Envelope.URL = "http://app.example/sms"
			got := failuresOf(t, cfg)
			want := `"code":11750,"name":"` + webhook.AnswerTooLong.Name() + `"`
			if strings.Count(got, want) != 2 || strings.Count(got, `"body":"`+page+strings.Repeat("x", failures.MaxText-len(page))+`"`) != 2 {
				t.Errorf("%s:\n%s", what, got)
			}
		})
	}
}

// What is not there is left out, and what stands in an earlier answer is not that
// of a request without one.
func TestALineWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(nil)
		n := 0
		app.paths["/raw"] = func(w http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				w.Header().Set("X-Request-Id", "first")
				w.WriteHeader(http.StatusNotFound)
				io.WriteString(w, "lost")
				return
			}
			panic(http.ErrAbortHandler)
		}
		got := failuresOf(t, attack.Config{
			Envelope: webhook.Envelope{Kind: webhook.Raw, URL: "http://app.example/raw"}, Token: token, Rows: oneRow,
			Total: 2, Concurrency: 1, Connect: app.connect,
		})
		const at = `"time":"2000-01-01T00:00:00.000Z","due":"2000-01-01T00:00:00.000Z"`
		if want := `{` + at + `,"failure":"error","url":"http://app.example/raw","status":404,"code":11217,"name":"HTTP status 4xx or 5xx","latency_ms":0,"service_ms":0,"body":"lost","request_id":"first"}
{` + at + `,"failure":"unanswered","url":"http://app.example/raw","code":11200,"name":"no usable HTTP answer","cause":"kept connection: connection closed without an answer","latency_ms":0,"service_ms":0}
`; got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	})
}
